import { expect, it } from "vitest";
import { readChoice } from "./choice.ts";
import { readSearch } from "./readings.ts";
import { flights } from "./testing/canned.ts";
import { normalise } from "./text.ts";

const { offers } = readSearch(flights({}, 1) as Record<string, unknown>)!;
const say = (text: string): string => {
  const choice = readChoice(normalise(text), offers);
  if (!choice) return "";
  return "offer" in choice
    ? String(choice.offer.number)
    : "several" in choice
      ? choice.several.map(({ number }) => number).join("/")
      : `no ${choice.outOfRange}`;
};

it.each([
  ["2", "2"],
  ["2.", "2"],
  ["#2", "2"],
  ["two please", "2"],
  ["option 3 please", "3"],
  ["I'll take number 1, thanks", "1"],
  ["the second one", "2"],
  ["the 2nd", "2"],
  ["let's go with the first option", "1"],
  ["the last one", "3"],
  ["the cheapest", "1"],
  ["the cheapest one please", "1"],
  ["the fastest", "2"],
  ["the Lufthansa one", "1"],
  ["vueling", "2"],
  ["the flex one", "2"],
  ["TAP please", "3"],
  ["the 10:15 one", "2"],
  ["the one for 189.40", "1"],
  ["the direct one", "2/3"],
  ["9", "no 9"],
  ["make that three people", ""],
  ["hello there", ""],
  ["from Rome", ""],
])("%s", (text, expected) => expect(say(text)).toBe(expected));
