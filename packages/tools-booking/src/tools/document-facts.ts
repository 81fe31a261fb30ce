import { passportValidity, type Stay, schengenStay } from "@travelagent/travel-rules";
import { airport } from "../geography/index.ts";
import type { FlightOffer, Offer } from "../offer.ts";

export const documentFactNames: readonly string[] = [
  "travellers[].passport.known",
  "travellers[].passport.valid",
  "travellers[].passport.validMonthsAfterReturn",
  "travellers[].schengen.allowed",
  "travellers[].schengen.daysAfterTrip",
];

/** What somebody says about a traveller's passport and travels. Its number is nobody's business here. */
export interface TravellerPapers {
  passport?: { country: string; expiresOn: string; issuedOn?: string | undefined } | undefined;
  schengenStays?: Stay[] | undefined;
}

/** Members of the Schengen area, 2026. */
const schengen = new Set("AT BE BG HR CZ DK EE FI FR DE GR HU IS IT LV LI LT LU MT NL NO PL PT RO SK SI ES SE CH".split(" "));
/** Their citizens, and those of the other members of the Union, need a document that is valid and count no days (Directive 2004/38/EC). */
const freeMovement = new Set([...schengen, "IE", "CY"]);

interface Visit extends Stay {
  country: string;
}

/** Countries that flights end in, from arrival to the next departure. Where planes are only changed nobody enters. */
function visits(offers: readonly Offer[]): Visit[] {
  const journeys = offers
    .filter((offer): offer is FlightOffer => offer.vertical === "flight")
    .flatMap((offer) => offer.journeys)
    .toSorted((a, b) => Date.parse(a.segments[0]!.departure.time.utc) - Date.parse(b.segments[0]!.departure.time.utc));
  return journeys.flatMap((journey, index) => {
    const arrival = journey.segments.at(-1)!.arrival;
    const country = airport(arrival.airport)?.country;
    const entry = arrival.time.local.slice(0, 10);
    const leaves = journeys[index + 1]?.segments[0]?.departure.time.local.slice(0, 10);
    return country === undefined ? [] : [{ country, entry, exit: leaves === undefined || leaves < entry ? entry : leaves }];
  });
}

/** Full months from one day to another; below zero when it lies before. */
function monthsBetween(from: string, to: string): number {
  const [year, month, day] = from.split("-").map(Number) as [number, number, number];
  const [toYear, toMonth, toDay] = to.split("-").map(Number) as [number, number, number];
  return (toYear - year) * 12 + toMonth - month - (toDay < day ? 1 : 0);
}

function passportFacts(passport: NonNullable<TravellerPapers["passport"]>, abroad: readonly Visit[], lastDate: string): Record<string, unknown> {
  const { expiresOn, issuedOn, country: home } = passport;
  const answers = abroad.map(({ country, entry, exit }) =>
    freeMovement.has(home) && freeMovement.has(country)
      ? expiresOn >= exit
      : passportValidity({ expiresOn, ...(issuedOn === undefined ? {} : { issuedOn }) }, { country, entry, exit }).valid,
  );
  const valid = answers.includes(false) ? false : answers.includes(null) ? undefined : true;
  return { known: true, ...(valid === undefined ? {} : { valid }), validMonthsAfterReturn: monthsBetween(lastDate, expiresOn) };
}

/** The Schengen days of a traveller who counts them; nothing for the others. */
function schengenFacts({ passport, schengenStays = [] }: TravellerPapers, abroad: readonly Visit[]): Record<string, unknown> {
  const inside = abroad.filter(({ country }) => schengen.has(country));
  if (!passport || freeMovement.has(passport.country) || inside.length === 0) return {};
  const trip = {
    entry: inside[0]!.entry,
    exit: inside
      .map(({ exit }) => exit)
      .toSorted()
      .at(-1)!,
  };
  const { allowed, daysUsed } = schengenStay(trip, schengenStays);
  return { schengen: { allowed, daysAfterTrip: daysUsed } };
}

/**
 * What passports and earlier stays mean for these flights, a record for each traveller in their order. Only the outcome is in it, and
 * `valid` is absent where it depends on what nobody said. Raises `INVALID_REQUEST` for a stay that ends before it begins.
 */
export function documentFacts(papers: readonly TravellerPapers[], offers: readonly Offer[], lastDate: string): Record<string, unknown>[] {
  const all = visits(offers);
  return papers.map((one) => {
    const abroad = all.filter(({ country }) => country !== one.passport?.country);
    return {
      passport: one.passport ? passportFacts(one.passport, abroad, lastDate) : { known: false },
      ...schengenFacts(one, abroad),
    };
  });
}
