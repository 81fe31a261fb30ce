import { describe, expect, it } from "vitest";
import { candidate, merge as mergeCandidates } from "./merge.ts";
import { money } from "./money.ts";
import type { FlightOffer, Offer } from "./offer.ts";
import { sampleFlight, sampleHotel } from "./testing/sample-offers.ts";

const now = Date.parse("2027-01-15T09:00:00Z");
const at = (supplier: string, minor: bigint, changes: Partial<FlightOffer> = {}): FlightOffer => {
  const offer = sampleFlight({ id: `${supplier}-${minor}`, supplier, ...changes });
  return { ...offer, price: { ...offer.price, total: money(minor, "EUR") } };
};

const merge = (offers: Offer[], limit: number, at: number) => mergeCandidates(offers.map(candidate), limit, at);

describe("merging suppliers", () => {
  it("keeps the cheapest of the same travel and names who else sells it, cheapest first", () => {
    const [one, ...more] = merge([at("a", 30_000n), at("b", 20_000n), at("c", 25_000n), at("c", 26_000n), at("b", 21_000n)], 10, now);
    expect(more).toEqual([]);
    expect(one!.offer.supplier).toBe("b");
    expect(one!.alsoAt).toEqual([
      { supplier: "c", total: money(25_000n, "EUR") },
      { supplier: "a", total: money(30_000n, "EUR") },
    ]);
  });

  it("sees through the names suppliers give to fares, and not through bags, conditions or the sandbox", () => {
    const base = at("a", 20_000n);
    const named = (fareBrand: string) => base.fareComponents.map((component) => ({ ...component, fareBrand }));
    expect(merge([base, at("b", 20_100n, { fareComponents: named("ECONOMY SAVER") })], 10, now)).toHaveLength(1);
    const bags = base.fareComponents.map((component) => ({ ...component, baggage: { ...component.baggage, checkedPieces: 2 } }));
    expect(merge([base, at("b", 20_100n, { fareComponents: bags })], 10, now)).toHaveLength(2);
    const freer = { ...base.conditions, refund: { allowed: !base.conditions.refund.allowed } };
    expect(merge([base, at("b", 20_100n, { conditions: freer })], 10, now)).toHaveLength(2);
    expect(merge([base, at("b", 20_100n, { sandbox: !base.sandbox })], 10, now)).toHaveLength(2);
  });

  it("sees through the ways suppliers write the same stay", () => {
    const stay = sampleHotel();
    const [first] = stay.cancellation;
    const other = {
      ...stay,
      id: "other",
      supplier: "b",
      checkIn: { ...stay.checkIn, local: `${stay.checkIn.local.slice(0, 10)}T14:00:00` },
      cancellation: stay.cancellation.map((step) => (step.from === "now" ? step : { ...step, from: new Date(step.from).toISOString() })),
    };
    expect(first).toBeDefined();
    expect(merge([stay, other], 10, now)).toHaveLength(1);
    const later = stay.cancellation.map((step) => (step.from === "now" ? step : { ...step, from: "2027-03-11T00:00:00Z" }));
    expect(merge([stay, { ...other, cancellation: later }], 10, now)).toHaveLength(stay.cancellation.length > 1 ? 2 : 1);
  });

  it("does not take two rooms of one house for one", () => {
    const room = sampleHotel();
    expect(merge([room, { ...room, id: "other", supplier: "b", room: { ...room.room, name: "Suite" } }], 10, now)).toHaveLength(2);
  });
});
