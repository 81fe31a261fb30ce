import { describe, expect, it } from "vitest";
import { airPassengerRights, type DisruptedFlight, eu261, regimeOf, uk261 } from "./air-passenger-rights.ts";

const flight = (more: Partial<DisruptedFlight> = {}): DisruptedFlight => ({
  distanceKm: 1200,
  departureCountry: "DE",
  arrivalCountry: "ES",
  carrierCountry: "DE",
  event: { kind: "delayed", arrivalDelayMinutes: 200 },
  extraordinary: false,
  ...more,
});
const paid = (more: Partial<DisruptedFlight>) => airPassengerRights(flight(more)).compensation;
const cancelled = (noticeDays: number, rerouting?: { leavesEarlierMinutes: number; arrivesLaterMinutes: number }): DisruptedFlight["event"] => ({
  kind: "cancelled",
  noticeDays,
  ...(rerouting ? { rerouting } : {}),
});

describe("which rules cover a flight", () => {
  it.each([
    ["DE", "US", "US", "EU261"],
    ["US", "DE", "DE", "EU261"],
    ["US", "DE", "US", null],
    ["GB", "DE", "GB", "UK261"],
    ["DE", "GB", "GB", "EU261"],
    ["US", "GB", "GB", "UK261"],
    ["US", "GB", "FR", "UK261"],
    ["US", "GB", "US", null],
    ["NO", "TH", "TH", "EU261"],
    ["JP", "AU", "JP", null],
  ])("%s to %s with an airline of %s: %s", (departureCountry, arrivalCountry, carrierCountry, regime) =>
    expect(regimeOf(flight({ departureCountry, arrivalCountry, carrierCountry }))).toBe(regime),
  );
});

describe("compensation", () => {
  it.each([
    [1500, "ES", "250.00"],
    [1501, "ES", "400.00"],
    [4200, "PT", "400.00"],
    [3500, "EG", "400.00"],
  ])("of %d km to %s is %s", (distanceKm, arrivalCountry, amount) =>
    expect(paid({ distanceKm, arrivalCountry })).toEqual({ amount, currency: "EUR", halved: false }),
  );

  it("needs three hours at arrival", () => {
    expect(paid({ event: { kind: "delayed", arrivalDelayMinutes: 179 } })).toBeNull();
    expect(paid({ event: { kind: "delayed", arrivalDelayMinutes: 180 } })).not.toBeNull();
  });

  it("is halved for a long flight that is three to four hours late", () => {
    const far = { distanceKm: 6000, arrivalCountry: "US" };
    expect(paid({ ...far, event: { kind: "delayed", arrivalDelayMinutes: 239 } })).toEqual({ amount: "300.00", currency: "EUR", halved: true });
    expect(paid({ ...far, event: { kind: "delayed", arrivalDelayMinutes: 240 } })).toEqual({ amount: "600.00", currency: "EUR", halved: false });
  });

  it.each([
    [14, undefined, null],
    [13, undefined, "250.00"],
    [8, { leavesEarlierMinutes: 120, arrivesLaterMinutes: 239 }, null],
    [8, { leavesEarlierMinutes: 121, arrivesLaterMinutes: 10 }, "125.00"],
    [8, { leavesEarlierMinutes: 0, arrivesLaterMinutes: 240 }, "250.00"],
    [2, { leavesEarlierMinutes: 60, arrivesLaterMinutes: 119 }, null],
    [2, { leavesEarlierMinutes: 60, arrivesLaterMinutes: 120 }, "125.00"],
    [2, { leavesEarlierMinutes: 60, arrivesLaterMinutes: 121 }, "250.00"],
  ])("for a cancellation %d days ahead with %j is %s", (notice, rerouting, amount) =>
    expect(paid({ event: cancelled(notice, rerouting) })?.amount ?? null).toBe(amount),
  );

  it("falls away for extraordinary circumstances, and not for somebody who was denied boarding", () => {
    expect(paid({ extraordinary: true })).toBeNull();
    expect(paid({ extraordinary: true, event: { kind: "denied-boarding" } })?.amount).toBe("250.00");
    const open = airPassengerRights(flight({ extraordinary: null }));
    expect(open.compensation?.amount).toBe("250.00");
    expect(open.reasons.join()).toContain("extraordinary");
  });

  it("is in pounds under the British rules", () => {
    expect(paid({ departureCountry: "GB", arrivalCountry: "US", carrierCountry: "US", distanceKm: 5600, event: cancelled(0) })).toEqual({
      amount: "520.00",
      currency: "GBP",
      halved: false,
    });
  });

  it("follows another version of the rules without another line of code", () => {
    const later = { ...eu261, delayMinutes: 240, bands: eu261.bands.map((band) => ({ ...band, amount: "300.00" })) };
    expect(airPassengerRights(flight(), { EU261: later, UK261: uk261 }).compensation).toBeNull();
    expect(airPassengerRights(flight({ event: { kind: "delayed", arrivalDelayMinutes: 240 } }), { EU261: later, UK261: uk261 }).compensation?.amount).toBe(
      "300.00",
    );
  });
});

describe("the overseas departments of France", () => {
  it("are inside the European Union: any airline's flight from there, and at most the middle amount to it", () => {
    const event = { kind: "cancelled", noticeDays: 0 } as const;
    const from = flight({ departureCountry: "RE", arrivalCountry: "MU", carrierCountry: "MU", distanceKm: 230, event });
    expect(airPassengerRights(from)).toMatchObject({ regime: "EU261", compensation: { amount: "250.00" } });
    const to = flight({ departureCountry: "FR", arrivalCountry: "GP", carrierCountry: "FR", distanceKm: 6760, event });
    expect(airPassengerRights(to)).toMatchObject({ regime: "EU261", compensation: { amount: "400.00" } });
  });
});

describe("what else is due", () => {
  it("gives care by distance and the choice of money back after five hours", () => {
    const after = (minutes: number, distanceKm: number) => {
      const { care, refundOrRerouting } = airPassengerRights(
        flight({ distanceKm, arrivalCountry: "EG", event: { kind: "delayed", arrivalDelayMinutes: minutes } }),
      );
      return [care, refundOrRerouting];
    };
    expect(after(119, 1000)).toEqual([false, false]);
    expect(after(120, 1000)).toEqual([true, false]);
    expect(after(179, 2000)).toEqual([false, false]);
    expect(after(240, 5000)).toEqual([true, false]);
    expect(after(300, 5000)).toEqual([true, true]);
  });

  it("names its source, its date and that it promises nothing", () => {
    for (const answer of [airPassengerRights(flight()), airPassengerRights(flight({ departureCountry: "JP", arrivalCountry: "AU" }))]) {
      expect(answer.sources.every(({ name, asOf }) => name.length > 0 && /^\d{4}-\d\d-\d\d$/.test(asOf))).toBe(true);
      expect(answer.note).toContain("no promise");
    }
  });
});
