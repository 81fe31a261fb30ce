import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { airport } from "../geography/index.ts";
import type { CarOffer, CarQuery, FlightOffer, FlightQuery, HotelOffer, HotelQuery, Offer } from "../offer.ts";
import type { Dialect, Simulator, World } from "../simulators/kit/index.ts";
import { openWorld, startSimulator } from "../simulators/kit/index.ts";
import type { Supplier, Traveller, VerticalSupplier } from "../supplier.ts";
import type { SupplierMemory } from "../suppliers/http/index.ts";
import { volatileMemory } from "../suppliers/http/index.ts";
import type { SupplierBench } from "./supplier-contract.ts";

export const flightQuery: FlightQuery = {
  origin: "BCN",
  destination: "FRA",
  departureDate: "2027-03-12",
  adults: 1,
  childrenAges: [],
  cabin: "ECONOMY",
  directOnly: false,
  currency: "EUR",
  limit: 20,
};
export const hotelQuery: HotelQuery = {
  place: "LIS",
  checkIn: "2027-03-12",
  checkOut: "2027-03-15",
  rooms: 1,
  adults: 2,
  childrenAges: [],
  refundableOnly: false,
  currency: "EUR",
  limit: 10,
};
export const carQuery: CarQuery = {
  pickUp: "LIS",
  dropOff: "LIS",
  pickUpAt: "2027-03-12T10:00",
  dropOffAt: "2027-03-15T10:00",
  driverAge: 35,
  automaticOnly: false,
  currency: "EUR",
  limit: 10,
};

export const flightMismatch = (offer: FlightOffer, query: FlightQuery): string | undefined => {
  const journey = offer.journeys[0]!;
  const { departure } = journey.segments[0]!;
  if (airport(departure.airport)?.city !== query.origin) return `leaves from ${departure.airport}`;
  if (!departure.time.local.startsWith(query.departureDate)) return `leaves on ${departure.time.local}`;
  return journey.destination === query.destination ? undefined : `goes to ${journey.destination}`;
};
export const hotelMismatch = (offer: HotelOffer, query: HotelQuery): string | undefined =>
  offer.nights === 3 && offer.rooms === query.rooms && offer.checkIn.local.startsWith(query.checkIn) ? undefined : "another stay";
export const carMismatch = (offer: CarOffer, query: CarQuery): string | undefined =>
  offer.pickUp.time.local.startsWith(query.pickUpAt) && offer.dropOff.time.local.startsWith(query.dropOffAt) ? undefined : "another rental";

/** A party that fits the offer, complete with birth dates and gender, as real airlines ask for them. */
export function partyFor(offer: Offer): Traveller[] {
  const party = offer.vertical === "flight" ? offer.passengers.flatMap(({ ptc, count }) => Array.from({ length: count }, () => ptc)) : (["ADT"] as const);
  return party.map((ptc, i) => ({
    id: String(i + 1),
    givenName: "Ana",
    familyName: "Silva",
    ptc,
    gender: "F" as const,
    bornOn: { ADT: "1988-04-05", CHD: "2020-05-01", INF: "2026-06-01" }[ptc],
  }));
}

export interface SimulatorSetup {
  dialect(world: World): Dialect | Promise<Dialect>;
  adapter(parts: { url: string; memory: SupplierMemory; clock: World["clock"]; simulator: Simulator }): Supplier;
}

/** A fresh world with one simulator and the adapter that speaks to it over a real socket. Close it with `close`. */
export async function simulated({ dialect, adapter }: SimulatorSetup) {
  const clock = fakeClock();
  const db = await testDatabase();
  const world = await openWorld({ db, clock });
  const simulator = await startSimulator(await dialect(world), { clock });
  const memory = volatileMemory();
  const supplier = adapter({ url: simulator.url, memory, clock, simulator });
  return {
    clock,
    world,
    simulator,
    memory,
    supplier,
    async close() {
      await simulator.close();
      await db.close();
    },
  };
}

/**
 * The contract's bench over a simulator. `createRoute` is the dialect's route that sells; leave it out where the vendor cannot be
 * asked for a lost order, and prove in a test of your own that it stays unknown then.
 */
export async function simulatorBench<Q, O extends Offer>(
  setup: SimulatorSetup,
  port: (supplier: Supplier) => VerticalSupplier<Q, O> | undefined,
  { query, mismatch, createRoute, opened }: { query: Q; mismatch: SupplierBench<Q, O>["mismatch"]; createRoute?: string; opened: { close(): Promise<void> }[] },
): Promise<SupplierBench<Q, O>> {
  const parts = await simulated(setup);
  opened.push(parts);
  const { simulator, supplier, world, clock } = parts;
  return {
    supplier: port(supplier)!,
    query,
    mismatch,
    travellers: partyFor,
    ...(createRoute === undefined ? {} : { loseReply: () => simulator.next({ scenario: "timeout_after_commit", on: createRoute }) }),
    pass: async (ms) => void (await clock.advance(ms)),
    sold: async () => (await world.counter(simulator.vendor).ledger.orders()).filter(({ status }) => status !== "cancelled").length,
  };
}
