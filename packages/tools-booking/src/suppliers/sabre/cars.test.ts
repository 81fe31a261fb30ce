import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { minorUnits, money } from "../../money.ts";
import type { CarOffer, CarQuery } from "../../offer.ts";
import { sabreDialect } from "../../simulators/sabre/index.ts";
import type { BookRequest, SupplierCall } from "../../supplier.ts";
import { carQuery, partyFor, simulated } from "../../testing/simulator-bench.ts";
import { sabreSupplier } from "./index.ts";
import { carTerms } from "./map-cars.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const call = (): SupplierCall => ({ signal: new AbortController().signal, requestId: "test" });

async function bench() {
  const parts = await simulated({
    dialect: (world) => sabreDialect(world),
    adapter: ({ url, memory, clock }) =>
      sabreSupplier({ baseUrl: url, authVersion: "v2", epr: "1234", password: "secret", pcc: "G7HE", live: false, memory, clock }),
  });
  opened.push(parts);
  const cars = parts.supplier.cars!;
  const find = (query: Partial<CarQuery> = {}) => cars.search({ ...carQuery, ...query }, call());
  const sent = (route: string) => parts.simulator.requests.filter((request) => request.route === route);
  return { ...parts, cars, find, sent };
}

const request = (offer: CarOffer, key = "key-1", maxTotal = money(minorUnits(offer.price.total) * 2n, offer.price.total.currency)): BookRequest<CarOffer> => ({
  offer,
  travellers: partyFor(offer),
  contact: { email: "ana.silva@example.com", phone: "+351910000000" },
  key,
  maxTotal,
});

async function failure(work: Promise<unknown>): Promise<TravelAgentError> {
  try {
    await work;
  } catch (error) {
    return TravelAgentError.from(error);
  }
  throw new Error("it went through");
}

describe("cars at Sabre", () => {
  it("have Hertz as the vendor ZE", async () => {
    const { find } = await bench();
    expect((await find({ limit: 100 })).map(({ vendor }) => vendor)).toContainEqual({ code: "ZE", name: "HERTZ" });
  });

  it("are booked by the key of a price check, not by the rate of the search", async () => {
    const own = await bench();
    const [offer] = await own.find();
    const order = await own.cars.book(request(offer!), call());
    expect(own.sent("vehicle-price-check").length).toBe(1);
    const { car } = own.sent("createBooking")[0]!.json as { car: { bookingKey: string; travelerIndex: number } };
    expect(car).toMatchObject({ travelerIndex: 1, quantity: 1 });
    expect(offer!.supplierRef).not.toContain(car.bookingKey);
    expect(order).toMatchObject({ status: "confirmed", total: offer!.price.total });
    expect(order.locators.length).toBe(2);
  });

  it("cost what was asked for in the currency that was asked for, though vendors count in their own", async () => {
    const own = await bench();
    const offers = await own.find({ pickUp: "LHR", dropOff: "LHR", currency: "EUR" });
    expect(offers.length).toBeGreaterThan(1);
    expect(offers.every(({ price }) => price.total.currency === "EUR")).toBe(true);
  });

  it("say what may be asked before: class, gears, age of the driver", async () => {
    const { find } = await bench();
    expect((await find({ automaticOnly: true })).every(({ vehicle }) => vehicle.transmission === "automatic")).toBe(true);
    expect(new Set((await find({ category: "suv", limit: 50 })).map(({ vehicle }) => vehicle.category))).toEqual(new Set(["suv"]));
    // The vendor's surcharge for young drivers is nowhere in the reply.
    expect(await find({ driverAge: 22 })).toEqual([]);
  });

  it("are refused when the price check says more than the limit", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "price_changed", on: "vehicle-price-check", times: 2 });
    const error = await failure(own.cars.book(request(offer!, "key-1", offer!.price.total), call()));
    expect(error.code).toBe("PRICE_CHANGED");
    expect(own.sent("createBooking")).toEqual([]);
    expect(await own.cars.reprice(offer!, call())).toMatchObject({ status: "price-changed", was: offer!.price.total });
  });

  it("are sold out when the vendor says so", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "sold_out", on: "vehicle-price-check", times: 2 });
    expect((await own.cars.reprice(offer!, call())).status).toBe("sold-out");
    expect((await failure(own.cars.book(request(offer!), call()))).code).toBe("SOLD_OUT");
  });

  it("stay unknown after a lost reply and are not booked twice", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "timeout_after_commit", on: "createBooking" });
    expect((await failure(own.cars.book(request(offer!), call()))).code).toBe("OUTCOME_UNKNOWN");
    expect((await failure(own.cars.book(request(offer!), call()))).code).toBe("OUTCOME_UNKNOWN");
    expect((await failure(own.cars.find("key-1", call()))).details).toMatchObject({ code: "no_locator" });
    expect((await own.simulator.ledger()).length).toBe(1);
  });

  it("cost more to cancel shortly before, as the record itself says", async () => {
    const own = await bench();
    const [offer] = await own.find();
    expect(offer!.cancellation.map(({ from }) => from)).toEqual(["now", "2027-03-10T10:00:00.000Z", "2027-03-12T10:00:00.000Z"]);
    const order = await own.cars.book(request(offer!), call());
    const early = await own.cars.quoteCancel(order.reference, call());
    expect(early.penalty).toEqual(money(0n, "EUR"));
    await own.clock.advance(Date.parse("2027-03-11T10:00:00Z") - own.clock.now());
    const late = await own.cars.quoteCancel(order.reference, call());
    expect(late.penalty).toEqual(offer!.cancellation[1]!.penalty);
    expect((await failure(own.cars.cancel(order.reference, early.token, "cancel-1", call()))).code).toBe("SUPPLIER_REJECTED");
    expect(await own.cars.cancel(order.reference, late.token, "cancel-2", call())).toMatchObject({ status: "cancelled", penalty: late.penalty });
  });

  it("cannot be modified at Sabre, nor held", async () => {
    const { cars } = await bench();
    expect([cars.modify, cars.quoteModify, cars.change, cars.hold, cars.ticket]).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});

describe("a rate of a car", () => {
  const rate = (charges: object[], more: object = {}) => ({
    RateKey: "k",
    Vehicle: { VehType: "CDMR" },
    VehicleCharges: { VehicleCharge: charges as never },
    ...more,
  });
  const base = { ChargeType: "BaseRateTotal", Amount: "80.00", CurrencyCode: "EUR" };
  const total = { ChargeType: "ApproximateTotalPrice", Amount: "96.00" };

  it("takes the currency from wherever it stands", () => {
    expect(carTerms(rate([base, total]), "2027-03-12T10:00:00Z", 0)?.price).toMatchObject({
      total: { amount: "96.00", currency: "EUR" },
      taxes: { amount: "16.00" },
    });
  });

  it("is none without a total, and none with a total below its base", () => {
    expect(carTerms(rate([base]), "2027-03-12T10:00:00Z", 0)).toBeUndefined();
    expect(carTerms(rate([base, { ...total, Amount: "79.99" }]), "2027-03-12T10:00:00Z", 0)).toBeUndefined();
  });

  it("promises nothing about cancelling that the vendor does not say", () => {
    expect(carTerms(rate([base, total]), "2027-03-12T10:00:00Z", 0)).toMatchObject({ cancellation: [], conditions: { refund: { allowed: null } } });
  });
});
