import { describe, expect, it } from "vitest";
import { airport } from "../../geography/index.ts";
import { carQuery, hotelQuery } from "../../testing/simulator-bench.ts";
import { carOffer, carSteps, liveSteps } from "./map-car.ts";
import { allocationsOf, productSteps, scheduleSteps, stayOffer, stayPricing } from "./map-stay.ts";
import { demandProblem } from "./problems.ts";
import { type HouseDetails, type StayProduct, stayProduct } from "./wire.ts";
import { carProduct, type LiveCar } from "./wire-cars.ts";

const now = Date.parse("2027-01-15T09:00:00Z");
const both = (value: number) => ({ accommodation_currency: value, booker_currency: value * 1.1 });
const eur = (amount: string) => ({ amount, currency: "EUR" });
const charge = (id: number, value: number, online: boolean | null, more: object = {}) => ({
  charge: id,
  condition: null,
  included_in: { display: true, chargeable_online: online },
  mode: id === 142 ? "per_person_per_night" : "percentage",
  total_amount: both(value),
  ...more,
});

describe("Booking.com's prices of stays", () => {
  const price = {
    total: both(123),
    chargeable_online: both(117.41),
    charges: [charge(142, 6, true), charge(21, 11.41, true), charge(22, 5.59, false)],
  };

  it("are JSON numbers in the house's currency, which is what is charged", () => {
    expect(stayPricing({ total: both(1260.52) }, "EUR", false).price.total).toEqual(eur("1260.52"));
    expect(stayPricing({ total: both(0.1 + 0.2) }, "EUR", false).price.total).toEqual(eur("0.30"));
  });

  it("paid in advance are what can be charged online; the rest is due at the house", () => {
    const { price: paid, dueAtHouse } = stayPricing(price, "EUR", true);
    expect(paid).toMatchObject({ total: eur("117.41"), taxes: eur("11.41"), fees: eur("6.00"), base: eur("100.00") });
    expect(dueAtHouse).toEqual(eur("5.59"));
  });

  it("paid at the house are the total, and nothing is due beside it", () => {
    const { price: paid, dueAtHouse } = stayPricing(price, "EUR", false);
    expect(paid).toMatchObject({ total: eur("123.00"), base: eur("100.00") });
    expect(dueAtHouse).toBe(undefined);
  });

  it("do not count charges with a condition: not everybody brings a dog", () => {
    const dog = charge(3, 10, null, { condition: 30, mode: "per_stay", included_in: { display: false } });
    expect(stayPricing({ total: both(100), charges: [dog] }, "EUR", false).price).toMatchObject({ total: eur("100.00"), fees: eur("0.00") });
  });

  it("of houses that take no money online have no online price at all", () => {
    expect(stayPricing({ total: both(100), chargeable_online: null }, "EUR", true).price.total).toEqual(eur("100.00"));
  });
});

describe("Booking.com's cancellation schedule", () => {
  const total = eur("300.00");
  const steps = (schedule: Parameters<typeof scheduleSteps>[0], zone = "Europe/Lisbon") =>
    scheduleSteps(schedule, total, zone, now).map(({ from, penalty }) => `${from} ${penalty.amount}`);

  it("starts now in an offer and nowhere in an order", () => {
    const later = { from: "2027-03-10T22:00:00+00:00", price: both(300) };
    expect(steps([{ from: "now", price: both(0) }, later])).toEqual(["now 0.00", "2027-03-10T22:00:00.000Z 300.00"]);
    expect(steps([{ from: null, price: both(0) }, later])).toEqual(["now 0.00", "2027-03-10T22:00:00.000Z 300.00"]);
    expect(steps([{ from: null, price: both(300) }])).toEqual(["now 300.00"]);
  });

  it("is put in order, and starts with the step that holds now", () => {
    const given = [
      { from: "2027-03-12T00:00:00+01:00", price: both(300) },
      { from: "2027-01-10T00:00:00+00:00", price: both(50) },
      { from: "now", price: both(0) },
    ];
    expect(steps(given)).toEqual(["now 50.00", "2027-03-11T23:00:00.000Z 300.00"]);
  });

  it("without an offset is meant at the house", () => {
    expect(steps([{ from: "2027-03-10T18:00:00", price: both(300) }], "Asia/Tokyo")[1]).toBe("2027-03-10T09:00:00.000Z 300.00");
  });

  it("that is missing leaves the type, which says the least", () => {
    const product = (type: string, until: string | null) =>
      stayProduct.parse({
        id: "1",
        policies: { cancellation: { type, free_cancellation_until: until }, payment: { timings: [] } },
        price: { total: both(300) },
      });
    const of = (type: string, until: string | null = null) =>
      productSteps(product(type, until), total, "Europe/Lisbon", now, 1n).map(({ penalty }) => penalty.amount);
    expect(of("free_cancellation", "2027-03-10T00:00:00+00:00")).toEqual(["0.00", "300.00"]);
    expect(of("non_refundable")).toEqual(["300.00"]);
    expect(of("special_conditions")).toEqual(["300.00"]);
  });
});

describe("Booking.com's stays", () => {
  const house: HouseDetails = { id: 10004, name: { "en-gb": "Casa Vela" }, location: { coordinates: { latitude: 38.72, longitude: -9.14 } } };
  const product = (timings: string[], more: object = {}): StayProduct =>
    stayProduct.parse({
      id: "10004_1_2_0_0",
      number_available: 3,
      maximum_occupancy: { adults: 2, total: 2 },
      policies: { cancellation: { type: "non_refundable" }, payment: { timings } },
      price: { total: both(123), chargeable_online: both(117.41) },
      ...more,
    });
  const context = { centre: { latitude: 38.71, longitude: -9.14 }, timeZone: "Europe/Lisbon", cityName: "Lisbon", language: "en-gb", sandbox: true, now };
  const offer = (one: StayProduct, wallet: boolean, query = hotelQuery, currency = "EUR") => stayOffer(house, one, currency, { ...context, query, wallet });

  it("are prepaid with the agency's wallet, else paid at the property; the rest needs a card and is left out", () => {
    const all = ["pay_at_the_property", "pay_online_now"];
    expect(offer(product(all), true)).toMatchObject({ ratePlan: { paymentType: "PREPAID" }, price: { total: eur("117.41") }, mandatoryFees: eur("5.59") });
    expect(offer(product(all), false)).toMatchObject({ ratePlan: { paymentType: "PAY_AT_PROPERTY" }, price: { total: eur("123.00") } });
    expect(offer(product(["pay_online_now"]), false)).toBe(undefined);
  });

  it("in another currency of the house are left out", () => {
    expect(offer(product(["pay_online_now"]), true, hotelQuery, "USD")).toBe(undefined);
  });

  it("that are too small or too few for the party are left out", () => {
    expect(offer(product(["pay_online_now"]), true, { ...hotelQuery, adults: 3 })).toBe(undefined);
    expect(offer(product(["pay_online_now"], { number_available: 1 }), true, { ...hotelQuery, rooms: 2, adults: 4 })).toBe(undefined);
    expect(offer(product(["pay_online_now"]), true, { ...hotelQuery, rooms: 2, adults: 4 })?.price.total).toEqual(eur("234.82"));
    expect(allocationsOf({ rooms: 2, adults: 3, childrenAges: [7] })).toEqual([
      { number_of_adults: 2, children: [7] },
      { number_of_adults: 1, children: [] },
    ]);
  });
});

describe("Booking.com's cars", () => {
  const total = eur("200.00");
  const pickUp = Date.parse("2027-03-12T10:00:00Z");
  const steps = (cancellation: Parameters<typeof carSteps>[0]) =>
    carSteps(cancellation, total, pickUp, now).map(({ from, penalty }) => `${from} ${penalty.amount}`);

  it("are free until so long before pick-up, or so long after booking; then no sum is named, so all is lost", () => {
    expect(steps({ type: "free_cancellation", details: { context: "before_pickup", duration: "PT48H" } })).toEqual([
      "now 0.00",
      "2027-03-10T10:00:00.000Z 200.00",
    ]);
    expect(steps({ type: "free_cancellation", details: { context: "before_pickup", duration: "P7D" } })[1]).toBe("2027-03-05T10:00:00.000Z 200.00");
    expect(steps({ type: "free_cancellation", details: { context: "within_given_time_period_of_booking", duration: "P1D" } })).toEqual([
      "now 0.00",
      "2027-01-16T09:00:00.000Z 200.00",
    ]);
    expect(steps({ type: "non-refundable" })).toEqual(["now 200.00"]);
    expect(steps(undefined)).toEqual(["now 200.00"]);
  });

  it("have sums and an end in the schedule of a reservation", () => {
    const price = { pay: { value: 22.73, currency: "EUR" } };
    const schedule = [
      { from: "2027-01-14T10:00:00Z", to: "2027-03-10T09:59:59Z", free_cancellation: true, price: null },
      { from: "2027-03-10T10:00:00Z", to: "2027-03-12T10:00:00Z", free_cancellation: false, price },
    ];
    const live = { reservation: "1", status: "confirmed", car: { policies: { cancellation: { type: "free_cancellation", schedule } } } } as LiveCar;
    expect(liveSteps(live, total, now).map(({ from, penalty }) => `${from} ${penalty.amount}`)).toEqual([
      "now 0.00",
      "2027-03-10T10:00:00.000Z 22.73",
      "2027-03-12T10:00:00.000Z 200.00",
    ]);
  });

  const lisbon = airport("LIS")!;
  const product = (timing: string, card: boolean | null = false) =>
    carProduct.parse({
      car: 37715,
      offer: 803765581,
      supplier: 62,
      policies: {
        cancellation: { type: "non-refundable" },
        payment: { timing },
        mileage: { type: "limited", distance_limit: 200, distance_unit: "kilometers" },
      },
      price: { total: 121.9, currency: "EUR", credit_card_required: card, extra_charges: [{ charge: "one_way_fee", total_amount: 50 }] },
      route: { pickup: { depot: 1 }, dropoff: { depot: 1 } },
    });
  const context = {
    query: carQuery,
    token: "t",
    from: lisbon,
    to: lisbon,
    models: new Map([
      [
        37715,
        {
          id: 37715,
          make: "Hyundai",
          model: "Elantra",
          capacity: { seats: "4+2", bags: { large: 1, small: 1 } },
          specification: { code: "ECAR", transmission: "automatic" },
        },
      ],
    ]),
    depots: new Map([[1, { id: 1, location: { address: "Arrivals hall", name: { "en-gb": "Lisbon Airport" } } }]]),
    suppliers: new Map([[62, "Hertz"]]),
    sandbox: true,
    now,
  };

  it("are told by their company's code, their ACRISS letters and their seats", () => {
    expect(carOffer(product("pay_at_pickup"), { ...context, wallet: false })).toMatchObject({
      vendor: { code: "ZE", name: "Hertz" },
      vehicle: { acriss: "ECAR", category: "economy", transmission: "automatic", seats: 6, bags: 2, exampleModel: "Hyundai Elantra" },
      price: { total: eur("121.90"), base: eur("71.90"), fees: eur("50.00") },
      mileage: "200 km",
      paymentType: "PAY_AT_COUNTER",
      pickUp: { address: "Lisbon Airport, Arrivals hall" },
    });
  });

  it("that need a card, or are paid partly now and partly later, are left out", () => {
    expect(carOffer(product("pay_at_pickup", true), { ...context, wallet: true })).toBe(undefined);
    expect(carOffer(product("pay_partial_online_now", null), { ...context, wallet: true })).toBe(undefined);
    expect(carOffer(product("pay_online_now", null), { ...context, wallet: false })).toBe(undefined);
    expect(carOffer(product("pay_online_now", null), { ...context, wallet: true })?.paymentType).toBe("PREPAID");
  });

  it("of a model that the catalogue does not know are left out", () => {
    expect(carOffer(product("pay_at_pickup"), { ...context, models: new Map(), wallet: true })).toBe(undefined);
  });
});

describe("Booking.com's errors", () => {
  const reply = (status: number, errors: object[]) => demandProblem({ status, headers: new Headers(), body: { request_id: "1", errors }, readable: true });
  it.each([
    [409, "order_unavailable", "SOLD_OUT"],
    [400, "expired_token", "OFFER_EXPIRED"],
    [409, "duplicate_request", "OUTCOME_UNKNOWN"],
    [403, "sandbox_blocked", "SUPPLIER_REJECTED"],
    [422, "payment_refused_expired_card", undefined],
    [500, "500", undefined],
  ])("%i %s", (status, id, code) => {
    expect(reply(status, [{ id, message: "x" }])).toMatchObject({ vendorCode: id });
    expect(reply(status, [{ id, message: "x" }])?.code).toBe(code);
  });

  it("inside a success are errors all the same", () => {
    expect(reply(200, [{ id: "invalid_request", message: "x" }])?.code).toBe("SUPPLIER_REJECTED");
  });

  it("name the reservation of a duplicate, and nothing else of what the vendor says", () => {
    expect(reply(409, [{ id: "duplicate_request", message: "Ana Silva", reservation: "982045031" }])).toMatchObject({ details: { reservation: "982045031" } });
    expect(JSON.stringify(reply(409, [{ id: "x", message: "Ana Silva" }]))).not.toContain("Ana");
  });
});
