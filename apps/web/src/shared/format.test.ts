import { expect, it } from "vitest";
import { fullTime, money, remaining, shortTime, wallClock } from "./format.ts";

it("groups amounts without losing a digit", () => {
  expect(money({ amount: "1234567.50", currency: "EUR" }, "en")).toBe("1,234,567.50 EUR");
  expect(money({ amount: "123456789012345.10", currency: "EUR" }, "de")).toBe("123.456.789.012.345,10 EUR");
  expect(money({ amount: "18000", currency: "JPY" }, "en")).toBe("18,000 JPY");
  expect(money({ amount: "-70.00", currency: "EUR" }, "en")).toBe("−70.00 EUR");
});

it("shows the wall clock of the place whatever zone the reader is in", () => {
  expect(wallClock({ local: "2027-03-12T10:15:00", timeZone: "Europe/Madrid", utc: "2027-03-12T09:15:00Z" })).toBe("Fri 12 Mar 2027 10:15");
  expect(wallClock({ local: "2027-09-05T23:05:00", timeZone: "Asia/Tokyo", utc: "2027-09-05T14:05:00Z" })).toBe("Sun 5 Sep 2027 23:05");
  expect(wallClock({ local: "soon", timeZone: "", utc: "" })).toBe("soon");
});

it("counts down in the unit that matters", () => {
  const now = Date.parse("2027-01-15T09:00:00Z");
  const left = (iso: string) => remaining(iso, now);
  expect(left("2027-01-15T09:00:09Z")).toBe("9 s");
  expect(left("2027-01-15T09:04:05Z")).toBe("4 min 05 s");
  expect(left("2027-01-15T11:10:00Z")).toBe("2 h 10 min");
  expect(left("2027-01-18T09:00:00Z")).toBe("3 days");
  expect(left("2027-01-15T09:00:00Z")).toBe(null);
  expect(left("nonsense")).toBe(null);
});

it("shortens times by their distance", () => {
  const now = new Date(2027, 0, 15, 9, 0).getTime();
  expect(shortTime(new Date(2027, 0, 15, 8, 5).getTime(), now)).toBe("08:05");
  expect(shortTime(new Date(2027, 0, 2, 8, 5).getTime(), now)).toBe("2 Jan");
  expect(shortTime(new Date(2026, 10, 2).getTime(), now)).toBe("2 Nov 2026");
});

it("writes an instant by the reader's clock, in 24 hours", () => {
  expect(fullTime(new Date(2027, 2, 12, 21, 5).toISOString())).toBe("Fri 12 Mar 2027 21:05");
  expect(fullTime("soon")).toBe("soon");
});
