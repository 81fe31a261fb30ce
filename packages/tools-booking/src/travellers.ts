import { TravelAgentError } from "@travelagent/protocol";
import type { Offer, PassengerType } from "./offer.ts";
import { endOf, startOf } from "./offer-facts.ts";
import type { Contact, PaperRef, Traveller } from "./supplier.ts";
import { sayDate, sayPassengers } from "./wording.ts";

export interface TravellerInput {
  givenName: string;
  familyName: string;
  bornOn?: string | undefined;
  gender?: "M" | "F" | "X" | undefined;
  /** Papers in the vault, looked up and this traveller's own. */
  papers?: PaperRef[] | undefined;
}

const refuse = (message: string): TravelAgentError => new TravelAgentError("INVALID_REQUEST", message);
const latin = /^\p{Script=Latin}[\p{Script=Latin}\p{M} .'’-]*$/u;

/** Full years between two dates, `YYYY-MM-DD`. */
export function ageOn(bornOn: string, date: string): number {
  const years = Number(date.slice(0, 4)) - Number(bornOn.slice(0, 4));
  return date.slice(5, 10) < bornOn.slice(5, 10) ? years - 1 : years;
}

const typeAt = (bornOn: string | undefined, date: string): PassengerType => {
  if (bornOn === undefined) return "ADT";
  const age = ageOn(bornOn, date);
  return age < 2 ? "INF" : age < 12 ? "CHD" : "ADT";
};

/** What the offers' suppliers want to know and nobody said, in words. */
function missingNeeds(travellers: readonly Traveller[], offers: readonly Offer[], contact: Contact): string[] {
  const needs = new Set(offers.flatMap(({ requires = [] }) => requires));
  const without = (field: "bornOn" | "gender") => travellers.filter((traveller) => traveller[field] === undefined).map(({ givenName }) => givenName);
  const [births, genders] = [needs.has("bornOn") ? without("bornOn") : [], needs.has("gender") ? without("gender") : []];
  return [
    ...(births.length > 0 ? [`the birth date of ${births.join(", ")}`] : []),
    ...(genders.length > 0 ? [`the gender of ${genders.join(", ")} as in the passport`] : []),
    ...(needs.has("phone") && contact.phone === undefined ? ["a telephone number with its country code"] : []),
  ];
}

const counts = (types: readonly PassengerType[]) =>
  (["ADT", "CHD", "INF"] as const).map((ptc) => ({ ptc, count: types.filter((type) => type === ptc).length }));

const withDocuments = (papers: readonly PaperRef[] | undefined) =>
  papers && papers.length > 0 ? { documents: papers.map(({ id, kind }): PaperRef => ({ id, kind })) } : {};

const asGiven = ({ givenName, familyName, bornOn }: TravellerInput, index: number): Traveller => ({
  id: String(index + 1),
  givenName,
  familyName,
  ptc: "ADT",
  ...(bornOn === undefined ? {} : { bornOn }),
});

/**
 * The travellers of a trip, numbered and with their passenger types on the day the last flight departs; without flights, on the
 * first day. What a supplier sells to a customer of its own it checks itself. Raises `INVALID_REQUEST`, saying what is missing, when
 * they do not fit the offers: number and ages as priced, birth dates of children and infants, Latin letters, an adult for each infant, and whatever else a supplier wants to know.
 */
export function checkTravellers(inputs: readonly TravellerInput[], offers: readonly Offer[], today: string, contact: Contact): Traveller[] {
  if (offers.length > 0 && offers.every(({ paidTo }) => paidTo === "supplier")) return inputs.map(asGiven);
  if (inputs.length > 9) throw refuse("at most 9 travellers fit in one booking; split the group");
  for (const { givenName, familyName, bornOn } of inputs) {
    for (const name of [givenName, familyName]) {
      if (!latin.test(name)) throw refuse(`write "${name}" in Latin letters, as in the machine-readable line of the passport`);
    }
    if (bornOn !== undefined && bornOn > today) throw refuse(`the birth date ${bornOn} of ${givenName} ${familyName} is in the future; check it`);
  }
  const flights = offers.filter((offer) => offer.vertical === "flight");
  const lastDay = (
    flights.length > 0 ? flights.map((offer) => offer.journeys.at(-1)!.segments.at(-1)!.departure.time.local) : offers.map((offer) => startOf(offer).local)
  )
    .map((local) => local.slice(0, 10))
    .toSorted()
    .at(-1)!;
  const travellers = inputs.map(
    ({ givenName, familyName, bornOn, gender, papers }, index): Traveller => ({
      id: String(index + 1),
      givenName,
      familyName,
      ptc: typeAt(bornOn, lastDay),
      ...(bornOn === undefined ? {} : { bornOn }),
      ...(gender === undefined ? {} : { gender }),
      ...withDocuments(papers),
    }),
  );
  const names = travellers.map((t) => `${t.givenName} ${t.familyName} ${t.bornOn ?? ""}`.toLowerCase());
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice >= 0) throw refuse(`${travellers[twice]!.givenName} ${travellers[twice]!.familyName} is given twice; give each traveller once`);
  const given = counts(travellers.map(({ ptc }) => ptc));
  if (given[0]!.count === 0) throw refuse("an adult must travel along; give at least one");
  if (given[2]!.count > given[0]!.count) throw refuse("each infant needs an adult of its own; there are more infants than adults");
  for (const offer of flights) {
    const wanted = counts(offer.passengers.flatMap(({ ptc, count }) => Array.from({ length: count }, () => ptc)));
    if (wanted.every(({ count }, index) => count === given[index]!.count)) continue;
    const missing =
      wanted[1]!.count + wanted[2]!.count > 0 && travellers.some(({ bornOn }) => bornOn === undefined) ? "; give the birth date of each child and infant" : "";
    throw refuse(
      `the price is for ${sayPassengers(wanted)}, the travellers on ${sayDate(lastDay)} are ${sayPassengers(given)}${missing || "; give those travellers, or search again for this group"}`,
    );
  }
  for (const offer of offers) {
    if (offer.vertical !== "hotel") continue;
    const guests = offer.guests.adults + offer.guests.childrenAges.length;
    if (travellers.length > guests) throw refuse(`the room is for ${guests} guests and ${travellers.length} travellers are given; search again for this group`);
  }
  const needed = missingNeeds(travellers, offers, contact);
  if (needed.length > 0) throw refuse(`the supplier also needs ${needed.join(", ")}; ask the customer for it`);
  return travellers;
}

/** Refuses travel that has begun already. What a supplier sells to a customer of its own it knows best itself: a late flight may still be open. */
export function checkNotStarted(offer: Offer, now: number): void {
  if (offer.paidTo === "supplier") return;
  if (Date.parse(startOf(offer).utc) <= now) throw new TravelAgentError("OFFER_EXPIRED", "this travel has begun already; search for a later date");
  if (Date.parse(endOf(offer).utc) < Date.parse(startOf(offer).utc)) throw refuse("this offer ends before it begins; search again");
}
