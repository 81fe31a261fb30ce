import { TravelAgentError } from "@travelagent/protocol";
import { amadeusPapers } from "../../documents/wire-papers.ts";
import type { PassengerType } from "../../offer.ts";
import type { Contact, OpenedPaper, Traveller } from "../../supplier.ts";
import { passengerType } from "./map-price.ts";
import type { WireFlightOffer } from "./wire-flights.ts";

const refused = (code: string, message: string) => new TravelAgentError("SUPPLIER_REJECTED", message, { details: { code } });

const withoutAccent: Readonly<Record<string, string>> = { Æ: "AE", Ø: "O", Œ: "OE", ẞ: "SS", Ł: "L", Đ: "D", Ð: "D", Þ: "TH", İ: "I" };

/** A name as reservation systems keep it: capitals A to Z and spaces. Raises `SUPPLIER_REJECTED` for one in another script. */
export function recordName(name: string): string {
  const capitals = name
    .trim()
    .replaceAll("ß", "ss")
    .toUpperCase()
    .normalize("NFD")
    .replace(/\p{M}|['’.]/gu, "")
    .replace(/[ÆØŒẞŁĐÐÞİ]/g, (sign) => withoutAccent[sign]!)
    .replace(/[-\s]+/g, " ");
  if (!/^[A-Z]+( [A-Z]+)*$/.test(capitals)) throw refused("invalid_name", "a name must be in Latin letters, as in the machine-readable lines of the passport");
  return capitals;
}

/** Country calling codes of one and two digits; all others have three. */
const shortCallingCode = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** `+351910000000` in the two parts that Amadeus wants. Raises `SUPPLIER_REJECTED` for what is no E.164 number. */
export function phoneParts(phone: string): { countryCallingCode: string; number: string } {
  const digits = /^\+(\d{7,15})$/.exec(phone)?.[1];
  if (digits === undefined) throw refused("invalid_phone", "the telephone number must be in international form, such as +351910000000");
  const countryCallingCode = shortCallingCode.exec(digits)?.[0] ?? digits.slice(0, 3);
  return { countryCallingCode, number: digits.slice(countryCallingCode.length) };
}

const genders = { M: "MALE", F: "FEMALE", X: "UNSPECIFIED" } as const;

/** Our travellers in the places that the offer was priced for. `ours` leads from Amadeus' traveller ids to ours. */
export function seated(
  { travelerPricings }: Pick<WireFlightOffer, "travelerPricings">,
  travellers: readonly Traveller[],
): { ours: Record<string, string>; places: { id: string; traveller: Traveller }[] } {
  const waiting = [...travellers];
  const places = travelerPricings.map(({ travelerId, travelerType }) => {
    const ptc: PassengerType = passengerType(travelerType);
    const found = waiting.findIndex((one) => one.ptc === ptc);
    if (found < 0) throw refused("invalid_travellers", `the offer is for one more of type ${ptc} than was named; search again for the right party`);
    return { id: travelerId, traveller: waiting.splice(found, 1)[0]! };
  });
  if (waiting.length > 0) throw refused("invalid_travellers", "more travellers were named than the offer is for; search again for the right party");
  return { ours: Object.fromEntries(places.map(({ id, traveller }) => [id, traveller.id])), places };
}

/** The travellers of an order. Raises `SUPPLIER_REJECTED`, before anything is sent, for what Amadeus is known to refuse. */
export function wireTravellers(
  places: readonly { id: string; traveller: Traveller }[],
  { email, phone }: Contact,
  papers: ReadonlyMap<string, readonly OpenedPaper[]> = new Map(),
) {
  return places.map(({ id, traveller: { id: ours, givenName, familyName, bornOn, gender } }, place) => {
    if (bornOn === undefined) throw refused("missing_birth_date", "Amadeus needs the date of birth of every traveller; ask for it and book again");
    return {
      id,
      dateOfBirth: bornOn,
      name: { firstName: recordName(givenName), lastName: recordName(familyName) },
      ...(gender === undefined ? {} : { gender: genders[gender] }),
      ...amadeusPapers(papers.get(ours)),
      // The first traveller is the one whom the airline calls.
      ...(place > 0
        ? {}
        : {
            contact: { purpose: "STANDARD", emailAddress: email, ...(phone === undefined ? {} : { phones: [{ deviceType: "MOBILE", ...phoneParts(phone) }] }) },
          }),
    };
  });
}
