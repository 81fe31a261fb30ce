import type { FlightQuery, PassengerType } from "../../offer.ts";
import { rejected } from "../rejected.ts";

/** One flight of an offer, as it is sold again later. */
export interface SoldFlight {
  carrier: string;
  number: number;
  operating: string;
  from: string;
  to: string;
  /** Local wall clock, `2027-03-12T10:15:00`. */
  departs: string;
  arrives: string;
  bookingClass: string;
  /** Code of the fare brand; empty where the fare has none. */
  brand: string;
}

/** What Sabre needs to find, price and sell an offer again. It keeps none of it for us. */
export interface FlightTerms {
  legs: SoldFlight[][];
  passengers: { ptc: PassengerType; count: number }[];
  currency: string;
  validatingCarrier: string;
}

const sold = ({ legs, passengers }: FlightTerms): string =>
  JSON.stringify([
    legs.map((flights) =>
      flights.map(({ carrier, number, from, to, departs, bookingClass, brand }) => [carrier, number, from, to, departs, bookingClass, brand]),
    ),
    passengers,
  ]);

/** The same flights in the same classes and brands for the same party. */
export const sameFare = (a: FlightTerms, b: FlightTerms): boolean => sold(a) === sold(b);

export const refOf = (terms: FlightTerms): string => JSON.stringify(terms);

export function termsOf(supplierRef: string): FlightTerms {
  try {
    const terms = JSON.parse(supplierRef) as FlightTerms;
    if (Array.isArray(terms.legs) && Array.isArray(terms.passengers)) return terms;
  } catch {
    // falls through
  }
  throw rejected("invalid_offer", "this offer is not one of Sabre's, or was altered; search again");
}

/** Children have the code CNN here; CHD is not known and gives no fares. */
const codes: Readonly<Record<PassengerType, string>> = { ADT: "ADT", CHD: "CNN", INF: "INF" };
export const passengerCode = (ptc: PassengerType): string => codes[ptc];

/** C02 to C11 are children of that age. */
export function passengerType(code: string): PassengerType | undefined {
  if (code === "ADT") return "ADT";
  if (code === "INF") return "INF";
  return code === "CNN" || /^C(0[2-9]|1[01])$/.test(code) ? "CHD" : undefined;
}

/** From twelve on a child pays and counts as an adult. */
export function partyOf({ adults, childrenAges }: Pick<FlightQuery, "adults" | "childrenAges">): FlightTerms["passengers"] {
  const infants = childrenAges.filter((age) => age < 2).length;
  const grown = childrenAges.filter((age) => age >= 12).length;
  return [
    { ptc: "ADT" as const, count: adults + grown },
    { ptc: "CHD" as const, count: childrenAges.length - infants - grown },
    { ptc: "INF" as const, count: infants },
  ].filter(({ count }) => count > 0);
}
