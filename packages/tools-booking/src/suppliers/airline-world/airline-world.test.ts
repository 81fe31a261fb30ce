import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { SupplierCall, VerticalSupplier } from "../../supplier.ts";
import { supplierContract } from "../../testing/supplier-contract.ts";
import { type AirlineWorld, createAirlineWorld } from "./airline-world.ts";
import type { FlightDocument, WorldData } from "./record.ts";

const call = (): SupplierCall => ({ signal: new AbortController().signal, requestId: "test" });
const usd = (amount: string) => ({ amount, currency: "USD" });

function flight(number: string, origin: string, destination: string, departs: string, arrives: string): FlightDocument {
  return {
    flight_number: number,
    origin,
    destination,
    scheduled_departure_time_est: departs,
    scheduled_arrival_time_est: arrives,
    dates: {
      "2024-05-16": {
        status: "available",
        available_seats: { basic_economy: 4, economy: 5, business: 1 },
        prices: { basic_economy: 50, economy: 100, business: 400 },
      },
    },
  };
}

const data: WorldData = {
  flights: {
    TA1: flight("TA1", "LIS", "MAD", "08:00:00", "10:00:00"),
    TA2: flight("TA2", "MAD", "FRA", "11:00:00", "13:00:00"),
    TA3: flight("TA3", "LIS", "FRA", "22:30:00", "01:10:00+1"),
  },
  users: {
    ana: {
      user_id: "ana",
      name: { first_name: "Ana", last_name: "Silva" },
      email: "ana@example.com",
      membership: "gold",
      reservations: [],
      payment_methods: {
        card: { source: "credit_card", id: "card" },
        gift: { source: "gift_card", id: "gift", amount: 120 },
        paper: { source: "certificate", id: "paper", amount: 500 },
      },
    },
  },
  reservations: {},
};

const ana = { id: "1", givenName: "Ana", familyName: "Silva", ptc: "ADT" as const, bornOn: "1980-04-12" };
const query: FlightQuery = {
  origin: "LIS",
  destination: "FRA",
  departureDate: "2024-05-16",
  adults: 1,
  childrenAges: [],
  cabin: "ECONOMY",
  directOnly: false,
  currency: "USD",
  limit: 10,
};

const open = () => {
  const clock = fakeClock("2024-05-15T20:00:00Z");
  return createAirlineWorld({ data, clock, fees: () => ({ extraBag: 50, insurancePerTraveller: 30 }) });
};

/** Offers as its customer Ana is given them: what a search finds, to be paid with her card. */
function sellingToAna(world: AirlineWorld): VerticalSupplier<FlightQuery, FlightOffer> {
  const port = world.supplier.flights!;
  const ofAna = (offer: FlightOffer): FlightOffer => {
    const found = JSON.parse(offer.supplierRef);
    const supplierRef = JSON.stringify({ ...found, customerId: "ana", itinerary: { ...found.itinerary, payments: [{ method: "card" }] } });
    return { ...offer, supplierRef };
  };
  return { ...port, search: async (wanted, own) => (await port.search(wanted, own)).map(ofAna) };
}

supplierContract({ describe, it, expect }, "airline world", () => {
  const world = open();
  const supplier = sellingToAna(world);
  return {
    supplier,
    query,
    mismatch: ({ journeys }) => (journeys[0]?.origin === "LIS" && journeys[0].destination === "FRA" ? undefined : "another way"),
    travellers: () => [ana],
    sold: async () => world.changes().filter(({ path, op }) => path.startsWith("/reservations/") && op === "add").length,
    async lastOne() {
      const [offer] = await supplier.search({ ...query, directOnly: true, cabin: "BUSINESS" }, call());
      return offer!;
    },
  };
});

describe("airline world", () => {
  const book = (payments: { method: string; amount?: { amount: string; currency: string } }[]) => ({
    kind: "book" as const,
    customerId: "ana",
    travellers: [ana],
    itinerary: {
      origin: "LIS",
      destination: "FRA",
      tripType: "one-way" as const,
      cabin: "economy",
      flights: [{ flight: "TA3", date: "2024-05-16" }],
      payments,
    },
  });
  const buy = async (world: AirlineWorld, payments: Parameters<typeof book>[0], key = "k1") => {
    const offer = await world.supplier.desk!.compose(book(payments), call());
    return world.supplier.flights!.book({ offer, travellers: [ana], contact: { email: "ana@example.com" }, key, maxTotal: offer.price.total }, call());
  };

  it("finds direct flights and those with one stop, also past midnight", async () => {
    const world = open();
    const found = await world.supplier.flights!.search(query, call());
    expect(found.map(({ journeys, fareComponents }) => [journeys[0]!.segments.map((s) => s.flightNumber).join(), fareComponents[0]!.fareBrand])).toEqual([
      ["3", "Basic Economy"],
      ["1,2", "Basic Economy"],
      ["3", "Economy"],
      ["1,2", "Economy"],
    ]);
    expect(found[0]!.journeys[0]!.segments[0]!.arrival.time).toEqual({ local: "2024-05-17T01:10:00", timeZone: "Etc/GMT+5", utc: "2024-05-17T06:10:00.000Z" });
  });

  it("sells against what is on file: gift cards by the dollar, certificates whole", async () => {
    const world = open();
    const order = await buy(world, [
      { method: "paper", amount: usd("70") },
      { method: "gift", amount: usd("30") },
    ]);
    expect(order).toMatchObject({ reference: "HATHAT", status: "confirmed", total: usd("100.00") });
    expect(world.changes()).toEqual(
      expect.arrayContaining([
        { path: "/users/ana/payment_methods/paper", op: "remove" },
        { path: "/users/ana/payment_methods/gift/amount", op: "replace", after: 90 },
        { path: "/flights/TA3/dates/2024-05-16/available_seats/economy", op: "replace", after: 4 },
        { path: "/users/ana/reservations", op: "replace", after: ["HATHAT"] },
      ]),
    );
  });

  it("takes nothing when one of the payments does not hold", async () => {
    const world = open();
    await expect(buy(world, [{ method: "gift", amount: usd("130") }])).rejects.toMatchObject({ code: "SUPPLIER_REJECTED" });
    await expect(
      buy(world, [
        { method: "paper", amount: usd("50") },
        { method: "none", amount: usd("50") },
      ]),
    ).rejects.toMatchObject({ code: "SUPPLIER_REJECTED" });
    expect(world.changes()).toEqual([]);
  });

  it("pays back a cancelled booking in its history, and moves no balance for it", async () => {
    const world = open();
    const { reference } = await buy(world, [{ method: "gift", amount: usd("100") }]);
    const { token } = await world.supplier.flights!.quoteCancel(reference, call());
    const cancelled = await world.supplier.flights!.cancel(reference, token, "c1", call());
    expect(cancelled).toMatchObject({ status: "cancelled", refund: usd("100.00") });
    expect(await world.supplier.flights!.cancel(reference, token, "c1", call())).toEqual(cancelled);
    expect(world.books.get("users", "ana")!.payment_methods.gift!.amount).toBe(20);
    expect(world.books.get("reservations", reference)!.payment_history).toEqual([
      { payment_id: "gift", amount: 100 },
      { payment_id: "gift", amount: -100 },
    ]);
  });

  it("keeps the price of a kept flight and settles the difference with one means of payment", async () => {
    const world = open();
    const { reference } = await buy(world, [{ method: "card", amount: usd("100") }]);
    const { desk, flights } = world.supplier;
    const to = await desk!.compose({ kind: "change", reference, itinerary: { cabin: "basic_economy", payments: [{ method: "gift" }] } }, call());
    const quote = await flights!.quoteChange!(reference, to, call());
    expect(quote).toMatchObject({ due: usd("0.00"), refund: usd("50.00") });
    await flights!.change!(reference, to, quote.token, "x1", call());
    expect(world.books.get("users", "ana")!.payment_methods.gift!.amount).toBe(170);
    expect(world.books.get("reservations", reference)).toMatchObject({
      cabin: "basic_economy",
      payment_history: [{ amount: 100 }, { payment_id: "gift", amount: -50 }],
    });
    await expect(flights!.change!(reference, to, "-1", "x2", call())).rejects.toMatchObject({ code: "SUPPLIER_REJECTED" });
  });

  it("begins anew, with replacements that are no changes, and never writes to its data", async () => {
    const world = open();
    const before = structuredClone(data);
    await buy(world, [{ method: "card" }]);
    world.restart([{ path: "/users/ana/membership", value: "silver" }, { path: "/flights/TA1/dates/2024-05-16" }]);
    expect(world.changes()).toEqual([]);
    expect(world.books.get("users", "ana")).toMatchObject({ membership: "silver", reservations: [] });
    expect(world.books.get("flights", "TA1")!.dates).toEqual({});
    expect(() => world.restart([{ path: "/users/nobody/membership", value: "gold" }])).toThrow(/no user nobody/);
    expect(() => world.restart([{ path: "/weather/x", value: 1 }])).toThrow(/elsewhere/);
    expect(data).toEqual(before);
  });

  it("gives one certificate for one cause", async () => {
    const world = open();
    const { reference } = await buy(world, [{ method: "card" }]);
    const request = { reference, cause: "delayed", amount: usd("50"), key: "g1" };
    const first = await world.supplier.desk!.compensate!(request, call());
    expect(await world.supplier.desk!.compensate!({ ...request, key: "g2" }, call())).toEqual(first);
    expect(world.changes().filter(({ path }) => path.includes("certificate"))).toEqual([
      { path: "/users/ana/payment_methods/certificate_3221322", op: "add", after: { source: "certificate", id: "certificate_3221322", amount: 50 } },
    ]);
  });
});
