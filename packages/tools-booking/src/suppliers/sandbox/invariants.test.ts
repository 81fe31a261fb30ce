import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, airport, airports } from "../../geography/index.ts";
import { minorUnits } from "../../money.ts";
import type { CarQuery, FlightQuery, HotelQuery } from "../../offer.ts";
import { createCars } from "./cars.ts";
import { createFlights } from "./flights.ts";
import { createHotels } from "./hotels.ts";
import { seatsLeft } from "./world/availability.ts";
import { carrier, carriers } from "./world/carriers.ts";
import { createConnections, minimumConnection } from "./world/connections.ts";
import { createDice } from "./world/hash.ts";
import { createNetwork } from "./world/routes.ts";
import { createSchedule } from "./world/schedule.ts";

const dice = createDice("invariants");
const network = createNetwork(dice);
const schedule = createSchedule(dice);
const connections = createConnections(network, schedule);
const flights = createFlights({ dice, network, schedule, connections });
const hotels = createHotels(dice);
const cars = createCars(dice);
const nobody = () => 0;
const now = Date.parse("2027-01-15T09:00:00Z");
const today = "2027-01-15";

const large = [...airports().values()].filter(({ rank }) => rank >= 5).map(({ code }) => code);
const money = ["EUR", "USD", "JPY", "KWD", "GBP"];

const flightQueries: fc.Arbitrary<FlightQuery> = fc
  .record({
    pair: fc.tuple(fc.constantFrom(...large), fc.constantFrom(...large)),
    ahead: fc.integer({ min: 1, max: 300 }),
    stay: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    adults: fc.integer({ min: 1, max: 3 }),
    childrenAges: fc.array(fc.integer({ min: 0, max: 14 }), { maxLength: 2 }),
    cabin: fc.constantFrom("ECONOMY" as const, "PREMIUM_ECONOMY" as const, "BUSINESS" as const, "FIRST" as const),
    directOnly: fc.boolean(),
    currency: fc.constantFrom(...money),
  })
  .filter(({ pair, adults, childrenAges }) => airport(pair[0])!.city !== airport(pair[1])!.city && childrenAges.filter((age) => age < 2).length <= adults)
  .map(({ pair, ahead, stay, ...rest }) => {
    const departureDate = addDays(today, ahead);
    return { origin: pair[0], destination: pair[1], departureDate, ...(stay ? { returnDate: addDays(departureDate, stay) } : {}), limit: 8, ...rest };
  });

function sumsUp(price: {
  total: { amount: string; currency: string };
  base: typeof price.total;
  taxes: typeof price.total;
  fees: typeof price.total;
  perPassenger: { count: number; each: typeof price.total }[];
}) {
  const total = minorUnits(price.total);
  expect(minorUnits(price.base) + minorUnits(price.taxes) + minorUnits(price.fees)).toBe(total);
  expect(price.perPassenger.reduce((sum, { count, each }) => sum + minorUnits(each) * BigInt(count), 0n)).toBe(total);
  expect(total > 0n).toBe(true);
}

describe("the sandbox world", () => {
  it("makes flights whose sums, times and connections are right", () => {
    fc.assert(
      fc.property(flightQueries, (query) => {
        for (const { content, takes } of flights.search(query, { now, taken: nobody })) {
          sumsUp(content.price);
          expect(content.price.total.currency).toBe(query.currency);
          expect(content.journeys.length).toBe(query.returnDate ? 2 : 1);
          expect(takes.length).toBe(content.fareComponents.length);
          for (const [i, journey] of content.journeys.entries()) {
            if (query.directOnly) expect(journey.segments.length).toBe(1);
            expect(journey.segments[0]!.departure.time.local.slice(0, 10)).toBe(i === 0 ? query.departureDate : query.returnDate);
            for (const [j, segment] of journey.segments.entries()) {
              expect((Date.parse(segment.arrival.time.utc) - Date.parse(segment.departure.time.utc)) / 60_000).toBe(segment.duration);
              const next = journey.segments[j + 1];
              if (!next) continue;
              expect(next.departure.airport).toBe(segment.arrival.airport);
              const route = (one: typeof segment) => network.route(carrier(one.marketingCarrier)!, one.departure.airport, one.arrival.airport)!;
              const wait = (Date.parse(next.departure.time.utc) - Date.parse(segment.arrival.time.utc)) / 60_000;
              expect(wait).toBeGreaterThanOrEqual(minimumConnection(route(segment), route(next)));
            }
            const elapsed = (Date.parse(journey.segments.at(-1)!.arrival.time.utc) - Date.parse(journey.segments[0]!.departure.time.utc)) / 60_000;
            expect(journey.duration).toBe(elapsed);
          }
          const [out, back] = content.journeys;
          if (out && back) expect(Date.parse(back.segments[0]!.departure.time.utc)).toBeGreaterThan(Date.parse(out.segments.at(-1)!.arrival.time.utc));
        }
      }),
      { numRuns: 120 },
    );
  });

  it("answers the same for the same seed and moment, in another process and another order", () => {
    fc.assert(
      fc.property(flightQueries, flightQueries, (one, other) => {
        const fresh = () => {
          const again = createDice("invariants");
          const net = createNetwork(again);
          const plan = createSchedule(again);
          return createFlights({ dice: again, network: net, schedule: plan, connections: createConnections(net, plan) });
        };
        const first = fresh();
        const a = first.search(one, { now, taken: nobody });
        const second = fresh();
        second.search(other, { now, taken: nobody });
        expect(JSON.stringify(second.search(one, { now, taken: nobody }))).toBe(JSON.stringify(a));
      }),
      { numRuns: 10 },
    );
  });

  it("prices what it proposes again to the same total", () => {
    fc.assert(
      fc.property(flightQueries, (query) => {
        for (const { terms, content } of flights.search(query, { now, taken: nobody })) {
          expect(flights.propose(terms, { now, taken: nobody })?.content.price).toEqual(content.price);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("never sells more seats than an aircraft has", () => {
    const route = network.nonstop("MAD", "BCN")[0]!;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 250 }), (ahead, sold) => {
        for (const flight of schedule.flights(route, addDays(today, ahead))) {
          const capacity = flight.departure.equipment.seats.ECONOMY!;
          const left = seatsLeft(dice, () => sold, flight, "ECONOMY", now);
          expect(left).toBeGreaterThanOrEqual(0);
          expect(left === 0 || left + sold <= capacity).toBe(true);
          expect(seatsLeft(dice, nobody, flight, "ECONOMY", now + 86_400_000)).toBeLessThanOrEqual(seatsLeft(dice, nobody, flight, "ECONOMY", now));
        }
      }),
    );
  });

  it("sells hotel rooms and cars with exact sums and ascending cancellation steps", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...large),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(...money),
        fc.array(fc.integer({ min: 0, max: 16 }), { maxLength: 2 }),
        (place, ahead, days, currency, childrenAges) => {
          const from = addDays(today, ahead);
          const stay: HotelQuery = {
            place,
            checkIn: from,
            checkOut: addDays(from, days),
            rooms: 1,
            adults: 2,
            childrenAges,
            refundableOnly: false,
            currency,
            limit: 10,
          };
          const rental: CarQuery = {
            pickUp: place,
            dropOff: place,
            pickUpAt: `${from}T10:00`,
            dropOffAt: `${addDays(from, days)}T10:00`,
            driverAge: 23,
            automaticOnly: false,
            currency,
            limit: 10,
          };
          for (const { content } of [...hotels.search(stay, { now, taken: nobody }), ...cars.search(rental, { now, taken: nobody })]) {
            sumsUp(content.price);
            expect(content.cancellation[0]!.from).toBe("now");
            const times = content.cancellation.slice(1).map(({ from }) => Date.parse(from));
            expect(times).toEqual([...times].sort((a, b) => a - b));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("flies between large cities on nearly any day", () => {
    const pairs = [
      ["BCN", "FRA"],
      ["LON", "TYO"],
      ["MAD", "NYC"],
      ["LIS", "OPO"],
      ["SYD", "SIN"],
      ["PAR", "ROM"],
      ["BER", "BCN"],
      ["SAO", "LIS"],
      ["DXB", "BOM"],
      ["NYC", "LAX"],
    ];
    let found = 0;
    let asked = 0;
    for (const [origin, destination] of pairs) {
      for (let ahead = 2; ahead < 330; ahead += 23) {
        asked++;
        const query: FlightQuery = {
          origin: origin!,
          destination: destination!,
          departureDate: addDays(today, ahead),
          adults: 2,
          childrenAges: [],
          cabin: "ECONOMY",
          directOnly: true,
          currency: "EUR",
          limit: 5,
        };
        if (flights.search(query, { now, taken: nobody }).length > 0) found++;
      }
    }
    expect(found / asked).toBeGreaterThan(0.97);
  });

  it("has hubs and ticket prefixes that make sense", () => {
    for (const { code, hubs, ticketPrefix } of carriers().values()) {
      expect({ code, unknown: hubs.filter((hub) => !airport(hub)) }).toEqual({ code, unknown: [] });
      expect(ticketPrefix).toMatch(/^\d{3}$/);
    }
    expect(carriers().size).toBeGreaterThan(100);
  });
});
