import { expect, it } from "vitest";
import { sampleFlight, sampleHotel } from "../testing/sample-offers.ts";
import { defaultReadingTimes, momentsOf, nextReading } from "./reading-times.ts";

const hour = 3_600_000;

it("looks more often as departure comes near, and not any more afterwards", () => {
  const departure = Date.parse("2027-03-12T09:15:00Z");
  const pause = (hoursBefore: number) =>
    (nextReading([departure], departure - hoursBefore * hour, defaultReadingTimes)! - (departure - hoursBefore * hour)) / hour;
  expect([60 * 24, 20 * 24, 5 * 24, 60, 20, 3].map(pause)).toEqual([168, 72, 24, 8, 2, 0.5]);
  // Never past the moment from which it looks more often.
  expect(pause(31 * 24)).toBe(24);
  expect(nextReading([departure], departure, defaultReadingTimes)).toBeNull();
  expect(nextReading([departure, departure + 240 * hour], departure, defaultReadingTimes)).toBe(departure + 72 * hour);
});

it("knows what it matters for: every departure, as it is now, or the check-in", () => {
  const flight = sampleFlight();
  expect(momentsOf({ offer: flight })).toEqual([Date.parse("2027-03-12T09:15:00Z")]);
  expect(momentsOf({ offer: sampleHotel() })).toHaveLength(1);
});
