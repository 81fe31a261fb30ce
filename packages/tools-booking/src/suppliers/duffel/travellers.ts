import { TravelAgentError } from "@travelagent/protocol";
import { duffelPapers } from "../../documents/wire-papers.ts";
import type { Contact, OpenedPaper, Traveller } from "../../supplier.ts";
import { ageOn } from "../../travellers.ts";
import type { FlightRef } from "./map-flight-offer.ts";

const refused = (code: string, message: string) => new TravelAgentError("SUPPLIER_REJECTED", message, { details: { code } });

/** E.164 or nothing: airlines refuse the whole order for a phone number without country code. */
export function phoneOf({ phone }: Contact): string {
  if (!phone || !/^\+[1-9]\d{6,14}$/.test(phone))
    throw refused("invalid_phone_number", "duffel needs a phone number with its country code, such as +351910000000; ask the customer for it");
  return phone;
}

function personOf({ id, givenName, familyName, gender, bornOn }: Traveller, contact: Contact) {
  if (!bornOn) throw refused("birth_date_missing", `airlines need the birth date of every traveller; ask for the one of traveller ${id}`);
  if (gender !== "M" && gender !== "F")
    throw refused("gender_missing", `airlines at duffel need M or F as in the passport for every traveller; ask for the one of traveller ${id}`);
  return {
    given_name: givenName,
    family_name: familyName,
    born_on: bornOn,
    gender: gender === "M" ? "m" : "f",
    title: gender === "M" ? "mr" : "ms",
    email: contact.email,
    phone_number: phoneOf(contact),
  };
}

/**
 * The travellers as Duffel's passengers, in our order. Children go to the passenger of their age on `lastDay`, since fares depend
 * on it, and every infant is named on an adult of its own. Raises `SUPPLIER_REJECTED` when they are not the party of the offer.
 */
export function passengersFor(
  ref: FlightRef,
  travellers: readonly Traveller[],
  contact: Contact,
  lastDay: string,
  papers: ReadonlyMap<string, readonly OpenedPaper[]> = new Map(),
) {
  const free = [...ref.passengers];
  const take = (suits: (passenger: FlightRef["passengers"][number]) => boolean): string | undefined => {
    const at = free.findIndex(suits);
    return at < 0 ? undefined : free.splice(at, 1)[0]!.id;
  };
  const ids = new Map<Traveller, string>();
  for (const traveller of travellers) {
    const age = traveller.bornOn && ageOn(traveller.bornOn, lastDay);
    const exact = take(({ ptc, age: priced }) => ptc === traveller.ptc && priced !== undefined && priced === age);
    if (exact) ids.set(traveller, exact);
  }
  for (const traveller of travellers) {
    if (ids.has(traveller)) continue;
    const id = take(({ ptc }) => ptc === traveller.ptc);
    if (!id) throw refused("invalid_travellers", "these travellers are not the party the offer is for; search again for them");
    ids.set(traveller, id);
  }
  if (free.length > 0) throw refused("invalid_travellers", "the offer is for more travellers than were named; search again for this party");
  const infants = travellers.filter(({ ptc }) => ptc === "INF").map((infant) => ids.get(infant)!);
  return travellers.map((traveller) => {
    const infant = traveller.ptc === "ADT" ? infants.shift() : undefined;
    return {
      id: ids.get(traveller)!,
      ...personOf(traveller, contact),
      ...duffelPapers(papers.get(traveller.id)),
      ...(infant ? { infant_passenger_id: infant } : {}),
    };
  });
}
