import { describe, expect, it } from "vitest";
import { localTravelTime } from "../geography/time.ts";
import { money } from "../money.ts";
import type { FlightOffer, Journey, Segment } from "../offer.ts";
import { advance, type Order, type OrderItem } from "../order.ts";
import type { SupplierOrder } from "../supplier.ts";
import { sampleFlight, sampleHotel } from "../testing/sample-offers.ts";
import { changesOf } from "./changes-of.ts";

const segment = (number: string, from: [string, string, string], to: [string, string, string]): Segment => ({
  id: number,
  marketingCarrier: number.slice(0, 2),
  carrierName: "An airline",
  flightNumber: number.slice(2),
  operatingCarrier: number.slice(0, 2),
  departure: { airport: from[0], city: from[0], time: localTravelTime(from[1], from[2]) },
  arrival: { airport: to[0], city: to[0], time: localTravelTime(to[1], to[2]) },
  duration: 60,
  equipment: "32N",
});
const journey = (...segments: Segment[]): Journey => ({
  origin: segments[0]!.departure.airport,
  destination: segments.at(-1)!.arrival.airport,
  duration: 100,
  segments,
});
const madrid = "Europe/Madrid";
const berlin = "Europe/Berlin";
/** Barcelona to Hamburg with 90 minutes in Frankfurt; `shift` moves the first flight, `wait` the second. */
const connecting = (shift = "10:15,12:25", onward = "13:55,15:00", number = "LH0006"): Journey => {
  const [off, on] = shift.split(",");
  const [leaves, lands] = onward.split(",");
  return journey(
    segment("LH1123", ["BCN", `2027-03-12T${off}`, madrid], ["FRA", `2027-03-12T${on}`, berlin]),
    segment(number, ["FRA", `2027-03-12T${leaves}`, berlin], ["HAM", `2027-03-12T${lands}`, berlin]),
  );
};
const item = (changes: Partial<OrderItem> = {}, offer: FlightOffer = sampleFlight({ journeys: [connecting()] })): OrderItem => ({
  no: 1,
  offer,
  quoted: offer.price.total,
  total: offer.price.total,
  paidHere: true,
  status: "ticketed",
  supplierReference: "ord-1",
  locators: ["LOC1"],
  documents: [{ type: "ETKT", number: "2201" }],
  ...changes,
});
const record = (changes: Partial<SupplierOrder> = {}): SupplierOrder => ({
  reference: "ord-1",
  key: "k",
  status: "ticketed",
  locators: ["LOC1"],
  total: money(18940n, "EUR"),
  documents: [{ type: "ETKT", number: "2201" }],
  journeys: [connecting()],
  ...changes,
});
const severity = (now: Journey) => changesOf(item(), record({ journeys: [now] })).map((change) => change.kind === "schedule" && change.change.severity);

describe("what changed at the supplier", () => {
  it("is nothing where both say the same, however the supplier writes it", () => {
    expect(changesOf(item(), record())).toEqual([]);
    expect(changesOf(item(), record({ journeys: [connecting("10:15,12:25", "13:55,15:00", "LH6")] }))).toEqual([]);
    const { journeys: _, ...silent } = record();
    expect(changesOf(item(), silent)).toEqual([]);
    expect(changesOf(item({ doing: { what: "change", key: "c", before: "ticketed" } }), record({ status: "cancelled" }))).toEqual([]);
    expect(changesOf(item({ status: "pending" }), record())).toEqual([]);
  });

  it("is minor below the limit, and major at it", () => {
    expect(severity(connecting("10:15,12:25", "14:24,15:29"))).toEqual(["minor"]);
    expect(severity(connecting("10:15,12:25", "14:25,15:30"))).toEqual(["major"]);
    expect(severity(connecting("10:15,12:25", "13:55,15:00", "LH8"))).toEqual(["minor"]);
    const moved = changesOf(item(), record({ journeys: [connecting("10:15,12:25", "14:24,15:29")] }), { minorMinutes: 20 });
    expect(moved).toMatchObject([{ change: { severity: "major", journeys: [{ journey: 1, departureMinutes: 0, arrivalMinutes: 29, movedMinutes: 29 }] } }]);
  });

  it("is major when a connection gets too short, though times move little; a short one that was sold stays the airline's", () => {
    expect(changesOf(item(), record({ journeys: [connecting("10:35,12:45")] }))).toMatchObject([
      { kind: "schedule", change: { severity: "major", journeys: [{ movedMinutes: 20, connectionBroken: true }] } },
    ]);
    const tight = item({}, sampleFlight({ journeys: [connecting("10:55,13:05")] }));
    expect(changesOf(tight, record({ journeys: [connecting("10:50,13:00")] }))).toMatchObject([{ change: { severity: "minor" } }]);
  });

  it("is major with another airport, another airline, one stop more, or a direction that is gone", () => {
    const direct = journey(segment("LH1123", ["BCN", "2027-03-12T10:15", madrid], ["HAM", "2027-03-12T15:00", berlin]));
    expect(severity(direct)).toEqual(["major"]);
    expect(severity(connecting("10:15,12:25", "13:55,15:00", "AB6"))).toEqual(["major"]);
    const both = item({}, sampleFlight({ journeys: [connecting(), direct] }));
    expect(changesOf(both, record())).toMatchObject([{ change: { severity: "major", journeys: [{ journey: 2, was: { origin: "BCN" } }] } }]);
  });

  it("adds small moves up to what was agreed, and takes an accepted change as agreed", () => {
    const first = connecting("10:15,12:25", "14:15,15:20");
    const second = connecting("10:15,12:25", "14:35,15:40");
    const known = item({ journeys: [first], scheduleChange: { severity: "minor", journeys: [] } });
    expect(changesOf(known, record({ journeys: [first] }))).toEqual([]);
    expect(changesOf(known, record({ journeys: [second] }))).toMatchObject([{ change: { severity: "major", journeys: [{ arrivalMinutes: 40 }] } }]);
    expect(changesOf({ ...known, agreed: [first] }, record({ journeys: [second] }))).toMatchObject([{ change: { severity: "minor" } }]);
    expect(changesOf(known, record())).toEqual([{ kind: "schedule-restored" }]);
  });

  it("finds tickets, papers, cancellations, prices and refunds", () => {
    expect(changesOf(item({ status: "confirmed", documents: [] }), record())).toEqual([{ kind: "ticketed" }]);
    expect(changesOf(item(), record({ locators: ["LOC1", "AIR9"] }))).toEqual([
      { kind: "papers", locators: ["LOC1", "AIR9"], documents: [{ type: "ETKT", number: "2201" }] },
    ]);
    const eur = (minor: bigint) => money(minor, "EUR");
    expect(changesOf(item(), record({ status: "cancelled", refund: eur(18940n) }))).toEqual([{ kind: "cancelled", refund: eur(18940n) }]);
    expect(changesOf(item(), record({ commission: eur(900n) }))).toEqual([{ kind: "commission", commission: eur(900n) }]);
    expect(changesOf(item({ commission: eur(900n) }), record({ commission: eur(950n) }))).toEqual([]);
    expect(changesOf(item(), record({ total: eur(20000n) }))).toEqual([{ kind: "price", was: eur(18940n), now: eur(20000n) }]);
    expect(changesOf(item({ drift: eur(20000n) }), record({ total: eur(20000n) }))).toEqual([]);
    expect(changesOf(item({ cost: money(9000n, "USD") }), record())).toEqual([]);
    expect(changesOf(item({ status: "refunded", refund: eur(100n) }), record({ status: "cancelled", refund: eur(300n) }))).toEqual([
      { kind: "refund", was: eur(100n), now: eur(300n) },
    ]);
    const hotel = sampleHotel();
    expect(
      changesOf({ ...item({ status: "confirmed" }), offer: hotel, total: hotel.price.total }, record({ status: "confirmed", total: hotel.price.total })),
    ).toEqual([]);
  });
});

describe("an order that the supplier changed", () => {
  const order = { id: "o", items: [item()], currency: "EUR", paid: money(18940n, "EUR"), status: "ticketed" } as unknown as Order;
  const moved = connecting("10:15,12:25", "15:55,17:00");
  const change = { severity: "major" as const, journeys: [] };

  it("keeps what was bought beside what is, and the answer beside both", () => {
    const changed = advance(order, { type: "schedule-changed", item: 1, journeys: [moved], change });
    expect(changed.items[0]).toMatchObject({ status: "ticketed", offer: { journeys: [connecting()] }, journeys: [moved], scheduleChange: change });
    expect(advance(changed, { type: "schedule-changed", item: 1, journeys: [moved], change })).toBe(changed);
    const accepted = advance(changed, { type: "schedule-answered", item: 1, answer: "accepted" });
    expect(accepted.items[0]).toMatchObject({ offer: { journeys: [connecting()] }, agreed: [moved], scheduleChange: { answer: "accepted" } });
    const restored = advance(changed, { type: "schedule-restored", item: 1 });
    expect(restored.items[0]).toEqual(order.items[0]);
    expect(() => advance(order, { type: "schedule-answered", item: 1, answer: "accepted" })).toThrow(/cannot take/);
  });

  it("takes nothing over while a write of ours is under way, and forgets it after an exchange", () => {
    const doing = advance(order, { type: "attempt", item: 1, what: "cancel", key: "c" });
    expect(() => advance(doing, { type: "schedule-changed", item: 1, journeys: [moved], change })).toThrow(/cancel under way/);
    const changed = advance(order, { type: "schedule-changed", item: 1, journeys: [moved], change });
    const to = { offer: sampleFlight({ id: "flight-2" }), total: money(20000n, "EUR") };
    const exchanging = advance(changed, { type: "attempt", item: 1, what: "change", key: "x", to });
    const exchanged = advance(exchanging, { type: "outcome", item: 1, facts: record({ total: to.total }) });
    expect(exchanged.items[0]).toMatchObject({ offer: { id: "flight-2" }, status: "ticketed" });
    expect(exchanged.items[0]).not.toHaveProperty("journeys");
    expect(exchanged.items[0]).not.toHaveProperty("scheduleChange");
  });
});
