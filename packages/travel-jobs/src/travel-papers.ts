import type { TravelPaper } from "./services.ts";
import type { Trip, TripTraveller } from "./trip.ts";

const plain = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toUpperCase()
    .replace(/[^\p{L}]/gu, "");

/** What one crosses a border with. */
const travelKinds = new Set(["passport", "identity-card"]);

/** Papers of this traveller: those given for the booking, and those with their name. */
export const papersOf = ({ givenName, familyName, papers }: TripTraveller, kept: readonly TravelPaper[]): TravelPaper[] =>
  kept.filter(
    ({ id, kind, holder }) =>
      travelKinds.has(kind) &&
      (papers.includes(id) || (plain(holder.familyName) === plain(familyName) && plain(holder.givenName).startsWith(plain(givenName).slice(0, 20)))),
  );

/** Travellers of whom no passport and no identity card is there. */
export const missingPapers = (trip: Pick<Trip, "travellers">, kept: readonly TravelPaper[]): TripTraveller[] =>
  trip.travellers.filter((traveller) => papersOf(traveller, kept).length === 0);
