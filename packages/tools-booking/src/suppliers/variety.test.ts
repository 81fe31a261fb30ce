import { expect, it } from "vitest";
import { money } from "../money.ts";
import { sampleFlight } from "../testing/sample-offers.ts";
import { variety } from "./variety.ts";

const base = sampleFlight();
const flight = (id: string, carrier: string, number: string, minor: bigint, hold = false) => {
  const { paymentTimeLimit: _, ...bare } = base;
  const journeys = base.journeys.map((journey) => ({
    ...journey,
    segments: journey.segments.map((one) => ({ ...one, marketingCarrier: carrier, flightNumber: number })),
  }));
  return {
    ...bare,
    id,
    journeys,
    validatingCarrier: carrier,
    price: { ...base.price, total: money(minor, "EUR") },
    ...(hold ? { paymentTimeLimit: "2027-01-16T09:00:00Z" } : {}),
  };
};

const offers = [
  flight("vy-1", "VY", "1", 7000n),
  flight("vy-2", "VY", "2", 7100n),
  flight("vy-1-flex", "VY", "1", 7200n),
  flight("lh-1", "LH", "1", 9000n),
  flight("lh-1-flex", "LH", "1", 12000n, true),
];

it("keeps all there is when it is little, cheapest first", () => {
  expect(variety(offers.toReversed(), 9).map(({ id }) => id)).toEqual(["vy-1", "vy-2", "vy-1-flex", "lh-1", "lh-1-flex"]);
});

it("has each carrier, and a fare that can be held, before a second flight of the cheapest carrier", () => {
  expect(variety(offers, 4).map(({ id }) => id)).toEqual(["vy-1", "vy-1-flex", "lh-1", "lh-1-flex"]);
});

it("gives one when one is wanted: the cheapest", () => {
  expect(variety(offers, 1).map(({ id }) => id)).toEqual(["vy-1"]);
});
