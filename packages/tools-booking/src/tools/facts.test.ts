import { describe, expect, it } from "vitest";
import { money } from "../money.ts";
import type { FlightOffer, Segment } from "../offer.ts";
import type { StoredOrder } from "../order-store.ts";
import type { Traveller } from "../supplier.ts";
import { sampleFlight } from "../testing/sample-offers.ts";
import { documentFacts } from "./document-facts.ts";
import { createBookingFacts, travelFacts } from "./facts.ts";
import { budgetOf, recordFacts } from "./record-facts.ts";

const now = Date.parse("2027-01-15T09:00:00Z");
const ana: Traveller = { id: "1", givenName: "Ana", familyName: "Silva", ptc: "ADT", bornOn: "1990-05-02", gender: "F" };
const segment = (from: string, departs: string, to: string, arrives: string): Segment => ({
  ...sampleFlight().journeys[0]!.segments[0]!,
  departure: { airport: from, city: from, time: { local: departs, timeZone: "UTC", utc: `${departs}Z` } },
  arrival: { airport: to, city: to, time: { local: arrives, timeZone: "UTC", utc: `${arrives}Z` } },
});
const flight = (journeys: Segment[][], more: Partial<FlightOffer> = {}): FlightOffer =>
  sampleFlight({
    journeys: journeys.map((segments) => ({
      origin: segments[0]!.departure.airport,
      destination: segments.at(-1)!.arrival.airport,
      duration: 60,
      segments,
    })),
    ...more,
  });
const out = flight([[segment("BCN", "2027-03-12T10:00:00", "FRA", "2027-03-12T12:00:00")]]);

describe("what rules look at", () => {
  it("counts ages on the first and the last departure, and says who is known how well without naming anybody", () => {
    const baby: Traveller = { id: "2", givenName: "B.", familyName: "Silva", ptc: "INF", bornOn: "2025-03-20" };
    const trip = flight([
      [segment("BCN", "2027-03-12T10:00:00", "FRA", "2027-03-12T12:00:00")],
      [segment("FRA", "2027-03-20T10:00:00", "BCN", "2027-03-20T12:00:00")],
    ]);
    const facts = travelFacts([trip], [ana, baby], now);
    expect(facts).toMatchObject({
      firstDate: "2027-03-12",
      lastDate: "2027-03-20",
      party: { size: 2, adults: 1, children: 0, infants: 1 },
      travellers: [
        { ptc: "ADT", ageOnFirstDate: 36, ageOnLastDate: 36, birthDateKnown: true, genderKnown: true, nameComplete: true },
        { ptc: "INF", ageOnFirstDate: 1, ageOnLastDate: 2, birthDateKnown: true, genderKnown: false, nameComplete: false },
      ],
    });
    expect(JSON.stringify(facts)).not.toMatch(/Ana|Silva|1990/);
  });

  it("knows the countries and how long a connection is, within a country, over a border, to another airport, and to another ticket", () => {
    const trip = flight([
      [
        segment("MAD", "2027-03-12T06:00:00", "BCN", "2027-03-12T07:00:00"),
        segment("BCN", "2027-03-12T07:40:00", "PMI", "2027-03-12T08:30:00"),
        segment("PMI", "2027-03-12T09:15:00", "LHR", "2027-03-12T11:45:00"),
        segment("LGW", "2027-03-12T15:00:00", "JFK", "2027-03-12T23:00:00"),
      ],
    ]);
    const onwards = flight([[segment("EWR", "2027-03-13T01:00:00", "BOS", "2027-03-13T02:00:00")]]);
    const facts = travelFacts([trip, onwards], [ana], now);
    expect(facts.countries).toEqual(["ES", "GB", "US"]);
    expect(facts.connections).toEqual([
      { airport: "BCN", minutes: 40, kind: "domestic" },
      { airport: "PMI", minutes: 45, kind: "international" },
      { airport: "LGW", minutes: 195, kind: "airport-change" },
      { airport: "EWR", minutes: 120, kind: "separate-tickets" },
    ]);
    expect(travelFacts([flight([[segment("ZZZ", "2027-03-12T06:00:00", "YYY", "2027-03-12T07:00:00")]])], [ana], now)).toMatchObject({
      countries: [],
      connections: [],
    });
  });

  it("knows whether it can be held and how many minutes are left to pay", () => {
    const { paymentTimeLimit: _, ...instant } = out;
    expect(travelFacts([instant], [ana], now)).toMatchObject({ holdable: false });
    expect(travelFacts([instant], [ana], now)).not.toHaveProperty("minutesToTicketingLimit");
    const held = flight([out.journeys[0]!.segments], { paymentTimeLimit: "2027-01-15T09:10:30Z" });
    expect(travelFacts([instant, held], [ana], now)).toMatchObject({ holdable: true, minutesToTicketingLimit: 10 });
    expect(travelFacts([held], [ana], now, { ticketBy: ["2027-01-15T08:59:00Z", undefined] })).toMatchObject({ minutesToTicketingLimit: -1 });
  });
});

it("is listed for the check of rules, path by path", () => {
  const paths = (value: unknown, at: string): string[] => {
    if (Array.isArray(value)) return value.every((one) => typeof one !== "object") ? [at] : value.flatMap((one) => paths(one, `${at}[]`));
    if (typeof value !== "object" || value === null) return [at];
    return Object.entries(value).flatMap(([key, inner]) => paths(inner, at === "" ? key : `${at}.${key}`));
  };
  const [papers] = documentFacts([{ passport: { country: "GB", expiresOn: "2027-06-20", issuedOn: "2020-01-01" } }], [out], "2027-03-12");
  const connecting = flight([
    [segment("MAD", "2027-03-12T06:00:00", "BCN", "2027-03-12T07:00:00"), segment("BCN", "2027-03-12T07:40:00", "PMI", "2027-03-12T08:30:00")],
  ]);
  const facts = { ...travelFacts([connecting], [ana], now), documents: [papers] };
  const stated = paths(facts, "").map((path) => path.replace("documents[]", "travellers[]"));
  expect(stated.filter((path) => !createBookingFacts.includes(path))).toEqual([]);
  expect(stated).toContain("travellers[].schengen.daysAfterTrip");
});

describe("what passports and earlier stays mean", () => {
  const there = (home: string, away: string, back: string): FlightOffer =>
    flight([
      [segment(home, "2027-03-12T10:00:00", "CDG", "2027-03-12T12:00:00"), segment("CDG", "2027-03-12T14:00:00", away, "2027-03-12T20:00:00")],
      [segment(away, `${back}T10:00:00`, home, `${back}T18:00:00`)],
    ]);
  const of = (papers: Parameters<typeof documentFacts>[0][number], offer: FlightOffer, lastDate: string) => documentFacts([papers], [offer], lastDate)[0];
  const passport = (country: string, expiresOn: string, issuedOn?: string) => ({ passport: { country, expiresOn, ...(issuedOn ? { issuedOn } : {}) } });

  it("judges a passport for the countries that are entered, and nobody at home", () => {
    const bangkok = there("LHR", "BKK", "2027-03-20");
    // Six months from entry; London is home, Paris is only passed through.
    expect(of(passport("GB", "2027-09-12"), bangkok, "2027-03-20")).toEqual({ passport: { known: true, valid: true, validMonthsAfterReturn: 5 } });
    expect(of(passport("GB", "2027-09-11"), bangkok, "2027-03-20")).toMatchObject({ passport: { valid: false, validMonthsAfterReturn: 5 } });
    expect(of(passport("GB", "2027-03-01"), bangkok, "2027-03-20")).toMatchObject({ passport: { valid: false, validMonthsAfterReturn: -1 } });
    expect(of({}, bangkok, "2027-03-20")).toEqual({ passport: { known: false } });
  });

  it("asks citizens of the Union for a valid document within it, and others for three months more and ten years at most", () => {
    const vienna = there("LHR", "VIE", "2027-03-20");
    expect(of(passport("DE", "2027-03-21"), there("MAD", "VIE", "2027-03-20"), "2027-03-20")).toEqual({
      passport: { known: true, valid: true, validMonthsAfterReturn: 0 },
    });
    expect(of(passport("GB", "2027-06-20", "2017-06-01"), vienna, "2027-03-20")).toMatchObject({ passport: { valid: true } });
    expect(of(passport("GB", "2027-06-19", "2017-06-01"), vienna, "2027-03-20")).toMatchObject({ passport: { valid: false } });
    expect(of(passport("GB", "2027-12-01", "2017-03-01"), vienna, "2027-03-20")).toMatchObject({ passport: { valid: false } });
    // Nobody said when it was issued.
    expect(of(passport("GB", "2027-12-01"), vienna, "2027-03-20")!.passport).not.toHaveProperty("valid");
  });

  it("counts Schengen days with those before, for those who count them", () => {
    const vienna = there("LHR", "VIE", "2027-03-20");
    const before = (exit: string) => ({ ...passport("GB", "2030-01-01", "2020-01-01"), schengenStays: [{ entry: "2026-12-01", exit }] });
    expect(of(before("2027-02-19"), vienna, "2027-03-20")).toMatchObject({ schengen: { allowed: true, daysAfterTrip: 90 } });
    expect(of(before("2027-02-20"), vienna, "2027-03-20")).toMatchObject({ schengen: { allowed: false, daysAfterTrip: 91 } });
    expect(of({ ...before("2027-02-20"), ...passport("IE", "2030-01-01") }, vienna, "2027-03-20")).not.toHaveProperty("schengen");
    expect(of(before("2027-02-20"), there("LHR", "BKK", "2027-03-20"), "2027-03-20")).not.toHaveProperty("schengen");
  });
});

describe("what the records say", () => {
  const booked = (id: string, status: string, offer: FlightOffer, travellers: Traveller[] = [ana]): StoredOrder =>
    ({ order: { id, customerId: "c1", travellers, items: [{ no: 1, status, offer }] } }) as unknown as StoredOrder;
  const records = (orders: StoredOrder[], { known = true, offer = out, except = undefined as string | undefined } = {}) => {
    const bookings = {
      // In pages of two, as a store may give them.
      list: async ({ cursor = "0" }: { cursor?: string }) => {
        const page = orders.slice(Number(cursor), Number(cursor) + 2);
        return {
          bookings: page.map(({ order: { id, items } }) => ({
            id,
            items: items.map((item) => {
              const segments = (item.offer as FlightOffer).journeys[0]!.segments;
              return { kind: "flight", start: segments[0]!.departure.time, end: segments.at(-1)!.arrival.time };
            }),
          })),
          ...(orders.length > Number(cursor) + 2 ? { nextCursor: String(Number(cursor) + 2) } : {}),
        };
      },
      get: async (id: string) => orders.find(({ order }) => order.id === id) ?? null,
    };
    return recordFacts(bookings as never, { customerId: known ? "c1" : undefined, offers: [offer], travellers: [ana], except });
  };
  const later = flight([[segment("BCN", "2027-03-12T18:00:00", "FRA", "2027-03-12T20:00:00")]]);
  const tomorrow = flight([[segment("BCN", "2027-03-13T10:00:00", "FRA", "2027-03-13T12:00:00")]]);
  const elsewhere = flight([[segment("MAD", "2027-03-12T11:00:00", "LIS", "2027-03-12T12:30:00")]]);

  it("counts cancelled bookings of the same route and day", async () => {
    const orders = [
      booked("a", "cancelled", out),
      booked("b", "voided", later),
      booked("c", "refunded", out),
      booked("d", "cancelled", tomorrow),
      booked("e", "failed", out),
    ];
    expect(await records(orders)).toEqual({ records: { cancelledSameFlight: 3, overlapping: 0 } });
    expect(await records(orders, { except: "a" })).toEqual({ records: { cancelledSameFlight: 2, overlapping: 0 } });
  });

  it("counts standing bookings with the same traveller in the air at that time", async () => {
    const ben: Traveller = { ...ana, givenName: "Ben" };
    const twin: Traveller = { ...ana, bornOn: "1991-01-01" };
    const orders = [
      booked("a", "ticketed", elsewhere),
      booked("b", "held", out, [ben, { ...ana, givenName: "ANA" }]),
      booked("c", "ticketed", later),
      booked("d", "ticketed", out, [ben]),
      booked("e", "ticketed", out, [twin]),
      booked("f", "cancelled", elsewhere),
    ];
    expect(await records(orders)).toEqual({ records: { cancelledSameFlight: 0, overlapping: 2 } });
    expect(await records(orders, { except: "b" })).toEqual({ records: { cancelledSameFlight: 0, overlapping: 1 } });
    expect(await records(orders, { known: false })).toEqual({ records: { cancelledSameFlight: 0, overlapping: 0 } });
  });

  it("has a budget when the customer gave one for every part, in one currency", async () => {
    const found = (budgets: Record<string, ReturnType<typeof money> | undefined>) => ({ getOffer: async (id: string) => ({ budget: budgets[id] }) as never });
    const [a, b] = [money(50_000n, "EUR"), money(20_050n, "EUR")];
    expect(await budgetOf(found({ a, b }), ["a", "b"])).toEqual(money(70_050n, "EUR"));
    expect(await budgetOf(found({ a, b: undefined }), ["a", "b"])).toBe(undefined);
    expect(await budgetOf(found({ a, b: money(1n, "USD") }), ["a", "b"])).toBe(undefined);
  });
});
