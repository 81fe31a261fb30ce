import { describe, expect, it } from "vitest";
import { dateOf, dayNumber } from "./calendar.ts";
import { type Stay, schengenStay } from "./schengen.ts";

const stay = (entry: string, exit: string): Stay => ({ entry, exit });

describe("90 days in 180", () => {
  it("lets somebody stay 90 days who was never there, and not 91", () => {
    expect(schengenStay(stay("2027-01-01", "2027-03-31"), [])).toMatchObject({
      daysUsed: 90,
      allowed: true,
      latestExit: "2027-03-31",
      earliestEntry: "2027-01-01",
    });
    const longer = schengenStay(stay("2027-01-01", "2027-04-01"), []);
    expect(longer).toMatchObject({ allowed: false, latestExit: "2027-03-31" });
    expect(longer.earliestEntry).toBeUndefined();
  });

  it("counts the days of entry and of exit, and overlapping stays once", () => {
    expect(schengenStay(stay("2027-05-10", "2027-05-10"), [stay("2027-05-01", "2027-05-02"), stay("2027-05-02", "2027-05-03")]).daysUsed).toBe(4);
  });

  it("lets nobody in whose days are used up, and says when they could come", () => {
    const answer = schengenStay(stay("2027-04-10", "2027-04-12"), [stay("2027-01-01", "2027-03-31")]);
    expect(answer.allowed).toBe(false);
    expect(answer).not.toHaveProperty("latestExit");
    expect(answer.earliestEntry).toBe("2027-06-30");
  });

  it("forgets what is older than 180 days", () => {
    expect(schengenStay(stay("2027-07-15", "2027-07-20"), [stay("2027-01-01", "2027-01-16")]).daysUsed).toBe(6);
    expect(schengenStay(stay("2027-07-14", "2027-07-14"), [stay("2027-01-01", "2027-01-16")]).daysUsed).toBe(2);
  });

  it("refuses dates that make no sense", () => {
    expect(() => schengenStay(stay("2027-02-30", "2027-03-01"), [])).toThrow(/not a date/);
    expect(() => schengenStay(stay("2027-03-02", "2027-03-01"), [])).toThrow(/ends before/);
  });

  it("agrees with counting day by day, for 200 random histories", () => {
    let state = 20_270_115;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const base = dayNumber("2027-01-01");
    for (let i = 0; i < 200; i += 1) {
      const before = Array.from({ length: random(5) }, () => {
        const first = base + random(300);
        return stay(dateOf(first), dateOf(first + random(50)));
      });
      const first = base + 300 + random(60);
      const trip = stay(dateOf(first), dateOf(first + random(100)));
      const spans = [...before, trip].map(({ entry, exit }) => [dayNumber(entry), dayNumber(exit)] as const);
      const inside = (at: number) => spans.some(([from, to]) => at >= from && at <= to);
      const used = (at: number) => Array.from({ length: 180 }, (_, back) => inside(at - back)).filter(Boolean).length;
      const answer = schengenStay(trip, before);
      const days = Array.from({ length: dayNumber(trip.exit) - first + 1 }, (_, k) => first + k);
      expect(answer.allowed).toBe(days.every((at) => used(at) <= 90));
      expect(answer.daysUsed).toBe(used(dayNumber(trip.exit)));
      if (answer.earliestEntry) {
        const length = days.length;
        const early = dayNumber(answer.earliestEntry);
        expect(
          schengenStay(
            stay(answer.earliestEntry, dateOf(early + length - 1)),
            before.filter(({ exit }) => dayNumber(exit) < early),
          ).allowed,
        ).toBe(true);
      }
    }
  });
});
