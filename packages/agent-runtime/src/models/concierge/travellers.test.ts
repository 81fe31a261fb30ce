import { expect, it } from "vitest";
import { normalise } from "./text.ts";
import { readParty } from "./travellers.ts";

const say = (text: string): string => {
  const party = readParty(normalise(text));
  if (!party) return "";
  const { adults, ages, agesMissing, unsplit, more } = party;
  return [
    more ? "+" : "",
    adults === undefined ? "" : `${adults}A`,
    ages.length > 0 ? `[${ages.join(",")}]` : "",
    agesMissing > 0 ? `${agesMissing}?` : "",
    unsplit === undefined ? "" : `of ${unsplit}`,
  ]
    .filter(Boolean)
    .join(" ");
};

it.each([
  ["for two", "2A"],
  ["for 2 please", "2A"],
  ["for one", "1A"],
  ["2 adults", "2A"],
  ["two adults and a child of 5", "2A [5]"],
  ["2 adults and 1 child aged 5", "2A [5]"],
  ["2 adults, 2 children (4 and 7)", "2A [4,7]"],
  ["two adults and two kids aged 4, 7", "2A [4,7]"],
  ["2 adults and two kids", "2A 2?"],
  ["1 adult with a baby", "1A [0]"],
  ["two of us and our 8 month old", "2A [0]"],
  ["me and my wife", "2A"],
  ["my husband and I", "2A"],
  ["my wife, our 3-year-old and me", "2A [3]"],
  ["me, my wife and two kids (5 and 9)", "2A [5,9]"],
  ["me and 2 friends", "3A"],
  ["with my parents", "3A"],
  ["my wife", "1A"],
  ["I travel with my son, 7 years old", "1A [7]"],
  ["just me", "1A"],
  ["alone", "1A"],
  ["3 people", "3A"],
  ["three passengers", "3A"],
  ["we are four", "4A"],
  ["there are 3 of us", "3A"],
  ["both of us", "2A"],
  ["a family of four", "of 4"],
  ["family of four with two kids of 3 and 6", "2A [3,6]"],
  ["4 people including 2 children", "2A 2?"],
  ["make that three people", "3A"],
  ["make it 3", "3A"],
  ["add a child of 4", "+ [4]"],
  ["one more person", "+ 1A"],
  ["two 5-year-olds and 2 adults", "2A [5,5]"],
  ["2 tickets", "2A"],
])("%s", (text, expected) => expect(say(text)).toBe(expected));

it.each([
  "for two nights",
  "for 2 rooms",
  "find me a flight",
  "talk to a person",
  "a 4 star hotel",
  "I'm 30 years old",
  "for 3 days",
  "no children",
  "a return ticket",
  "option 2",
])("%s says nothing of the party", (text) => expect(say(text)).toBe(""));
