import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { minorUnits, money } from "../../money.ts";
import { carQuery, hotelQuery } from "../../testing/simulator-bench.ts";
import { carCancellation, vendorCodeFor } from "./map-car.ts";
import { penaltiesOf } from "./map-stay.ts";
import { call, duffelBench, failure, requestFor } from "./simulated-duffel.ts";

type Bench = Awaited<ReturnType<typeof duffelBench>>;

describe("duffel's stays", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await duffelBench();
  });
  afterEach(() => bench.close());
  const search = (changes = {}) => bench.supplier.hotels!.search({ ...hotelQuery, ...changes }, call());

  it("asks for the rates of the houses found, and leaves out what needs a card number", async () => {
    const offers = await search();
    expect(new Set(offers.map(({ property }) => property.id)).size).toBeGreaterThan(1);
    expect(offers.every(({ ratePlan }) => ratePlan.paymentType === "PREPAID")).toBe(true);
    expect(bench.sent("fetch-rates").length).toBeLessThanOrEqual(10);
    expect(offers.every(({ property }) => property.distanceToCentreKm < 25 && property.timeZone === "Europe/Lisbon")).toBe(true);
  });

  it("shows what the others have when one house does not answer", async () => {
    bench.simulator.next({ scenario: "auth_expired", on: "fetch-rates" });
    expect((await search()).length).toBeGreaterThan(0);
  });

  it("turns 'refundable until' into 'costs from'", () => {
    const total = money(30000n, "EUR");
    const steps = penaltiesOf(
      [
        { refund_amount: "300.00", before: "2027-03-10T18:00:00Z", currency: "EUR" },
        { refund_amount: "200.00", before: "2027-03-12T15:00:00Z", currency: "EUR" },
      ],
      total,
    );
    expect(steps).toEqual([
      { at: Number.NEGATIVE_INFINITY, penalty: money(0n, "EUR") },
      { at: Date.parse("2027-03-10T18:00:00Z"), penalty: money(10000n, "EUR") },
      { at: Date.parse("2027-03-12T15:00:00Z"), penalty: total },
    ]);
    expect(penaltiesOf([], total)).toEqual([{ at: Number.NEGATIVE_INFINITY, penalty: total }]);
    // Money back in another currency cannot be promised.
    expect(penaltiesOf([{ refund_amount: "300.00", before: null, currency: "USD" }], total)[0]!.penalty).toEqual(total);
  });

  it("finds a booking whose reply was lost, with what it cost and how it is cancelled", async () => {
    const { hotels } = bench.supplier;
    const offer = (await search()).find(({ conditions }) => conditions.refund.allowed)!;
    bench.simulator.next({ scenario: "timeout_after_commit", on: "book-stay" });
    expect((await failure(hotels!.book(requestFor(offer, "stay-1"), call()))).code).toBe("OUTCOME_UNKNOWN");
    const found = (await hotels!.find("stay-1", call()))!;
    expect(found).toMatchObject({ status: "confirmed", total: offer.price.total, key: "stay-1" });
    const quote = await hotels!.quoteCancel(found.reference, call());
    expect(quote.penalty).toEqual(offer.cancellation[0]!.penalty);
    expect(bench.sent("book-stay")).toHaveLength(1);
  });

  it("a quote to cancel does not outlive the moment at which cancelling becomes dearer", async () => {
    const { hotels } = bench.supplier;
    const offer = (await search()).find(({ cancellation }) => cancellation.length > 1)!;
    const order = await hotels!.book(requestFor(offer, "stay-1"), call());
    const dearer = Date.parse(offer.cancellation[1]!.from);
    await bench.clock.advance(dearer - 5 * 60_000 - bench.clock.now());
    const quote = await hotels!.quoteCancel(order.reference, call());
    expect(Date.parse(quote.expiresAt)).toBe(dearer);
    await bench.clock.advance(5 * 60_000);
    expect((await failure(hotels!.cancel(order.reference, quote.token, "cancel-1", call()))).code).toBe("SUPPLIER_REJECTED");
    const next = await hotels!.quoteCancel(order.reference, call());
    expect(next.penalty).toEqual(offer.cancellation[1]!.penalty);
    expect(await hotels!.cancel(order.reference, next.token, "cancel-2", call())).toMatchObject({ status: "cancelled", penalty: next.penalty });
  });

  it("reports the commission while the booking stands", async () => {
    const { hotels } = bench.supplier;
    const offer = (await search()).find(({ conditions }) => conditions.refund.allowed)!;
    const order = await hotels!.book(requestFor(offer, "stay-1"), call());
    expect(minorUnits(order.commission!)).toBeGreaterThan(0n);
    const { token } = await hotels!.quoteCancel(order.reference, call());
    expect((await hotels!.cancel(order.reference, token, "cancel-1", call())).commission).toBeUndefined();
  });

  it("buys nothing above the limit when the quote is dearer than the rate", async () => {
    const offer = (await search())[0]!;
    bench.simulator.next({ scenario: "price_changed", on: "quote-stay" });
    expect(await bench.supplier.hotels!.reprice(offer, call())).toMatchObject({ status: "price-changed" });
    bench.simulator.next({ scenario: "price_changed", on: "quote-stay" });
    const refused = await failure(bench.supplier.hotels!.book(requestFor(offer, "stay-1", { maxTotal: offer.price.total }), call()));
    expect(refused.code).toBe("PRICE_CHANGED");
    expect(bench.sent("book-stay")).toEqual([]);
  });

  it("a room that is gone is sold out", async () => {
    const offer = (await search())[0]!;
    bench.simulator.next({ scenario: "sold_out", on: "book-stay" });
    expect((await failure(bench.supplier.hotels!.book(requestFor(offer, "stay-1"), call()))).code).toBe("SOLD_OUT");
    expect(await bench.supplier.hotels!.find("stay-1", call())).toBe(null);
  });

  it("cancels once although the reply was lost", async () => {
    const { hotels } = bench.supplier;
    const offer = (await search()).find(({ conditions }) => conditions.refund.allowed)!;
    const order = await hotels!.book(requestFor(offer, "stay-1"), call());
    const { token } = await hotels!.quoteCancel(order.reference, call());
    bench.simulator.next({ scenario: "timeout_after_commit", on: "cancel-stay" });
    expect((await failure(hotels!.cancel(order.reference, token, "cancel-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    expect((await hotels!.cancel(order.reference, token, "cancel-1", call())).status).toBe("cancelled");
    expect(bench.sent("cancel-stay")).toHaveLength(1);
  });
});

describe("duffel's cars", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await duffelBench();
  });
  afterEach(() => bench.close());
  const search = (changes = {}) => bench.supplier.cars!.search({ ...carQuery, limit: 40, ...changes }, call());

  it("offers what can be paid without a card number, with the codes other systems know", async () => {
    const offers = await search();
    expect(new Set(offers.map(({ paymentType }) => paymentType))).toEqual(new Set(["PREPAID", "PAY_AT_COUNTER"]));
    expect(offers.some(({ vendor }) => vendor.name === "Amber Drive")).toBe(false);
    expect(offers.find(({ vendor }) => vendor.name === "Hertz")?.vendor.code).toBe("ZE");
    expect(vendorCodeFor("Two Rivers Cars")).toBe("TWO-RIVERS-CARS");
  });

  it("keeps to category and automatic gears", async () => {
    expect((await search({ automaticOnly: true })).every(({ vehicle }) => vehicle.transmission === "automatic")).toBe(true);
    const suvs = await search({ category: "suv" });
    expect(suvs.length).toBeGreaterThan(0);
    expect(suvs.every(({ vehicle }) => vehicle.category === "suv")).toBe(true);
  });

  it("a lost reply stays unknown: Duffel lists no car bookings, and nothing is booked again", async () => {
    const { cars } = bench.supplier;
    const [offer] = await search();
    bench.simulator.next({ scenario: "timeout_after_commit", on: "book-car" });
    expect((await failure(cars!.book(requestFor(offer!, "car-1"), call()))).code).toBe("OUTCOME_UNKNOWN");
    await bench.clock.advance(48 * 3_600_000);
    expect((await failure(cars!.find("car-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    expect((await failure(cars!.book(requestFor(offer!, "car-1"), call()))).code).toBe("OUTCOME_UNKNOWN");
    expect(bench.sent("book-car")).toHaveLength(1);
    expect(await bench.simulator.ledger()).toHaveLength(1);
  });

  it("a car paid in advance promises nothing back, and a person cancels it", async () => {
    const { cars } = bench.supplier;
    const prepaid = (await search()).find(({ paymentType }) => paymentType === "PREPAID")!;
    expect(prepaid.conditions.refund).toEqual({ allowed: null });
    expect(prepaid.cancellation).toEqual([{ from: "now", penalty: prepaid.price.total }]);
    const order = await cars!.book(requestFor(prepaid, "car-1"), call());
    expect(await failure(cars!.quoteCancel(order.reference, call()))).toMatchObject({ code: "SUPPLIER_REJECTED", vendor: "refund_unknown" });
  });

  it("a car paid at the counter costs nothing until pick-up", () => {
    const total = money(9000n, "EUR");
    expect(carCancellation("postpaid", total, "2027-03-12T10:00:00Z")).toEqual([
      { from: "now", penalty: money(0n, "EUR") },
      { from: "2027-03-12T10:00:00Z", penalty: total },
    ]);
  });

  it("tells the car company where the driver lives, and asks for the birth date", async () => {
    const [offer] = await search();
    expect(bench.sent("search-cars")[0]!.json).toMatchObject({ data: { driver: { age: 35, residence_country_code: "PT" } } });
    const travellers = [{ id: "1", givenName: "Ana", familyName: "Silva", ptc: "ADT" as const }];
    expect(await failure(bench.supplier.cars!.book(requestFor(offer!, "car-1", { travellers }), call()))).toMatchObject({ vendor: "birth_date_missing" });
  });
});
