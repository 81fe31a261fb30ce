import type { FlightQuery, PassengerType } from "../../offer.ts";
import { rejected } from "../rejected.ts";

/** What finds an offer in Travelport's cache: the search, and for each leg which offering and which product of it. */
export interface FlightTerms {
  search: string;
  selections: { offering: string; product: string }[];
  passengers: { ptc: PassengerType; count: number }[];
  currency: string;
  /** `NDC` where the airline keeps the order; its price is not kept for a hold. */
  source: string;
}

export const refOf = (terms: FlightTerms): string => JSON.stringify(terms);

export function termsOf(supplierRef: string): FlightTerms {
  try {
    const terms = JSON.parse(supplierRef) as FlightTerms;
    if (typeof terms.search === "string" && Array.isArray(terms.selections)) return terms;
  } catch {
    // falls through
  }
  throw rejected("invalid_offer", "this offer is not one of Travelport's, or was altered; search again");
}

const codes: Readonly<Record<PassengerType, string>> = { ADT: "ADT", CHD: "CNN", INF: "INF" };
export const passengerCode = (ptc: PassengerType): string => codes[ptc];

/** Asked for as CNN, children come back as CNN, CHD or with their age. */
export function passengerType(code: string): PassengerType | undefined {
  if (code === "ADT" || code === "INF") return code;
  return code === "CNN" || code === "CHD" || /^C(0[2-9]|1[01])$/.test(code) ? "CHD" : undefined;
}

interface Criterion {
  ptc: PassengerType;
  number: number;
  age?: number;
}

/** From twelve on a child pays and counts as an adult. */
export function partyOf({ adults, childrenAges }: Pick<FlightQuery, "adults" | "childrenAges">): Criterion[] {
  const grown = childrenAges.filter((age) => age >= 12).length;
  const children = childrenAges.filter((age) => age >= 2 && age < 12);
  const infants = childrenAges.filter((age) => age < 2).length;
  return [
    { ptc: "ADT" as const, number: adults + grown },
    ...[...new Set(children)].map((age) => ({ ptc: "CHD" as const, number: children.filter((other) => other === age).length, age })),
    { ptc: "INF" as const, number: infants },
  ].filter(({ number }) => number > 0);
}
