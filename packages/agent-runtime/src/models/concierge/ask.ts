import { longMonths, spoken } from "./calendar.ts";
import type { Place } from "./gazetteer.ts";
import type { Vertical } from "./intents.ts";
import { fullPlaceName, placeName } from "./places.ts";
import type { DaySlot, Party, PlaceSlot, SlotName, Slots } from "./state.ts";
import { capital, list, plural } from "./text.ts";
import { nameIn, noun, numbered, partyWords } from "./wording.ts";

/** What is known already, so that a question shows that it was heard. */
function known(vertical: Vertical, slots: Slots, party: Party): string {
  const place = nameIn(slots.place);
  const origin = vertical === "flight" ? nameIn(slots.origin) : undefined;
  const start = slots.start && "day" in slots.start ? spoken(slots.start.day) : undefined;
  const where = vertical === "flight" ? `${origin ? ` from ${origin}` : ""}${place ? ` to ${place}` : ""}` : place ? ` in ${place}` : "";
  const end = slots.end && "day" in slots.end ? spoken(slots.end.day) : undefined;
  const until = end
    ? `${vertical === "flight" ? `${start ? "," : ""} back on` : start ? " to" : " until"} ${end}`
    : slots.nights !== undefined
      ? ` for ${plural(slots.nights, vertical === "hotel" ? "night" : "day")}`
      : "";
  const people = vertical !== "car" && party.adults !== undefined && party.agesMissing === 0 ? ` for ${partyWords(party)}` : "";
  return `${noun(vertical)}${where}${start ? `${vertical === "flight" ? " on" : " from"} ${start}` : ""}${until}${until && end && vertical === "flight" && people ? "," : ""}${people}`;
}

const whatFor: Record<Vertical, Record<SlotName, string>> = {
  flight: {
    origin: "which city you leave from",
    place: "where you would like to fly",
    dropOff: "",
    start: "on which date you leave",
    end: "on which date you return",
    party: "how many of you travel (with the ages of any children)",
    ages: "how old each child is",
  },
  hotel: {
    origin: "",
    place: "which city it is for",
    dropOff: "",
    start: "your check-in date",
    end: "how many nights you stay",
    party: "how many guests there are (with the ages of any children)",
    ages: "how old each child is",
  },
  car: {
    origin: "",
    place: "where you pick the car up",
    dropOff: "where you return it",
    start: "the pick-up date",
    end: "the return date",
    party: "",
    ages: "",
  },
};

/** `again`: after a question of this kind, so that it does not sound like the first. */
export function askSlots(vertical: Vertical, missing: readonly SlotName[], slots: Slots, party: Party, again = false): string {
  if (missing.length === 1 && missing[0] === "ages") {
    if (party.unsplit !== undefined) return `For a group of ${party.unsplit}: how many adults are you, and how old is each child?`;
    return party.agesMissing === 1
      ? "How old will the child be on the day of travel?"
      : `How old will the ${party.agesMissing} children be on the day of travel?`;
  }
  const wanted = list(missing.map((slot) => whatFor[vertical][slot]));
  return again
    ? `Noted, a ${known(vertical, slots, party)}. Please also tell me ${wanted}.`
    : `Gladly, a ${known(vertical, slots, party)}. Could you tell me ${wanted}?`;
}

export const askVertical = (place: string | undefined): string => `${place ? `${place}, lovely. ` : ""}What may I look for: a flight, a hotel or a rental car?`;

export function askPlace(slot: Extract<PlaceSlot, { said: string }>): string {
  const { said, options, guessed, country } = slot;
  if (options.length === 0)
    return `I do not know a city or airport called "${said}". Which larger city near it, or which airport (name or three-letter code), shall I take?`;
  if (country) return `Where in ${options[0]!.countryName} would you like to be? For example:\n${numbered(options.map(fullPlaceName))}`;
  if (guessed && options.length === 1) return `I do not know "${said}". Did you mean ${fullPlaceName(options[0]!)}?`;
  return `${guessed ? `I do not know "${said}". Did you mean one of these?` : `There is more than one ${options[0]!.name}. Which one do you mean?`}\n${numbered(options.map(fullPlaceName))}`;
}

export function askDay(slot: Extract<DaySlot, { said: string }>, which: "start" | "end"): string {
  const { said, why, options, month } = slot;
  switch (why) {
    case "ambiguous":
      return `"${said}" can be read in two ways. Which date do you mean?\n${numbered(options.map(spoken))}`;
    case "around":
      return `Which day around ${capital(said.replace(/^(?:over|at|for|around)\s+/i, ""))} ${which === "start" ? "would you like to start" : "do you return"}?\n${numbered(options.map(spoken))}`;
    case "past":
      return options[0]
        ? `${capital(said)} has already passed. Did you mean ${spoken(options[0])}?`
        : `"${said}" is in the past. Which date would you like instead?`;
    case "month":
      return `Which day in ${month ? longMonths[month - 1] : "that month"} ${which === "start" ? "would you like to start" : "do you return"}?`;
    case "invalid":
      return `I cannot find the date "${said}" in the calendar. Which date do you mean?`;
  }
}

export const endBeforeStart = (start: string, end: string): string =>
  `The end (${spoken(end)}) is not after the start (${spoken(start)}). Which end date would you like?`;
export const sameEnds = (place: Place): string => `Origin and destination are both ${placeName(place)}. Where would you like to fly to?`;
export const tooLarge = (n: number): string =>
  `For ${n} travellers a colleague needs to prepare a group booking; I can book up to nine people together. Tell me a smaller number and I search for that, or say "talk to a person".`;
