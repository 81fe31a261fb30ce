import { describe, expect, it } from "vitest";
import { calendars } from "./calendar.ts";
import { expectedTimes } from "./testing/year/expected-times.ts";

const wallIn = (zone: string) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });

async function walls(expr: string, zone: string, day: string): Promise<string[]> {
  const { next } = (await calendars())(expr, zone);
  const wall = wallIn(zone);
  const shown: string[] = [];
  for (let at = next(Date.parse(`${day}T00:00:00Z`) - 86_400_000); at !== undefined && at < Date.parse(`${day}T00:00:00Z`) + 2 * 86_400_000; at = next(at)) {
    const [date, time] = wall.format(at).split(" ");
    if (date === day) shown.push(time!);
  }
  return shown;
}

/** The clocks go forward, and back. */
const changes = [
  ["Europe/Berlin", "2027-03-28", "2027-10-31"],
  ["America/New_York", "2027-03-14", "2027-11-07"],
  ["Australia/Lord_Howe", "2027-10-03", "2027-04-04"],
  ["America/Santiago", "2027-09-05", "2027-04-04"],
  ["Africa/Cairo", "2027-04-30", "2027-10-29"],
  ["Pacific/Chatham", "2027-09-26", "2027-04-04"],
] as const;

describe("times of an expression", () => {
  it.each([
    ["30 2 * * *", "Europe/Berlin", "2027-03-28", ["03:00"]],
    ["30 2 * * *", "Europe/Berlin", "2027-10-31", ["02:30"]],
    ["30 2 * * *", "America/New_York", "2027-03-14", ["03:00"]],
    ["30 1 * * *", "America/New_York", "2027-11-07", ["01:30"]],
    ["15 2 * * *", "Australia/Lord_Howe", "2027-10-03", ["02:30"]],
    ["45 1 * * *", "Australia/Lord_Howe", "2027-04-04", ["01:45"]],
    ["0 0 * * *", "America/Santiago", "2027-09-05", ["01:00"]],
    ["30 23 * * *", "America/Santiago", "2027-04-03", ["23:30"]],
    ["15 0 * * *", "Africa/Cairo", "2027-04-30", ["01:00"]],
    ["0 3 * * *", "Pacific/Chatham", "2027-09-26", ["03:45"]],
    // A time that the change left out and one at its end are one.
    ["30 2,3 * * *", "Europe/Berlin", "2027-03-28", ["03:00", "03:30"]],
    ["0 2,3 * * *", "Europe/Berlin", "2027-03-28", ["03:00"]],
  ])("%s in %s on %s", async (expr, zone, day, expected) => {
    expect(await walls(expr, zone, day)).toEqual(expected);
  });

  it.each(changes)("keeps to the wall clock, and to the hours, in %s", async (zone, forward, back) => {
    const calendar = await calendars();
    for (const day of [forward, back])
      for (const expr of ["30 2 * * *", "0 0 * * *", "15 1 * * 0", "*/20 * * * *", "5 * * * *", "0 */2 * * *", "45 1 28-31 * *", "10 0 1 * 1"]) {
        const from = Date.parse(`${day}T00:00:00Z`) - 5 * 86_400_000;
        const to = from + 10 * 86_400_000;
        const { next } = calendar(expr, zone);
        const found: number[] = [];
        for (let at = next(from - 1); at !== undefined && at < to; at = next(at)) found.push(at);
        expect({ expr, day, found }).toEqual({ expr, day, found: expectedTimes(expr, zone, from, to) });
      }
  });

  it("finds far times, and says when there is none", async () => {
    const calendar = await calendars();
    expect(new Date(calendar("0 12 29 2 *", "Europe/Madrid").next(Date.parse("2027-01-01T00:00:00Z"))!).toISOString()).toBe("2028-02-29T11:00:00.000Z");
    expect(() => calendar("0 0 31 2 *", "UTC")).toThrow("is no schedule");
  });

  it.each(["* * * *", "61 * * * *", "* * * * * *", "H * * * *", "foo", ""])("refuses %j", async (expr) => {
    const calendar = await calendars();
    expect(() => calendar(expr, "UTC")).toThrow("is no schedule");
  });

  it("refuses what is no zone", async () => {
    const calendar = await calendars();
    expect(() => calendar("* * * * *", "Mars/Base")).toThrow("no time zone");
  });
});
