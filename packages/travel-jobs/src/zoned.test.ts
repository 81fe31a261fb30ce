import { describe, expect, it } from "vitest";
import { dayIn, instantOf, limitEnd, sayIn } from "./zoned.ts";

const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());

describe("a time limit", () => {
  it.each([
    ["2027-03-12T10:00:00Z", "Europe/Paris", "2027-03-12T10:00:00.000Z"],
    ["2027-03-12T10:00:00+02:00", "Europe/Paris", "2027-03-12T08:00:00.000Z"],
    ["2027-03-12T10:00", "America/New_York", "2027-03-12T15:00:00.000Z"],
    ["2027-03-12", "Asia/Tokyo", "2027-03-12T14:59:59.000Z"],
    ["2027-01-20", "America/New_York", "2027-01-21T04:59:59.000Z"],
    ["soon", "UTC", undefined],
  ])("%s of an office in %s ends at %s", (limit, zone, end) => {
    expect(iso(limitEnd(limit, zone))).toBe(end);
  });

  it("in a night that changes: a time that is skipped is the one after it, one that comes twice the first", () => {
    expect(iso(instantOf("2027-03-28T02:30:00", "Europe/Berlin"))).toBe("2027-03-28T01:30:00.000Z");
    expect(iso(instantOf("2027-10-31T02:30:00", "Europe/Berlin"))).toBe("2027-10-31T00:30:00.000Z");
    expect(iso(instantOf("2027-03-28T23:59:59", "Europe/Berlin"))).toBe("2027-03-28T21:59:59.000Z");
  });

  it("is said as the clock there shows it", () => {
    expect(sayIn(Date.parse("2027-03-12T14:59:59Z"), "Asia/Tokyo")).toBe("2027-03-12 23:59 Asia/Tokyo");
    expect(dayIn(Date.parse("2027-03-12T23:30:00Z"), "Europe/Lisbon")).toBe("2027-03-12");
    expect(dayIn(Date.parse("2027-03-12T23:30:00Z"), "Asia/Tokyo")).toBe("2027-03-13");
  });
});
