import type { Traveller } from "../supplier.ts";
import { ageOn } from "../travellers.ts";

export const peopleFactNames: readonly string[] = [
  "party.size",
  "party.adults",
  "party.children",
  "party.infants",
  "travellers[].ptc",
  "travellers[].ageOnFirstDate",
  "travellers[].ageOnLastDate",
  "travellers[].birthDateKnown",
  "travellers[].genderKnown",
  "travellers[].nameComplete",
];

/** More than an initial. */
const written = (name: string): boolean => name.replace(/[^\p{L}]/gu, "").length > 1;

/** Who travels, as rules need it: how old and how completely named, and nobody's name. Ages are absent where no birth date is given. */
export function peopleFacts(travellers: readonly Traveller[], { firstDate, lastDate }: { firstDate: string; lastDate: string }): Record<string, unknown> {
  const count = (ptc: Traveller["ptc"]) => travellers.filter((traveller) => traveller.ptc === ptc).length;
  return {
    party: { size: travellers.length, adults: count("ADT"), children: count("CHD"), infants: count("INF") },
    travellers: travellers.map(({ ptc, bornOn, gender, givenName, familyName }) => ({
      ptc,
      ...(bornOn === undefined ? {} : { ageOnFirstDate: ageOn(bornOn, firstDate), ageOnLastDate: ageOn(bornOn, lastDate) }),
      birthDateKnown: bornOn !== undefined,
      genderKnown: gender !== undefined,
      nameComplete: written(givenName) && written(familyName),
    })),
  };
}
