import { describe, expect, it } from "vitest";
import { today } from "./calendar.ts";
import { readDates } from "./dates.ts";
import { resolveDay } from "./resolve-day.ts";
import { normalise } from "./text.ts";

/** A Wednesday. */
const now = "2027-01-13";

/** What a text says: days, then nights and shifts. */
function say(text: string, from = now): string {
  const { mentions, nights, shift } = readDates(normalise(text), from);
  let start: string | undefined;
  const parts = mentions.map(({ spec, role }) => {
    const resolved = resolveDay(spec, from, role === "end" ? start : undefined);
    if (!("day" in resolved)) return [resolved.why, ...resolved.options].join(" ");
    start ??= resolved.day;
    return `${role === undefined ? "" : `${role} `}${resolved.day}${resolved.until ? `..${resolved.until}` : ""}`;
  });
  return [...parts, ...(nights === undefined ? [] : [`${nights} nights`]), ...(shift === undefined ? [] : [`shift ${shift}`])].join(" | ");
}

describe("absolute dates", () => {
  it.each([
    ["on 12 March", "2027-03-12"],
    ["March 12th", "2027-03-12"],
    ["the 12th of March", "2027-03-12"],
    ["Mar 12, 2028", "2028-03-12"],
    ["12th March 2027", "2027-03-12"],
    ["12 mar '27", "2027-03-12"],
    ["12-Mar-2027", "2027-03-12"],
    ["12/03/2027", "ambiguous 2027-03-12 2027-12-03"],
    ["3/4/2027", "ambiguous 2027-04-03 2027-03-04"],
    ["25/03/2027", "2027-03-25"],
    ["03/25/2027", "2027-03-25"],
    ["4/4/2027", "2027-04-04"],
    ["12.03.2027", "2027-03-12"],
    ["2027-03-12", "2027-03-12"],
    ["2027/03/12", "2027-03-12"],
    ["from 12/03/2027 to 15/03/2027", "start 2027-03-12 | end 2027-03-15"],
    ["12 March 2027 10:00 to 15 March 2027 10:00", "2027-03-12 | end 2027-03-15"],
    ["from 12 March 9.30 until 15 March 18:15", "start 2027-03-12 | end 2027-03-15"],
    ["on 3/4", "ambiguous 2027-04-03 2027-03-04"],
    ["31 February", "invalid"],
    ["29 February", "2028-02-29"],
    ["new year's eve", "2027-12-31"],
    ["on Christmas day", "2027-12-25"],
    ["in March", "month"],
    ["the 20th", "2027-01-20"],
    ["the 5th", "2027-02-05"],
  ])("%s", (text, expected) => expect(say(text)).toBe(expected));

  it("rolls a day of the year that is over to the next, and asks about one that has just passed", () => {
    expect(say("12 March", "2027-06-01")).toBe("2028-03-12");
    expect(say("10 January")).toBe("past 2028-01-10");
    expect(say("12 March 2020")).toBe("past");
    expect(say("28 December to 3 January", "2027-06-01")).toBe("2027-12-28 | end 2028-01-03");
  });
});

describe("relative dates", () => {
  it.each([
    ["today", "2027-01-13"],
    ["tomorrow", "2027-01-14"],
    ["the day after tomorrow", "2027-01-15"],
    ["in two weeks", "2027-01-27"],
    ["in 10 days", "2027-01-23"],
    ["in a month", "2027-02-13"],
    ["a week from tomorrow", "2027-01-21"],
    ["on Friday", "2027-01-15"],
    ["this Friday", "2027-01-15"],
    ["next Friday", "2027-01-22"],
    ["next Wednesday", "2027-01-20"],
    ["this weekend", "2027-01-16..2027-01-17"],
    ["next weekend", "2027-01-23..2027-01-24"],
    ["tomorrow, returning Sunday", "2027-01-14 | end 2027-01-17"],
    ["one day later", "shift 1"],
    ["two days earlier please", "shift -2"],
    ["a week later", "shift 7"],
  ])("%s", (text, expected) => expect(say(text)).toBe(expected));

  it("counts from the customer's day", () => {
    const late = Date.parse("2027-01-13T23:30:00Z");
    expect(today(late, "Asia/Tokyo")).toBe("2027-01-14");
    expect(today(late, "America/New_York")).toBe("2027-01-13");
    expect(today(late, "Nowhere/Unknown")).toBe("2027-01-13");
  });
});

describe("ranges", () => {
  it.each([
    ["from 12 to 19 March", "start 2027-03-12 | end 2027-03-19"],
    ["12-19 March", "start 2027-03-12 | end 2027-03-19"],
    ["12 – 19 March 2028", "start 2028-03-12 | end 2028-03-19"],
    ["between the 12th and the 19th of March", "start 2027-03-12 | end 2027-03-19"],
    ["March 12-19", "start 2027-03-12 | end 2027-03-19"],
    ["March 12 to 19, 2027", "start 2027-03-12 | end 2027-03-19"],
    ["28 to 3 April", "start 2027-03-28 | end 2027-04-03"],
    ["from 28 March to 3 April", "start 2027-03-28 | end 2027-04-03"],
    ["12 March until 15 March", "2027-03-12 | end 2027-03-15"],
    ["12 March for five nights", "2027-03-12 | 5 nights"],
    ["12 March for a week", "2027-03-12 | 7 nights"],
    ["a week in Rome from 12 March", "start 2027-03-12 | 7 nights"],
    ["leaving 12 March, back on the 15th", "start 2027-03-12 | end 2027-03-15"],
    ["2027-03-12 to 2027-03-15", "2027-03-12 | end 2027-03-15"],
    ["for 3 days from Friday", "start 2027-01-15 | 3 nights"],
  ])("%s", (text, expected) => expect(say(text)).toBe(expected));
});

it.each(["2 adults", "24/7", "option 2", "the 2nd one", "for two", "may I ask", "16:9", "I sat down", "flight 1123"])("%s is no date", (text) =>
  expect(say(text)).toBe(""),
);
