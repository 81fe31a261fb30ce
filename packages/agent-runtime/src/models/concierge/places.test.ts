import { describe, expect, it } from "vitest";
import { readPlaces } from "./places.ts";
import { sampleGazetteer } from "./testing/gazetteer.ts";
import { understand } from "./understanding.ts";

const say = (text: string, hungry = false): string =>
  understand(text, { today: "2027-01-13", gazetteer: sampleGazetteer, hungry })
    .places.map(
      ({ role, candidates, guessed, said }) =>
        `${role ? `${role} ` : ""}${candidates.map(({ code }) => code).join("/") || `?${said}`}${guessed && candidates.length > 0 ? "~" : ""}`,
    )
    .join(", ");

describe("places", () => {
  it.each([
    ["from Barcelona to Lisbon", "from BCN, to LIS"],
    ["Barcelona to Lisbon", "BCN, to LIS"],
    ["Barcelona - Lisbon", "BCN, LIS"],
    ["to Lisboa from Málaga", "to LIS, from AGP"],
    ["BCN-LIS tomorrow", "BCN, LIS"],
    ["lhr to jfk", "LHR, to JFK"],
    ["flight BCN LIS", "BCN, LIS"],
    ["new york city", "NYC"],
    ["fly from London Heathrow to new york", "from LHR, to NYC"],
    ["a hotel in Rome", "in ROM"],
    ["hotel near Lisbon airport", "in LIS"],
    ["in the centre of Paris", "in PAR"],
    ["Portland, Oregon", "PDX"],
    ["to San Jose, Costa Rica", "to SJO"],
    ["to San Jose, CA", "to SJC"],
    ["to San Jose", "to SJC/SJO"],
    ["Portland Maine", "PWM"],
    ["from London UK", "from LON"],
    ["from London", "from LON"],
    ["to Nice", "to NCE"],
    ["pick up in Faro and drop off in Lisbon", "pickUp FAO, dropOff LIS"],
    ["fly from Lisbon on 12 March to Rome", "from LIS, to ROM"],
    ["MADRID TO OSLO", "MAD, to OSL"],
    ["make it Rome", "to ROM"],
  ])("%s", (text, expected) => expect(say(text)).toBe(expected));

  it.each([
    ["to barcelna", "to BCN~"],
    ["from Lisbonn to Rome", "from LIS~, to ROM"],
    ["to Atlantis", "to ?Atlantis"],
  ])("misspelt or unknown: %s", (text, expected) => expect(say(text)).toBe(expected));

  it.each([
    "a nice hotel",
    "for two adults",
    "that would be nice",
    "I want to book a flight",
    "split the bill",
    "thanks, that is all",
    "change it to business class",
    "can you help me",
    "may I ask for a refund",
    "from 12 to 19 March",
    "i am in need of help",
    "near the sea",
    "a room for John Smith",
  ])("%s names no place", (text) => expect(say(text)).toBe(""));

  it("takes a bare word for a place when one was asked for", () => {
    expect(say("nice", true)).toBe("NCE");
    expect(say("barcelna", true)).toBe("BCN~");
    expect(say("for", true)).toBe("");
  });

  it("works with a gazetteer that does not guess", () => {
    const { find } = sampleGazetteer;
    expect(readPlaces("to barcelna", "to Barcelna", { find }).map(({ candidates }) => candidates)).toEqual([[]]);
  });
});
