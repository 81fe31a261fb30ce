import * as fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { type MessageKind, messageKinds, nextAllowed, type SendingHours } from "./quiet-hours.ts";

const at = (iso: string) => Date.parse(iso);
const next = (iso: string, hours: SendingHours, kind: MessageKind = "reminder") => new Date(nextAllowed(at(iso), hours, kind)).toISOString().slice(0, 16);
const night = { from: "21:00", to: "08:00" };

describe("quiet hours", () => {
  it("hold a message until they are over where the customer is", () => {
    const hours = { timeZone: "Europe/Lisbon", quiet: night };
    expect(next("2027-01-15T20:59:00Z", hours)).toBe("2027-01-15T20:59");
    expect(next("2027-01-15T21:00:00Z", hours)).toBe("2027-01-16T08:00");
    expect(next("2027-01-15T03:00:00Z", hours)).toBe("2027-01-15T08:00");
    expect(next("2027-01-15T08:00:00Z", hours)).toBe("2027-01-15T08:00");
    expect(next("2027-01-15T12:00:00Z", { timeZone: "Asia/Tokyo", quiet: night })).toBe("2027-01-15T23:00");
    expect(next("2027-01-15T13:30:00Z", { timeZone: "Europe/Lisbon", quiet: { from: "13:00", to: "15:00" } })).toBe("2027-01-15T15:00");
    expect(next("2027-01-15T13:30:00Z", { timeZone: "Europe/Lisbon", quiet: { from: "13:00", to: "13:00" } })).toBe("2027-01-15T13:30");
    expect(next("2027-01-15T13:30:00Z", { timeZone: "Europe/Lisbon" })).toBe("2027-01-15T13:30");
  });

  it("wait for a day on which messages may go out", () => {
    const hours = { timeZone: "Europe/Lisbon", quiet: night, days: [1, 2, 3, 4, 5] };
    expect(next("2027-01-15T21:30:00Z", hours)).toBe("2027-01-18T08:00");
    expect(next("2027-01-16T12:00:00Z", hours)).toBe("2027-01-18T08:00");
    expect(next("2027-01-16T12:00:00Z", { ...hours, quiet: undefined })).toBe("2027-01-18T00:00");
    expect(next("2027-01-15T12:00:00Z", { ...hours, days: [4] })).toBe("2027-01-21T08:00");
  });

  it("let through what cannot wait", () => {
    const hours = { timeZone: "UTC", quiet: { from: "00:00", to: "23:59" }, days: [7] };
    for (const kind of messageKinds)
      expect([kind, nextAllowed(at("2027-01-15T03:00:00Z"), hours, kind) === at("2027-01-15T03:00:00Z")]).toEqual([
        kind,
        ["disruption", "payment-page", "one-time-code", "reply"].includes(kind),
      ]);
  });

  it("go by the wall clock where it jumps", () => {
    // Spain: 02:00 becomes 03:00 on 28 March 2027, and 03:00 becomes 02:00 on 31 October.
    const spain = { timeZone: "Europe/Madrid", quiet: night };
    expect(next("2027-03-27T22:00:00Z", spain)).toBe("2027-03-28T06:00");
    expect(next("2027-10-30T22:00:00Z", spain)).toBe("2027-10-31T07:00");
    // Quiet ends in the hour that is left out: it is over when the clock has jumped.
    expect(next("2027-03-28T00:30:00Z", { timeZone: "Europe/Madrid", quiet: { from: "22:00", to: "02:30" } })).toBe("2027-03-28T01:00");
  });

  it("give the first minute that is not quiet, around every change of time", () => {
    const zones = ["Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Kathmandu"];
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 45))
      .map(([h, m]) => `${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`);
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 365 * 24 * 4 }),
        time,
        time,
        fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 4, maxLength: 7 }), { nil: undefined }),
        fc.integer({ min: -40, max: 40 }),
        (timeZone, quarter, from, to, days, around) => {
          // Half of the runs begin near a change of time.
          const any = Temporal.Instant.fromEpochMilliseconds(at("2027-01-01T00:00:00Z") + quarter * 900_000).toZonedDateTimeISO(timeZone);
          const change = quarter % 2 === 0 ? any.getTimeZoneTransition("next") : null;
          const start = (change ? change.epochMilliseconds + around * 900_000 : any.epochMilliseconds) - 0;
          const hours: SendingHours = { timeZone, quiet: { from, to }, ...(days ? { days } : {}) };
          const allowed = (ms: number) => {
            const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
            const now = `${String(local.hour).padStart(2, "0")}:${String(local.minute).padStart(2, "0")}`;
            const quiet = from < to ? now >= from && now < to : from > to ? now >= from || now < to : false;
            return !quiet && (!days || days.includes(local.dayOfWeek));
          };
          let expected = start;
          while (!allowed(expected)) expected += 15 * 60_000;
          expect(nextAllowed(start, hours, "reminder")).toBe(expected);
        },
      ),
      { numRuns: 200 },
    );
  });
});
