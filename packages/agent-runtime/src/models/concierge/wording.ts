import type { Vertical } from "./intents.ts";
import { fullPlaceName, placeName } from "./places.ts";
import type { Party, PlaceSlot } from "./state.ts";
import { list, plural } from "./text.ts";

const nouns: Record<Vertical, string> = { flight: "flight", hotel: "hotel", car: "rental car" };
export const noun = (vertical: Vertical): string => nouns[vertical];

export const partyWords = (party: Party): string => {
  const adults = party.adults ?? 1;
  const words = plural(adults, "adult");
  if (party.ages.length === 0) return words;
  return `${words} and ${plural(party.ages.length, "child", "children")} (${list(party.ages.map((age) => (age < 1 ? "under 1" : String(age))))})`;
};

/** A settled place as it is called; in full where others have its name. */
export const nameIn = (slot: PlaceSlot | undefined): string | undefined =>
  slot && "place" in slot ? (slot.namesakes ? fullPlaceName(slot.place) : placeName(slot.place)) : undefined;

export const numbered = (options: readonly string[]): string => options.map((option, index) => `${index + 1}. ${option}`).join("\n");
