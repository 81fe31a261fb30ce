import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { minorUnits } from "../../money.ts";
import type { CarOffer, HotelOffer, Offer } from "../../offer.ts";
import { type BookingDialectOptions, bookingDialect } from "../../simulators/booking/index.ts";
import type { BookRequest } from "../../supplier.ts";
import { carQuery, hotelQuery, partyFor, simulated } from "../../testing/simulator-bench.ts";
import { type BookingDemandOptions, bookingDemandSupplier } from "./booking.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))));

const call = { signal: new AbortController().signal, requestId: "test" };
const minute = 60_000;

async function bench(dialect: BookingDialectOptions = {}, options: Partial<BookingDemandOptions> = {}) {
  const parts = await simulated({
    dialect: (world) => bookingDialect(world, dialect),
    adapter: ({ url, memory, clock }) =>
      bookingDemandSupplier({ baseUrl: `${url}/3.2`, apiToken: "demand-token", affiliateId: 111111, wallet: true, live: false, memory, clock, ...options }),
  });
  opened.push(parts);
  const { supplier, simulator } = parts;
  return {
    ...parts,
    hotels: supplier.hotels!,
    cars: supplier.cars!,
    sold: async () => (await simulator.ledger()).filter(({ status }) => status !== "cancelled").length,
    routes: (name: string) => simulator.requests.filter(({ route }) => route === name),
    stay: async () => (await supplier.hotels!.search({ ...hotelQuery, refundableOnly: true }, call))[0]!,
    car: async () => (await supplier.cars!.search(carQuery, call)).find(({ conditions }) => conditions.refund.allowed)!,
  };
}

const request = <O extends Offer>(offer: O, key: string, more: Partial<BookRequest<O>> = {}): BookRequest<O> => ({
  offer,
  travellers: partyFor(offer),
  contact: { email: "ana.silva@example.com", phone: "+351910000000" },
  key,
  maxTotal: offer.price.total,
  ...more,
});

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return TravelAgentError.is(error) ? error.code : (error ?? "no error");
};

/** Lets the adapter's pauses pass while it waits for the vendor. */
async function letting<T>(work: Promise<T>, advance: (ms: number) => Promise<unknown>): Promise<T> {
  let ended = false;
  const end = work.finally(() => {
    ended = true;
  });
  end.catch(() => {});
  while (!ended) {
    await new Promise((resolve) => setTimeout(resolve, 15));
    await advance(1000);
  }
  return end;
}

describe("Booking.com's environments", () => {
  it.each([
    ["https://demandapi.booking.com/3.2", false],
    ["https://demandapi-sandbox.booking.com/3.2", true],
    ["https://DEMANDAPI.booking.com/3.2", false],
  ])("take the same credentials, so %s with live: %s is refused", async (baseUrl, live) => {
    const { memory } = await bench();
    expect(() => bookingDemandSupplier({ baseUrl, apiToken: "t", affiliateId: 1, live, memory })).toThrow(/configured as/);
  });

  it("that fit are taken", async () => {
    const { memory } = await bench();
    for (const [baseUrl, live] of [
      ["https://demandapi.booking.com/3.2", true],
      ["https://demandapi-sandbox.booking.com/3.2", false],
    ] as const)
      expect(bookingDemandSupplier({ baseUrl, apiToken: "t", affiliateId: 1, live, memory }).live).toBe(live);
  });

  it("want token and affiliate id with every call", async () => {
    const { hotels } = await bench({}, { apiToken: "other-token!" });
    await expect(hotels.search(hotelQuery, call)).rejects.toMatchObject({ code: "SUPPLIER_REJECTED", message: expect.stringContaining("check token") });
    const other = await bench({}, { affiliateId: 2 });
    expect(await codeOf(other.hotels.search(hotelQuery, call))).toBe("SUPPLIER_REJECTED");
  });

  it("are asked by POST alone, for reads too, and a read may be repeated", async () => {
    const { hotels, simulator, clock, stay } = await bench();
    await stay();
    expect(new Set(simulator.requests.map(({ method }) => method))).toEqual(new Set(["POST"]));
    simulator.next({ scenario: "server_error", on: "stay-search" });
    expect((await letting(hotels.search(hotelQuery, call), (ms) => clock.advance(ms))).length).toBeGreaterThan(0);
  });
});

describe("ordering a stay at Booking.com", () => {
  it("previews, and creates with our key as the label and never a card", async () => {
    const { hotels, routes, stay, simulator } = await bench();
    const order = await hotels.book(request(await stay(), "key-1"), call);
    expect(routes("create")[0]!.json).toMatchObject({
      accommodation: { label: "key-1" },
      payment: { method: "wallet", timing: "pay_online_now" },
      booker: { telephone: "+351910000000", address: { country: "us" } },
    });
    expect(JSON.stringify(routes("create")[0]!.json)).not.toContain("card");
    expect(await simulator.ledger()).toMatchObject([{ clientReference: "key-1", reference: order.reference, status: "booked" }]);
    expect(minorUnits(order.commission!)).toBeGreaterThan(0n);
  });

  it("paid at the house needs no method, unless the house wants a card: then it is refused before it is sent", async () => {
    const { hotels, routes, stay, simulator } = await bench({}, { wallet: false });
    const offer = await stay();
    expect(offer.ratePlan.paymentType).toBe("PAY_AT_PROPERTY");
    simulator.next({ scenario: "card_declined", on: "preview" });
    await expect(hotels.book(request(offer, "card-1"), call)).rejects.toMatchObject({ details: { code: "card_required" } });
    expect(routes("create")).toEqual([]);
    await hotels.book(request(offer, "card-1"), call);
    expect((routes("create")[0]!.json as { payment: object }).payment).toEqual({ timing: "pay_at_the_property" });
  });

  it("wants a telephone number", async () => {
    const { hotels, stay } = await bench();
    await expect(hotels.book(request(await stay(), "p-1", { contact: { email: "a@example.com" } }), call)).rejects.toMatchObject({
      details: { code: "phone_required" },
    });
  });

  it("is refused when the room is too small for the party", async () => {
    const { hotels, stay, simulator, sold } = await bench();
    const offer = await stay();
    simulator.next({ scenario: "partial", on: "preview" });
    await expect(hotels.book(request(offer, "small-1"), call)).rejects.toMatchObject({ details: { code: "room_too_small" } });
    simulator.next({ scenario: "partial", on: "preview" });
    expect(await hotels.reprice(offer, call)).toEqual({ status: "sold-out" });
    expect(await sold()).toBe(0);
  });

  it("answered duplicate_request is not sent again: the order is looked up and is ours", async () => {
    const { hotels, stay, simulator, routes, sold } = await bench();
    simulator.next({ scenario: "duplicate", on: "create" });
    const order = await hotels.book(request(await stay(), "dup-1"), call);
    expect(order).toMatchObject({ key: "dup-1", status: "confirmed" });
    expect(routes("create")).toHaveLength(1);
    expect(await sold()).toBe(1);
  });

  it("is indeterminate after a network failure: found by its label, page by page, and never bought again", async () => {
    const { hotels, stay, simulator, sold, routes } = await bench({ pageSize: 1 });
    const offer = await stay();
    await hotels.book(request(offer, "before-1"), call);
    simulator.next({ scenario: "timeout_after_commit", on: "create" });
    expect(await codeOf(hotels.book(request(offer, "lost-1"), call))).toBe("OUTCOME_UNKNOWN");
    await hotels.book(request(offer, "after-1"), call);
    expect(await hotels.find("lost-1", call)).toMatchObject({ key: "lost-1", status: "confirmed", total: offer.price.total });
    expect(routes("orders").length).toBeGreaterThan(1);
    expect((await hotels.book(request(offer, "lost-1"), call)).key).toBe("lost-1");
    expect(await sold()).toBe(3);
  });

  it("that is not shown yet stays unknown for a quarter of an hour, and then surely is not there", async () => {
    const { hotels, stay, simulator, clock, sold } = await bench({ lagMs: 5 * minute });
    const offer = await stay();
    simulator.next({ scenario: "timeout_after_commit", on: "create" });
    expect(await codeOf(hotels.book(request(offer, "kept-1"), call))).toBe("OUTCOME_UNKNOWN");
    simulator.next({ scenario: "connection_reset", on: "create" });
    expect(await codeOf(hotels.book(request(offer, "gone-1"), call))).toBe("OUTCOME_UNKNOWN");
    for (const key of ["kept-1", "gone-1"]) expect(await codeOf(hotels.find(key, call))).toBe("OUTCOME_UNKNOWN");
    await clock.advance(16 * minute);
    expect(await hotels.find("kept-1", call)).toMatchObject({ key: "kept-1", status: "confirmed" });
    expect(await hotels.find("gone-1", call)).toBe(null);
    expect(await sold()).toBe(1);
  });

  it("too new to be read is confirmed all the same", async () => {
    const { hotels, stay } = await bench({ lagMs: 5 * minute });
    const offer = await stay();
    expect(await hotels.book(request(offer, "new-1"), call)).toMatchObject({ status: "confirmed", total: offer.price.total });
  });

  it.each([
    ["price_changed", "preview", "PRICE_CHANGED"],
    ["sold_out", "preview", "SOLD_OUT"],
    ["sold_out", "create", "SOLD_OUT"],
    ["card_declined", "create", "SUPPLIER_REJECTED"],
    ["rate_limited", "create", "RATE_LIMITED"],
    ["auth_expired", "create", "SUPPLIER_REJECTED"],
  ] as const)("%s at %s is %s and sells nothing", async (scenario, on, code) => {
    const { hotels, simulator, sold, stay } = await bench();
    const offer = await stay();
    simulator.next({ scenario, on });
    expect(await codeOf(hotels.book(request(offer, "no-1"), call))).toBe(code);
    expect(await hotels.find("no-1", call)).toBe(null);
    expect(await sold()).toBe(0);
  });

  it("that the vendor has already is never called undone because it cannot be read just then", async () => {
    for (const scenario of ["auth_expired", "server_error"] as const) {
      const { hotels, cars, simulator, clock, stay, car } = await bench();
      for (const [buy, find, route] of [
        [async () => hotels.book(request(await stay(), "dup-1"), call), () => hotels.find("dup-1", call), "read-stay"],
        [async () => cars.book(request(await car(), "dup-2"), call), () => cars.find("dup-2", call), "read-car"],
      ] as const) {
        simulator.next({ scenario: "duplicate", on: "create" });
        simulator.next({ scenario, on: route, times: 5 });
        expect(await letting(codeOf(buy()), (ms) => clock.advance(ms))).toBe("OUTCOME_UNKNOWN");
        simulator.calm();
        expect(await find()).toMatchObject({ status: "confirmed" });
      }
      expect((await simulator.ledger()).length).toBe(2);
    }
  });

  it.each(["auth_expired", "server_error", "malformed_json"] as const)(
    "is looked up where it cannot be read at once (%s), so that what it earns is known",
    async (scenario) => {
      const { hotels, simulator, clock, stay } = await bench();
      const offer = await stay();
      simulator.next({ scenario, on: "read-stay", times: 5 });
      expect(await letting(codeOf(hotels.book(request(offer, "earn-1"), call)), (ms) => clock.advance(ms))).toBe("OUTCOME_UNKNOWN");
      simulator.calm();
      const order = await hotels.find("earn-1", call);
      expect(order).toMatchObject({ status: "confirmed", key: "earn-1" });
      expect(minorUnits(order!.commission!)).toBeGreaterThan(0n);
      expect((await simulator.ledger()).length).toBe(1);
    },
  );

  it.each(["timeout_after_commit", "server_error_after_commit", "malformed_json", "wrong_content_type"] as const)(
    "%s is an unknown outcome that the label resolves to one order",
    async (scenario) => {
      const { hotels, simulator, sold, stay } = await bench();
      const offer = await stay();
      simulator.next({ scenario, on: "create" });
      expect(await codeOf(hotels.book(request(offer, "odd-1"), call))).toBe("OUTCOME_UNKNOWN");
      expect(await hotels.find("odd-1", call)).toMatchObject({ key: "odd-1" });
      expect((await hotels.book(request(offer, "odd-1"), call)).key).toBe("odd-1");
      expect(await sold()).toBe(1);
    },
  );

  it("of several rooms is one order, priced and cancelled together", async () => {
    const { hotels, simulator } = await bench();
    const offer = (await hotels.search({ ...hotelQuery, rooms: 2, adults: 4, refundableOnly: true }, call))[0]!;
    const order = await hotels.book(request(offer, "two-1"), call);
    expect(order.total).toEqual(offer.price.total);
    const quote = await hotels.quoteCancel(order.reference, call);
    expect(await hotels.cancel(order.reference, quote.token, "x-1", call)).toMatchObject({ status: "cancelled", refund: quote.refund });
    expect(await simulator.ledger()).toHaveLength(1);
  });
});

describe("an order at Booking.com", () => {
  it("is cancelled once although the reply is lost", async () => {
    const { hotels, simulator, stay, routes } = await bench();
    const order = await hotels.book(request(await stay(), "c-1"), call);
    const { token, refund } = await hotels.quoteCancel(order.reference, call);
    simulator.next({ scenario: "timeout_after_commit", on: "cancel" });
    expect(await codeOf(hotels.cancel(order.reference, token, "x-1", call))).toBe("OUTCOME_UNKNOWN");
    expect(await hotels.cancel(order.reference, token, "x-1", call)).toMatchObject({ status: "cancelled", refund });
    expect(routes("cancel")).toHaveLength(1);
  });

  it("that the house cancelled by itself is seen, and told as news", async () => {
    const { hotels, supplier, simulator, stay, clock } = await bench();
    const order = await hotels.book(request(await stay(), "n-1"), call);
    const { cursor } = await supplier.events!.poll!(undefined, call);
    await clock.advance(minute);
    await simulator.happen("cancelled", order.reference);
    expect((await hotels.read(order.reference, call)).status).toBe("cancelled");
    await clock.advance(minute);
    const { news, cursor: next } = await supplier.events!.poll!(cursor, call);
    expect(news).toMatchObject([{ kind: "cancelled", vertical: "hotel", reference: order.reference }]);
    await clock.advance(minute);
    expect((await supplier.events!.poll!(next, call)).news).toEqual([]);
  });

  it("takes another guest's name; a failure comes as a success with another word inside", async () => {
    const { hotels, simulator, stay, routes } = await bench();
    const order = await hotels.book(request(await stay(), "m-1"), call);
    const change = { travellers: [{ id: "1", givenName: "Rui", familyName: "Costa", ptc: "ADT" as const }] };
    const { token } = await hotels.quoteModify!(order.reference, change, call);
    simulator.next({ scenario: "error_in_200", on: "modify" });
    expect(await codeOf(hotels.modify!(order.reference, change, token, "m-1", call))).toBe("SUPPLIER_REJECTED");
    expect(await hotels.modify!(order.reference, change, token, "m-1", call)).toMatchObject({ status: "confirmed" });
    await hotels.modify!(order.reference, change, token, "m-1", call);
    expect(routes("modify")).toHaveLength(2);
  });
});

describe("cars of Booking.com", () => {
  it("come with the code of their company, and can be asked for by it", async () => {
    const { cars } = await bench();
    const all = await cars.search({ ...carQuery, limit: 60 }, call);
    expect(new Set(all.map(({ vendor }) => vendor.code)).size).toBeGreaterThan(2);
    const hertz = await cars.search({ ...carQuery, limit: 60, vendors: ["ZE"] }, call);
    expect(hertz.length).toBeGreaterThan(0);
    expect(hertz.every(({ vendor }) => vendor.code === "ZE" && vendor.name === "Hertz")).toBe(true);
  });

  it("come from a catalogue that is only given as a whole, and is read on page by page", async () => {
    const { cars, routes } = await bench();
    await cars.search(carQuery, call);
    expect(routes("car-details").length).toBeGreaterThan(1);
    const before = routes("car-details").length;
    await cars.search(carQuery, call);
    expect(routes("car-details")).toHaveLength(before);
  });

  it("cannot be ordered in the vendor's sandbox, and the message says so", async () => {
    const { cars, car, sold } = await bench({ sandbox: true });
    await expect(cars.book(request<CarOffer>(await car(), "s-1"), call)).rejects.toMatchObject({
      code: "SUPPLIER_REJECTED",
      details: { code: "sandbox_blocked" },
      message: expect.stringContaining("only in production"),
    });
    expect(await sold()).toBe(0);
  });

  it("are ordered before they are confirmed: still processing is unknown, and found once the company has answered", async () => {
    const { cars, car, simulator, clock, sold, routes } = await bench();
    const offer = await car();
    simulator.next({ scenario: "pending_then_webhook", on: "create" });
    const advance = (ms: number) => clock.advance(ms);
    expect(await letting(codeOf(cars.book(request(offer, "w-1"), call)), advance)).toBe("OUTCOME_UNKNOWN");
    expect(routes("read-car").length).toBeGreaterThan(2);
    expect(await codeOf(cars.find("w-1", call))).toBe("OUTCOME_UNKNOWN");
    const { reference } = (await simulator.ledger())[0]!;
    await simulator.happen("confirmed", reference);
    expect(await cars.find("w-1", call)).toMatchObject({ key: "w-1", status: "confirmed", total: offer.price.total });
    expect((await cars.book(request(offer, "w-1"), call)).reference).toBe(reference);
    expect(await sold()).toBe(1);
  });

  it("answered duplicate_request name the reservation, which is taken over and never sent again", async () => {
    const { cars, car, simulator, routes, sold } = await bench();
    simulator.next({ scenario: "duplicate", on: "create" });
    expect(await cars.book(request<CarOffer>(await car(), "d-1"), call)).toMatchObject({ key: "d-1", status: "confirmed" });
    expect(routes("create")).toHaveLength(1);
    expect(routes("orders")).toHaveLength(0);
    expect(await sold()).toBe(1);
  });

  it("are cancelled in the background: unknown until the reservation says so, and asked for once", async () => {
    const { cars, car, simulator, clock, routes } = await bench();
    const order = await cars.book(request<CarOffer>(await car(), "k-1"), call);
    const quote = await cars.quoteCancel(order.reference, call);
    simulator.next({ scenario: "pending_then_webhook", on: "cancel" });
    expect(await letting(codeOf(cars.cancel(order.reference, quote.token, "x-1", call)), (ms) => clock.advance(ms))).toBe("OUTCOME_UNKNOWN");
    await simulator.happen("cancelled", order.reference);
    expect(await cars.cancel(order.reference, quote.token, "x-1", call)).toMatchObject({ status: "cancelled", refund: quote.refund, penalty: quote.penalty });
    expect(routes("cancel")).toHaveLength(1);
  });

  it.each([
    ["price_changed", "preview", "PRICE_CHANGED"],
    ["sold_out", "preview", "SOLD_OUT"],
    ["sold_out", "create", "SOLD_OUT"],
    ["card_declined", "create", "SUPPLIER_REJECTED"],
  ] as const)("%s at %s is %s and sells nothing", async (scenario, on, code) => {
    const { cars, simulator, sold, car } = await bench();
    const offer = await car();
    simulator.next({ scenario, on });
    expect(await codeOf(cars.book(request(offer, "no-1"), call))).toBe(code);
    expect(await cars.find("no-1", call)).toBe(null);
    expect(await sold()).toBe(0);
  });

  it("show a price change under the same id when they are priced again", async () => {
    const { cars, car, simulator } = await bench();
    const offer = await car();
    simulator.next({ scenario: "price_changed", on: "preview" });
    expect(await cars.reprice(offer, call)).toMatchObject({ status: "price-changed", was: offer.price.total, offer: { id: offer.id } });
  });
});

it("marks the offers of a sandbox, and not those of production", async () => {
  const { stay, car } = await bench();
  const offers: (HotelOffer | CarOffer)[] = [await stay(), await car()];
  expect(offers.every(({ sandbox }) => sandbox)).toBe(true);
  const real = await bench({}, { live: true });
  expect((await real.stay()).sandbox).toBe(false);
});
