import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { type FakeClock, fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { airport } from "../../geography/index.ts";
import { minorUnits, money } from "../../money.ts";
import type { CarOffer, CarQuery, FlightOffer, FlightQuery, HotelOffer, HotelQuery, Offer } from "../../offer.ts";
import type { SupplierCall, Traveller, VerticalSupplier } from "../../supplier.ts";
import { paymentContract } from "../../testing/payment-contract.ts";
import { type SupplierBench, supplierContract } from "../../testing/supplier-contract.ts";
import type { Fault, Faults } from "./faults.ts";
import { createSandbox } from "./index.ts";

const call = (): SupplierCall => ({ signal: new AbortController().signal, requestId: "test" });
const contact = { email: "ana.silva@example.com" };

const flightQuery: FlightQuery = {
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
const hotelQuery: HotelQuery = {
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
const carQuery: CarQuery = {
  pickUp: "LIS",
  dropOff: "LIS",
  pickUpAt: "2027-03-12T10:00",
  dropOffAt: "2027-03-15T10:00",
  driverAge: 35,
  automaticOnly: false,
  currency: "EUR",
  limit: 10,
};

function travellers(offer: Offer): Traveller[] {
  const party = offer.vertical === "flight" ? offer.passengers.flatMap(({ ptc, count }) => Array.from({ length: count }, () => ptc)) : (["ADT"] as const);
  return party.map((ptc, i) => ({
    id: String(i + 1),
    givenName: "Ana",
    familyName: "Silva",
    ptc,
    ...(ptc === "ADT" ? {} : { bornOn: ptc === "CHD" ? "2020-05-01" : "2026-06-01" }),
  }));
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "no error",
    (error: unknown) => (TravelAgentError.is(error) ? error.code : String(error)),
  );
const plenty = (offer: Offer) => money(minorUnits(offer.price.total) * 20n, offer.price.total.currency);
const request = <O extends Offer>(offer: O, key: string) => ({ offer, travellers: travellers(offer), contact, key, maxTotal: plenty(offer) });

const opened: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});

async function database() {
  const db = await testDatabase();
  opened.push(db);
  return db;
}

async function world(faults?: Faults, clock: FakeClock = fakeClock()) {
  const db = await database();
  return { ...createSandbox({ db, clock, ...(faults ? { faults } : {}) }), clock, db };
}

async function bench<Q, O extends Offer>(
  pick: (sandbox: Awaited<ReturnType<typeof world>>) => VerticalSupplier<Q, O>,
  query: Q,
  mismatch: SupplierBench<Q, O>["mismatch"],
): Promise<SupplierBench<Q, O>> {
  const lost = new Set<string>();
  const sandbox = await world((operation, key) => (operation === "book" && lost.delete(key) ? { kind: "timeout_after_commit" } : undefined));
  const supplier = pick(sandbox);
  return {
    supplier,
    query,
    mismatch,
    travellers,
    loseReply: (key) => lost.add(key),
    pass: (ms) => sandbox.clock.advance(ms),
    sold: async () => (await sandbox.ledger.orders()).filter(({ status }) => status !== "cancelled").length,
    async lastOne() {
      const [offer] = await supplier.search(query, call());
      let last = "";
      for (let i = 0; i < 400; i++) {
        try {
          last = (await supplier.book(request(offer!, `fill-${i}`), call())).reference;
        } catch (error) {
          if (!TravelAgentError.is(error, "SOLD_OUT")) throw error;
          const { token } = await supplier.quoteCancel(last, call());
          await supplier.cancel(last, token, "free-one", call());
          return offer!;
        }
      }
      throw new Error("never sold out");
    },
  };
}

supplierContract({ describe, it, expect }, "sandbox flights", () =>
  bench<FlightQuery, FlightOffer>(
    ({ supplier }) => supplier.flights!,
    flightQuery,
    (offer, query) => {
      const [journey] = offer.journeys;
      const departure = journey!.segments[0]!.departure;
      if (airport(departure.airport)?.city !== query.origin) return `leaves from ${departure.airport}`;
      if (!departure.time.local.startsWith(query.departureDate)) return `leaves on ${departure.time.local}`;
      return journey!.destination === query.destination ? undefined : `goes to ${journey!.destination}`;
    },
  ),
);
supplierContract({ describe, it, expect }, "sandbox hotels", () =>
  bench<HotelQuery, HotelOffer>(
    ({ supplier }) => supplier.hotels!,
    hotelQuery,
    (offer, query) => (offer.nights === 3 && offer.rooms === query.rooms && offer.checkIn.local.startsWith(query.checkIn) ? undefined : "another stay"),
  ),
);
supplierContract({ describe, it, expect }, "sandbox cars", () =>
  bench<CarQuery, CarOffer>(
    ({ supplier }) => supplier.cars!,
    carQuery,
    (offer, query) => (offer.pickUp.locationCode === query.pickUp && offer.pickUp.time.local.startsWith(query.pickUpAt) ? undefined : "another rental"),
  ),
);

describe("sandbox supplier", () => {
  it("gives the same answer twice, also after a restart", async () => {
    const db = await database();
    const clock = fakeClock();
    const one = await createSandbox({ db, clock }).supplier.flights!.search(flightQuery, call());
    const two = await createSandbox({ db, clock }).supplier.flights!.search(flightQuery, call());
    expect(two).toEqual(one);
    const { supplier } = createSandbox({ db, clock });
    expect((await supplier.flights!.book(request(one[0]!, "after-restart"), call())).status).toBe("ticketed");
  });

  it("marks every offer as sandbox", async () => {
    const { supplier } = await world();
    const offers: Offer[] = [
      ...(await supplier.flights!.search(flightQuery, call())),
      ...(await supplier.hotels!.search(hotelQuery, call())),
      ...(await supplier.cars!.search(carQuery, call())),
    ];
    expect(offers.length).toBeGreaterThan(20);
    expect(offers.every(({ sandbox, supplier }) => sandbox && supplier === "sandbox")).toBe(true);
    expect(supplier.live).toBe(false);
  });

  it("believes no altered reference", async () => {
    const { supplier } = await world();
    const [offer] = await supplier.flights!.search(flightQuery, call());
    const [body, signature] = offer!.supplierRef.split(".");
    const terms = JSON.parse(Buffer.from(body!, "base64url").toString());
    const forged = {
      ...offer!,
      supplierRef: `${Buffer.from(JSON.stringify({ ...terms, expiresAt: terms.expiresAt + 1 })).toString("base64url")}.${signature}`,
    };
    expect(await codeOf(supplier.flights!.reprice(forged, call()))).toBe("SUPPLIER_REJECTED");
    expect(await codeOf(supplier.flights!.book(request(forged, "forged"), call()))).toBe("SUPPLIER_REJECTED");
    expect(await codeOf(supplier.hotels!.reprice({ ...offer! } as unknown as HotelOffer, call()))).toBe("SUPPLIER_REJECTED");
  });

  it("does not charge what the caller wrote into the offer", async () => {
    const { supplier } = await world();
    const [offer] = await supplier.flights!.search(flightQuery, call());
    const cheap = { ...offer!, price: { ...offer!.price, total: money(100n, "EUR") } };
    expect((await supplier.flights!.book(request({ ...cheap, price: offer!.price }, "honest"), call())).total).toEqual(offer!.price.total);
    expect(await codeOf(supplier.flights!.book({ ...request(cheap, "cheap"), maxTotal: money(100n, "EUR") }, call()))).toBe("PRICE_CHANGED");
  });

  it("gives a lapsed hold's seats back", async () => {
    const { supplier, clock, db } = await world();
    const offer = (await supplier.flights!.search(flightQuery, call())).find(({ paymentTimeLimit }) => paymentTimeLimit)!;
    const held = await supplier.flights!.hold!(request(offer, "hold"), call());
    expect((await db.get("select sum(units) as units from sandbox_stock"))?.units).toBe(1);
    await clock.advance(Date.parse(held.paymentTimeLimit!) - clock.now() - 1);
    expect((await supplier.flights!.read(held.reference, call())).status).toBe("held");
    await clock.advance(1);
    expect((await supplier.flights!.read(held.reference, call())).status).toBe("cancelled");
    expect((await db.get("select sum(units) as units from sandbox_stock"))?.units).toBe(0);
  });

  it("gives up a hold for nothing, whatever the fare says", async () => {
    const { supplier } = await world();
    const offers = await supplier.flights!.search({ ...flightQuery, departureDate: "2027-01-20" }, call());
    const classic = offers.find(({ paymentTimeLimit, conditions }) => paymentTimeLimit && minorUnits(conditions.refund.penalty!) > 0n)!;
    const held = await supplier.flights!.hold!(request(classic, "hold"), call());
    const quote = await supplier.flights!.quoteCancel(held.reference, call());
    expect([quote.penalty, quote.refund].map(minorUnits)).toEqual([0n, 0n]);
    const bought = await supplier.flights!.book(request(classic, "book"), call());
    expect((await supplier.flights!.quoteCancel(bought.reference, call())).penalty).toEqual(classic.conditions.refund.penalty);
  });

  it("sells one way, there and back, by cabin and without stops as asked", async () => {
    const { supplier } = await world();
    const direct = await supplier.flights!.search(
      { ...flightQuery, origin: "MAD", destination: "NYC", returnDate: "2027-03-20", directOnly: true, cabin: "BUSINESS" },
      call(),
    );
    expect(direct.length).toBeGreaterThan(2);
    for (const { journeys, fareComponents } of direct) {
      expect(journeys.map(({ segments }) => segments.length)).toEqual([1, 1]);
      expect(fareComponents.every(({ cabin }) => cabin === "BUSINESS")).toBe(true);
    }
    const limit = direct[1]!.price.total;
    const affordable = await supplier.flights!.search(
      { ...flightQuery, origin: "MAD", destination: "NYC", returnDate: "2027-03-20", directOnly: true, cabin: "BUSINESS", maxTotal: limit },
      call(),
    );
    expect(affordable.length).toBeGreaterThan(0);
    expect(affordable.every(({ price }) => minorUnits(price.total) <= minorUnits(limit))).toBe(true);
    const brands = new Set((await supplier.flights!.search(flightQuery, call())).map(({ fareComponents }) => fareComponents[0]!.fareBrand));
    expect([...brands].sort()).toEqual(["Classic", "Flex", "Light"]);
  });

  it("rents cars to the young for a fee and not to the very young, and one way for a fee", async () => {
    const { supplier } = await world();
    const find = async (change: Partial<CarQuery>) => (await supplier.cars!.search({ ...carQuery, category: "compact", limit: 30, ...change }, call()))[0];
    const [usual, young, oneWay] = [await find({}), await find({ driverAge: 22 }), await find({ dropOff: "OPO" })];
    expect(minorUnits(usual!.price.fees)).toBe(0n);
    expect(young!.price.fees).toEqual(money(5_400n, "EUR"));
    expect(minorUnits(oneWay!.price.fees)).toBeGreaterThan(4_500n);
    expect(await find({ driverAge: 19 })).toBe(undefined);
    expect((await find({ automaticOnly: true }))!.vehicle.transmission).toBe("automatic");
    expect(usual!.vehicle.category).toBe("compact");
  });

  it("finds hotels by stars and for families", async () => {
    const { supplier } = await world();
    const grand = await supplier.hotels!.search({ ...hotelQuery, minStars: 4 }, call());
    expect(grand.length).toBeGreaterThan(3);
    expect(grand.every(({ property }) => property.stars >= 4)).toBe(true);
    const family = await supplier.hotels!.search({ ...hotelQuery, childrenAges: [4, 9] }, call());
    expect(new Set(family.map(({ room }) => room.name))).toEqual(new Set(["Family Room"]));
    expect(family[0]!.mandatoryFees).toEqual(money(2_400n, "EUR"));
    const yen = await supplier.hotels!.search({ ...hotelQuery, currency: "JPY" }, call());
    expect(yen[0]!.price.total.amount).toMatch(/^\d+$/);
  });

  it("tickets once, whatever the key, and keeps the numbers", async () => {
    const { supplier } = await world();
    const offer = (await supplier.flights!.search(flightQuery, call())).find(({ paymentTimeLimit }) => paymentTimeLimit)!;
    const held = await supplier.flights!.hold!(request(offer, "hold"), call());
    const ticketed = await supplier.flights!.ticket!(held.reference, "ticket-1", call());
    const again = await supplier.flights!.ticket!(held.reference, "ticket-2", call());
    expect(again.documents).toEqual(ticketed.documents);
    expect(ticketed.paymentTimeLimit).toBe(undefined);
  });

  it("keeps a flight and a hotel with the same key apart", async () => {
    const { supplier } = await world();
    const [flight] = await supplier.flights!.search(flightQuery, call());
    const [hotel] = await supplier.hotels!.search(hotelQuery, call());
    const one = await supplier.flights!.book(request(flight!, "same-key"), call());
    const two = await supplier.hotels!.book(request(hotel!, "same-key"), call());
    expect(two.reference === one.reference).toBe(false);
    expect((await supplier.hotels!.find("same-key", call()))?.reference).toBe(two.reference);
  });

  it("keeps the fare of a light ticket, as its conditions say", async () => {
    const { supplier } = await world();
    const light = (await supplier.flights!.search(flightQuery, call())).find(({ conditions }) => !conditions.refund.allowed)!;
    const order = await supplier.flights!.book(request(light, "light"), call());
    const quote = await supplier.flights!.quoteCancel(order.reference, call());
    expect(quote.penalty).toEqual(order.total);
    expect(minorUnits(quote.refund)).toBe(0n);
  });

  it("refuses a cancellation quote that is too old", async () => {
    const { supplier, clock } = await world();
    const [offer] = await supplier.cars!.search(carQuery, call());
    const order = await supplier.cars!.book(request(offer!, "car"), call());
    const { token, expiresAt } = await supplier.cars!.quoteCancel(order.reference, call());
    await clock.advance(Date.parse(expiresAt) - clock.now());
    expect(await codeOf(supplier.cars!.cancel(order.reference, token, "cancel", call()))).toBe("SUPPLIER_REJECTED");
  });

  it("follows the steps of a hotel's cancellation", async () => {
    const { supplier, clock } = await world();
    const flexible = (await supplier.hotels!.search({ ...hotelQuery, refundableOnly: true }, call()))[0]!;
    expect(flexible.cancellation[1]!.from).toBe("2027-03-10T18:00:00.000Z");
    const order = await supplier.hotels!.book(request(flexible, "hotel"), call());
    await clock.advance(Date.parse("2027-03-10T17:59:59Z") - clock.now());
    expect(minorUnits((await supplier.hotels!.quoteCancel(order.reference, call())).penalty)).toBe(0n);
    await clock.advance(1000);
    expect((await supplier.hotels!.quoteCancel(order.reference, call())).penalty).toEqual(flexible.cancellation[1]!.penalty);
    await clock.advance(3 * 86_400_000);
    expect((await supplier.hotels!.quoteCancel(order.reference, call())).penalty).toEqual(order.total);
  });

  it("names everybody who flies, children and infants with their date of birth", async () => {
    const { supplier } = await world();
    const [offer] = await supplier.flights!.search({ ...flightQuery, adults: 2, childrenAges: [7, 1] }, call());
    expect(offer!.passengers).toEqual([
      { ptc: "ADT", count: 2 },
      { ptc: "CHD", count: 1 },
      { ptc: "INF", count: 1 },
    ]);
    const whole = request(offer!, "family");
    expect(await codeOf(supplier.flights!.book({ ...whole, travellers: whole.travellers.slice(1) }, call()))).toBe("SUPPLIER_REJECTED");
    expect(await codeOf(supplier.flights!.book({ ...whole, travellers: whole.travellers.map(({ bornOn: _, ...one }) => one) }, call()))).toBe(
      "SUPPLIER_REJECTED",
    );
    const order = await supplier.flights!.book(whole, call());
    expect(new Set(order.documents.map(({ number }) => number)).size).toBe(4);
  });

  it("moves prices with time, and finds the later price again", async () => {
    const { supplier, clock } = await world();
    const prices: string[] = [];
    for (let day = 0; day < 8; day++) {
      const offers = await supplier.flights!.search({ ...flightQuery, limit: 4 }, call());
      prices.push(offers[0]!.price.total.amount);
      await clock.advance(5 * 86_400_000);
    }
    expect(new Set(prices).size).toBeGreaterThan(5);
    expect(Number(prices.at(-1))).toBeGreaterThan(Number(prices[0]));
  });

  it("refuses what makes no sense and finds nothing in the past or too far ahead", async () => {
    const flights = (await world()).supplier.flights!;
    expect(await flights.search({ ...flightQuery, departureDate: "2027-01-10" }, call())).toEqual([]);
    expect(await flights.search({ ...flightQuery, departureDate: "2028-01-10" }, call())).toEqual([]);
    expect(await flights.search({ ...flightQuery, destination: "QQQ" }, call())).toEqual([]);
    expect(await codeOf(flights.search({ ...flightQuery, departureDate: "2027-02-30" }, call()))).toBe("SUPPLIER_REJECTED");
    expect(await codeOf(flights.search({ ...flightQuery, childrenAges: [1, 1] }, call()))).toBe("SUPPLIER_REJECTED");
    expect(await codeOf(flights.search({ ...flightQuery, currency: "XTS" }, call()))).toBe("SUPPLIER_REJECTED");
  });
});

describe("sandbox faults", () => {
  const faulty = (operation: string, fault: Fault) => world((asked) => (asked === operation ? fault : undefined));

  it("unavailable: nothing happens", async () => {
    const { supplier, ledger } = await faulty("book", { kind: "unavailable" });
    const [offer] = await supplier.flights!.search(flightQuery, call());
    expect(await codeOf(supplier.flights!.book(request(offer!, "key"), call()))).toBe("SUPPLIER_UNAVAILABLE");
    expect(await ledger.orders()).toEqual([]);
  });

  it("price_changed: the new price comes back and can be booked", async () => {
    const { supplier } = await faulty("reprice", { kind: "price_changed" });
    const [offer] = await supplier.flights!.search(flightQuery, call());
    const again = await supplier.flights!.reprice(offer!, call());
    if (again.status !== "price-changed") throw new Error(again.status);
    expect(again.was).toEqual(offer!.price.total);
    expect(again.offer.id).toBe(offer!.id);
    const { total, base, taxes, fees, perPassenger } = again.offer.price;
    expect(minorUnits(total)).toBeGreaterThan(minorUnits(again.was));
    expect(minorUnits(base) + minorUnits(taxes) + minorUnits(fees)).toBe(minorUnits(total));
    expect(perPassenger.reduce((sum, { each, count }) => sum + minorUnits(each) * BigInt(count), 0n)).toBe(minorUnits(total));
    expect((await supplier.flights!.book({ ...request(again.offer, "key"), maxTotal: total }, call())).total).toEqual(total);
  });

  it("price_changed on booking tells the new price and sells nothing", async () => {
    const { supplier, ledger } = await faulty("book", { kind: "price_changed" });
    const [offer] = await supplier.flights!.search(flightQuery, call());
    const error = await supplier.flights!.book({ ...request(offer!, "key"), maxTotal: offer!.price.total }, call()).catch((e: unknown) => e);
    expect(TravelAgentError.is(error, "PRICE_CHANGED") && error.details).toMatchObject({ was: offer!.price.total, now: { currency: "EUR" } });
    expect(await ledger.orders()).toEqual([]);
  });

  it("sold_out and slow", async () => {
    const sold = await faulty("book", { kind: "sold_out" });
    const [offer] = await sold.supplier.hotels!.search(hotelQuery, call());
    expect(await codeOf(sold.supplier.hotels!.book(request(offer!, "key"), call()))).toBe("SOLD_OUT");
    const slow = await faulty("search", { kind: "slow", ms: 5000 });
    let answered = false;
    const searching = slow.supplier.hotels!.search(hotelQuery, call()).then(() => (answered = true));
    await slow.clock.advance(4999);
    expect(answered).toBe(false);
    await slow.clock.advance(1);
    await searching;
    const giving = new AbortController();
    const abandoned = codeOf(slow.supplier.hotels!.search(hotelQuery, { signal: giving.signal, requestId: "test" }));
    giving.abort();
    expect(await abandoned).toBe("SUPPLIER_UNAVAILABLE");
  });

  it("timeout_after_commit on a cancellation: it is cancelled", async () => {
    const { supplier } = await faulty("cancel", { kind: "timeout_after_commit" });
    const [offer] = await supplier.cars!.search(carQuery, call());
    const order = await supplier.cars!.book(request(offer!, "key"), call());
    const { token } = await supplier.cars!.quoteCancel(order.reference, call());
    expect(await codeOf(supplier.cars!.cancel(order.reference, token, "cancel", call()))).toBe("OUTCOME_UNKNOWN");
    expect((await supplier.cars!.read(order.reference, call())).status).toBe("cancelled");
  });
});

paymentContract({ describe, it, expect }, "sandbox", async () => (await world()).payments);

describe("sandbox payments", () => {
  const signal = new AbortController().signal;
  const amount = money(18_940n, "EUR");

  it("authorises, captures and refunds, each once for its key", async () => {
    const { payments, ledger } = await world();
    const made = await payments.authorise({ key: "pay", amount, description: "trip" }, signal);
    expect(await payments.authorise({ key: "pay", amount, description: "trip" }, signal)).toEqual(made);
    const captured = await payments.capture(made.reference, amount, "capture", signal);
    expect(captured).toMatchObject({ status: "captured", captured: amount });
    expect(await payments.capture(made.reference, amount, "capture", signal)).toEqual(captured);
    expect(await codeOf(payments.capture(made.reference, amount, "capture-2", signal))).toBe("SUPPLIER_REJECTED");
    const part = await payments.refund(made.reference, money(5_000n, "EUR"), "refund", signal);
    expect(await payments.refund(made.reference, money(5_000n, "EUR"), "refund", signal)).toEqual(part);
    expect(part.status).toBe("partially-refunded");
    expect(await codeOf(payments.refund(made.reference, amount, "refund-2", signal))).toBe("SUPPLIER_REJECTED");
    expect((await payments.refund(made.reference, money(13_940n, "EUR"), "refund-3", signal)).status).toBe("refunded");
    expect(await ledger.payments()).toMatchObject([{ refunded: amount }]);
  });

  it("voids what was not captured and nothing else", async () => {
    const { payments } = await world();
    const made = await payments.authorise({ key: "pay", amount, description: "trip" }, signal);
    expect((await payments.void(made.reference, "void", signal)).status).toBe("voided");
    expect(await codeOf(payments.capture(made.reference, amount, "capture", signal))).toBe("SUPPLIER_REJECTED");
    expect(await payments.find("pay", signal)).toMatchObject({ status: "voided" });
    expect(await payments.find("nobody", signal)).toBe(null);
  });

  it("declines by description or fault, for good", async () => {
    const { payments, ledger } = await world((operation, key) => (operation === "authorise" && key === "by-fault" ? { kind: "card_declined" } : undefined));
    expect(await codeOf(payments.authorise({ key: "by-text", amount, description: "trip [decline]" }, signal))).toBe("SUPPLIER_REJECTED");
    expect(await codeOf(payments.authorise({ key: "by-text", amount, description: "trip" }, signal))).toBe("SUPPLIER_REJECTED");
    expect(await codeOf(payments.authorise({ key: "by-fault", amount, description: "trip" }, signal))).toBe("SUPPLIER_REJECTED");
    expect((await ledger.payments()).map(({ status }) => status)).toEqual(["declined", "declined"]);
  });
});
