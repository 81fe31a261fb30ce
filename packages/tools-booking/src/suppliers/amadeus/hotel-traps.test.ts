import { afterEach, describe, expect, it } from "vitest";
import { minorUnits } from "../../money.ts";
import type { HotelQuery } from "../../offer.ts";
import { hotelQuery, simulated } from "../../testing/simulator-bench.ts";
import { call, failure, request, setup } from "./simulated-amadeus.ts";

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());
async function open() {
  const parts = await simulated(setup());
  close = parts.close;
  const hotels = parts.supplier.hotels!;
  const search = (query: Partial<HotelQuery> = {}) => hotels.search({ ...hotelQuery, ...query }, call());
  const sent = (route: string) => parts.simulator.requests.filter((one) => one.route === route);
  return { ...parts, hotels, search, sent };
}

describe("Amadeus hotels", () => {
  it("lists a city's hotels once and asks for their rates in portions", async () => {
    const { search, sent } = await open();
    expect((await search()).length).toBeGreaterThan(1);
    await search({ checkIn: "2027-04-12", checkOut: "2027-04-14" });
    expect(sent("list-hotels")).toHaveLength(1);
    for (const { query } of sent("search-hotels")) expect(new URLSearchParams(query).get("hotelIds")!.split(",").length).toBeLessThanOrEqual(20);
  });

  it("3664: one house without rooms refuses the whole search, which is asked again without it", async () => {
    const { search, sent } = await open();
    // A family needs a room that not every house has left.
    const offers = await search({ checkIn: "2027-01-16", checkOut: "2027-02-14", childrenAges: [4, 6], limit: 100 });
    const ids = ({ query }: { query: string }) => new URLSearchParams(query).get("hotelIds")!.split(",");
    const searches = sent("search-hotels");
    const refused = searches.findIndex(({ status }) => status === 400);
    expect(refused).toBeGreaterThanOrEqual(0);
    const [before, after] = [ids(searches[refused]!), ids(searches[refused + 1]!)];
    expect(searches[refused + 1]!.status).toBe(200);
    expect(after.length).toBeLessThan(before.length);
    expect(after.every((id) => before.includes(id))).toBe(true);
    expect(offers.length).toBeGreaterThan(0);
  });

  it("a city that is full is an empty answer, no error", async () => {
    const { search, simulator } = await open();
    simulator.next({ scenario: "sold_out", on: "search-hotels", times: 10 });
    expect(await search()).toEqual([]);
  });

  it("a city without hotels is an empty answer, no error", async () => {
    const { search } = await open();
    expect(await search({ place: "QQQ" })).toEqual([]);
  });

  it("rates sold against a card alone are left out: no card number passes through here", async () => {
    const { search, hotels, sent } = await open();
    const offers = await search({ limit: 100 });
    const prepaid = offers.filter(({ ratePlan }) => ratePlan.paymentType === "PREPAID");
    expect(prepaid.length).toBeGreaterThan(0);
    // Of the simulator's houses every third has its cheapest rate like this.
    for (const { property } of prepaid) expect(Number(property.id.slice(-3)) % 3).not.toBe(0);
    expect((await hotels.book(request(prepaid[0]!), call())).status).toBe("confirmed");
    expect(JSON.stringify(sent("create-hotel-order")[0]!.json)).not.toContain("paymentCard");
  });

  it("stars are known when they are asked for, and unknown is 0", async () => {
    const { search, sent } = await open();
    expect((await search()).every(({ property }) => property.stars === 0)).toBe(true);
    const fine = await search({ minStars: 4 });
    expect(fine.length).toBeGreaterThan(0);
    expect(fine.every(({ property }) => property.stars >= 4)).toBe(true);
    expect(new URLSearchParams(sent("list-hotels").at(-1)!.query).get("ratings")).toBe("4,5");
  });

  it("cancellation steps come in UTC from deadlines with an offset", async () => {
    const { search } = await open();
    const [free] = await search({ refundableOnly: true });
    expect(free!.conditions.refund.allowed).toBe(true);
    expect(free!.cancellation[0]).toMatchObject({ from: "now", penalty: { amount: "0.00" } });
    expect(free!.cancellation.at(-1)!.penalty).toEqual(free!.price.total);
    // 18:00 in Lisbon two days before, in winter time.
    expect(free!.cancellation[1]!.from).toBe("2027-03-10T18:00:00.000Z");
    const strict = (await search({ limit: 100 })).find(({ ratePlan }) => ratePlan.paymentType === "PREPAID")!;
    expect(strict.cancellation).toEqual([{ from: "now", penalty: strict.price.total }]);
    expect(strict.conditions.refund).toEqual({ allowed: false });
  });

  it("books with the agency's guarantee, and tells the confirmation number and the commission", async () => {
    const { search, hotels, sent, simulator } = await open();
    const [offer] = await search({ refundableOnly: true });
    const order = await hotels.book(request(offer!), call());
    expect(order).toMatchObject({ status: "confirmed", total: offer!.price.total });
    expect(order.documents).toEqual([{ type: "VOUCHER", number: order.locators[1] }]);
    expect(minorUnits(order.commission!)).toBe((minorUnits(offer!.price.base) * 8n + 50n) / 100n);
    expect(sent("create-hotel-order")[0]!.json).not.toHaveProperty("data.payment");
    expect((await simulator.ledger())[0]).toMatchObject({ kind: "hotel", status: "confirmed", total: offer!.price.total });
  });

  it("cannot be cancelled: the answer says which confirmation to ring the hotel with", async () => {
    const { search, hotels } = await open();
    const [offer] = await search({ refundableOnly: true });
    const order = await hotels.book(request(offer!), call());
    const error = await failure(hotels.quoteCancel(order.reference, call()));
    expect(error.code).toBe("SUPPLIER_REJECTED");
    expect(error.message).toContain("ring the hotel");
    expect(error.message).toContain(order.locators[1]);
  });

  it("201 without the hotel's confirmation is not a booking: it stays unknown", async () => {
    const { search, hotels, simulator } = await open();
    const [offer] = await search();
    simulator.next({ scenario: "pending_then_webhook", on: "create-hotel-order" });
    const error = await failure(hotels.book(request(offer!), call()));
    expect(error.code).toBe("OUTCOME_UNKNOWN");
    expect(error.message).toContain("PENDING");
    expect((await failure(hotels.find("key-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    expect(await simulator.ledger()).toHaveLength(1);
  });

  it("37200 and 3664 at booking: nothing is booked and the key stays unspent", async () => {
    const { search, hotels, simulator } = await open();
    const [offer] = await search();
    simulator.next({ scenario: "price_changed", on: "create-hotel-order" });
    expect((await failure(hotels.book(request(offer!), call()))).code).toBe("PRICE_CHANGED");
    simulator.next({ scenario: "sold_out", on: "create-hotel-order" });
    expect((await failure(hotels.book(request(offer!), call()))).code).toBe("SOLD_OUT");
    expect(await simulator.ledger()).toEqual([]);
    expect((await hotels.book(request(offer!), call())).status).toBe("confirmed");
  });

  it("a rate that moved is told before it is booked", async () => {
    const { search, hotels, simulator } = await open();
    const [offer] = await search();
    simulator.next({ scenario: "price_changed", on: "price-hotel" });
    expect(await hotels.reprice(offer!, call())).toMatchObject({ status: "price-changed", was: offer!.price.total });
    simulator.next({ scenario: "price_changed", on: "price-hotel" });
    const error = await failure(hotels.book({ ...request(offer!), maxTotal: offer!.price.total }, call()));
    expect(error.code).toBe("PRICE_CHANGED");
    expect(error.details).toMatchObject({ was: offer!.price.total });
  });

  it("several rooms are not searched, since nobody says what the price would cover", async () => {
    const { search, sent } = await open();
    expect(await search({ rooms: 2 })).toEqual([]);
    expect(sent("search-hotels")).toEqual([]);
  });
});
