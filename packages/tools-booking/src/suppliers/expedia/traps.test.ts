import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { minorUnits, money } from "../../money.ts";
import type { HotelOffer, HotelQuery } from "../../offer.ts";
import { type ExpediaDialectOptions, expediaDialect } from "../../simulators/expedia/index.ts";
import type { BookRequest } from "../../supplier.ts";
import { hotelQuery, partyFor, simulated } from "../../testing/simulator-bench.ts";
import { type ExpediaRapidOptions, expediaRapidSupplier } from "./expedia.ts";
import { splitPhone } from "./phone.ts";
import { rapidAuthorization } from "./signature.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))));

const call = { signal: new AbortController().signal, requestId: "test" };
const minute = 60_000;

async function bench(dialect: ExpediaDialectOptions = {}, options: Partial<ExpediaRapidOptions> = {}) {
  const parts = await simulated({
    dialect: (world) => expediaDialect(world, dialect),
    adapter: ({ url, memory, clock }) =>
      expediaRapidSupplier({ baseUrl: `${url}/v3`, apiKey: "rapid-key", sharedSecret: "rapid-secret", live: false, memory, clock, ...options }),
  });
  opened.push(parts);
  const hotels = parts.supplier.hotels!;
  const sold = async () => (await parts.simulator.ledger()).filter(({ status }) => status !== "cancelled").length;
  const routes = (name: string) => parts.simulator.requests.filter(({ route }) => route === name);
  return {
    ...parts,
    hotels,
    sold,
    routes,
    refundable: async (query: HotelQuery = hotelQuery) => (await hotels.search({ ...query, refundableOnly: true }, call))[0]!,
  };
}

const request = (offer: HotelOffer, key: string, more: Partial<BookRequest<HotelOffer>> = {}): BookRequest<HotelOffer> => ({
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

describe("Rapid's signature", () => {
  it("is SHA-512 over key, secret and second, as in the worked example", () => {
    expect(rapidAuthorization("a-key", "a-secret", 1_700_000_000_999)).toBe(
      "EAN apikey=a-key,signature=88f5996f090b06eb8549a4d61da544c733e46f568f35e0a37dbd1bed1a1fc0bb7f97181221cc91e9ded69b01f42a98bb0902b9a68dabe4a2babab50ed2ef29e5,timestamp=1700000000",
    );
  });

  it("is refused with a wrong secret, and the message says what to check", async () => {
    const { hotels } = await bench({}, { sharedSecret: "other" });
    await expect(hotels.search(hotelQuery, call)).rejects.toMatchObject({
      code: "SUPPLIER_REJECTED",
      message: expect.stringContaining("check key and secret"),
    });
  });

  it("is refused when our clock is wrong, and the message names the clock", async () => {
    const { hotels, world, simulator, memory } = await bench();
    const off = { ...world.clock, now: () => world.clock.now() + 20 * minute };
    const late = expediaRapidSupplier({ baseUrl: `${simulator.url}/v3`, apiKey: "rapid-key", sharedSecret: "rapid-secret", live: false, memory, clock: off });
    await expect(late.hotels!.search(hotelQuery, call)).rejects.toMatchObject({ details: { code: "clock_skew" }, message: expect.stringContaining("1200 s") });
    expect((await hotels.search(hotelQuery, call)).length).toBeGreaterThan(0);
  });
});

describe("Rapid's environments", () => {
  it.each([
    ["https://api.ean.com/v3", false],
    ["https://test.ean.com/v3", true],
  ])("%s with live: %s is refused", async (baseUrl, live) => {
    const { memory } = await bench();
    expect(() => expediaRapidSupplier({ baseUrl, apiKey: "k", sharedSecret: "s", live, memory })).toThrow(/configured as/);
  });
});

describe("Rapid's links", () => {
  it("are followed as they are given, from the root of the host and with their tokens", async () => {
    const { hotels, simulator, routes, refundable } = await bench();
    await hotels.book(request(await refundable(), "links-1"), call);
    const [create] = routes("create");
    expect(create!.path).toBe("/v3/itineraries");
    expect(create!.query).toMatch(/^\?token=\w{40}$/);
    expect(simulator.requests.filter(({ status }) => status === 404)).toEqual([]);
  });

  it("to another host are not followed, so that the signature stays here", async () => {
    const { hotels, simulator, refundable } = await bench();
    const offer = await refundable();
    const ref = JSON.parse(offer.supplierRef) as { priceCheck: { href: string } };
    ref.priceCheck.href = "https://elsewhere.example/v3/properties/1/rooms/2/rates/3?token=x";
    const before = simulator.requests.length;
    await expect(hotels.book(request({ ...offer, supplierRef: JSON.stringify(ref) }, "links-2"), call)).rejects.toMatchObject({ code: "SUPPLIER_REJECTED" });
    expect(simulator.requests.length).toBe(before);
  });
});

describe("booking at Rapid", () => {
  it("sends our key as the affiliate reference, and never a card", async () => {
    const { hotels, routes, refundable, simulator } = await bench();
    const order = await hotels.book(request(await refundable(), "key-1"), call);
    expect(routes("create")[0]!.json).toMatchObject({ affiliate_reference_id: "key-1", hold: false, payments: [{ type: "affiliate_collect" }] });
    expect(JSON.stringify(routes("create")[0]!.json)).not.toMatch(/security_code|expiration|"number":"\d{12,}/);
    expect(await simulator.ledger()).toMatchObject([{ reference: order.reference, clientReference: "key-1", total: order.total }]);
    expect(minorUnits(order.commission!)).toBeGreaterThan(0n);
  });

  it("wants the telephone number in parts, and says so when there is none", async () => {
    const { hotels, routes, refundable } = await bench();
    const offer = await refundable();
    await expect(hotels.book(request(offer, "key-1", { contact: { email: "ana.silva@example.com" } }), call)).rejects.toMatchObject({
      code: "SUPPLIER_REJECTED",
      details: { code: "phone_required" },
    });
    expect(routes("create")).toEqual([]);
    expect(splitPhone("+351910000000")).toEqual({ country_code: "351", number: "910000000" });
    expect(splitPhone("+4930123456")).toEqual({ country_code: "49", number: "30123456" });
    expect(splitPhone("+14875550077")).toEqual({ country_code: "1", number: "4875550077" });
    expect(splitPhone("0049 30")).toBe(undefined);
  });

  it("whose reply is lost is not shown for minutes: unknown until then, found afterwards, and never bought again", async () => {
    const { hotels, simulator, clock, sold, refundable } = await bench({ lagMs: 4 * minute });
    const offer = await refundable();
    simulator.next({ scenario: "timeout_after_commit", on: "create" });
    expect(await codeOf(hotels.book(request(offer, "lost-1"), call))).toBe("OUTCOME_UNKNOWN");
    expect(await codeOf(hotels.find("lost-1", call))).toBe("OUTCOME_UNKNOWN");
    expect(await codeOf(hotels.book(request(offer, "lost-1"), call))).toBe("OUTCOME_UNKNOWN");
    await clock.advance(3 * minute);
    // Now it has an id and creation time, and nothing else.
    expect(await codeOf(hotels.find("lost-1", call))).toBe("SUPPLIER_UNAVAILABLE");
    await clock.advance(2 * minute);
    expect(await hotels.find("lost-1", call)).toMatchObject({ key: "lost-1", status: "confirmed", total: offer.price.total });
    expect(await sold()).toBe(1);
  });

  it("that never arrived is not there for surely after a quarter of an hour", async () => {
    const { hotels, simulator, clock, sold, refundable } = await bench();
    const offer = await refundable();
    simulator.next({ scenario: "connection_reset", on: "create" });
    expect(await codeOf(hotels.book(request(offer, "gone-1"), call))).toBe("OUTCOME_UNKNOWN");
    expect(await codeOf(hotels.find("gone-1", call))).toBe("OUTCOME_UNKNOWN");
    await clock.advance(16 * minute);
    expect(await hotels.find("gone-1", call)).toBe(null);
    expect(await sold()).toBe(0);
  });

  it("too new to be read is confirmed all the same, with what the price check said it earns", async () => {
    const { hotels, refundable, clock } = await bench({ lagMs: 4 * minute });
    const offer = await refundable();
    const order = await hotels.book(request(offer, "new-1"), call);
    expect(order).toMatchObject({ status: "confirmed", key: "new-1", total: offer.price.total });
    // Nobody looks again at what it earns.
    await clock.advance(5 * minute);
    expect(minorUnits(order.commission!)).toBeGreaterThan(0n);
    expect(order.commission).toEqual((await hotels.read(order.reference, call)).commission);
  });

  it("again with a reference that exists is answered duplicate_itinerary, and gives the first order", async () => {
    const { hotels, memory, sold, refundable } = await bench();
    const offer = await refundable();
    const first = await hotels.book(request(offer, "twice-1"), call);
    await memory.remove("hotel purchase", "twice-1");
    const again = await hotels.book(request((await hotels.search(hotelQuery, call))[0]!, "twice-1", { maxTotal: money(10_000_000n, "EUR") }), call);
    expect(again.reference).toBe(first.reference);
    expect(await sold()).toBe(1);
  });

  it.each([
    ["price_changed", "price-check", "PRICE_CHANGED"],
    ["sold_out", "price-check", "SOLD_OUT"],
    ["price_changed", "create", "PRICE_CHANGED"],
    ["sold_out", "create", "SOLD_OUT"],
    ["card_declined", "create", "SUPPLIER_REJECTED"],
    ["rate_limited", "create", "RATE_LIMITED"],
    ["auth_expired", "create", "SUPPLIER_REJECTED"],
  ] as const)("%s at %s is %s and sells nothing; the key may be used again", async (scenario, on, code) => {
    const { hotels, simulator, sold, refundable } = await bench();
    const offer = await refundable();
    simulator.next({ scenario, on });
    expect(await codeOf(hotels.book(request(offer, "no-1"), call))).toBe(code);
    expect(await hotels.find("no-1", call)).toBe(null);
    expect(await sold()).toBe(0);
    await hotels.book(request(offer, "no-1"), call);
    expect(await sold()).toBe(1);
  });

  it.each(["timeout_after_commit", "server_error_after_commit", "malformed_json", "wrong_content_type"] as const)(
    "%s is an unknown outcome that the reference resolves to one order",
    async (scenario) => {
      const { hotels, simulator, sold, refundable } = await bench();
      const offer = await refundable();
      simulator.next({ scenario, on: "create" });
      expect(await codeOf(hotels.book(request(offer, "odd-1"), call))).toBe("OUTCOME_UNKNOWN");
      expect(await hotels.find("odd-1", call)).toMatchObject({ key: "odd-1", status: "confirmed" });
      expect((await hotels.book(request(offer, "odd-1"), call)).key).toBe("odd-1");
      expect(await sold()).toBe(1);
    },
  );

  it("that wants the card's owner first is not taken for booked", async () => {
    const { hotels, simulator, refundable } = await bench();
    const offer = await refundable();
    simulator.next({ scenario: "3ds_required", on: "create" });
    expect(await codeOf(hotels.book(request(offer, "card-1"), call))).toBe("OUTCOME_UNKNOWN");
  });

  it("that takes longer than we wait is unknown, and found when it has come to an end", async () => {
    const { hotels, simulator, clock, routes, refundable, sold } = await bench({}, { timeouts: { writeMs: 1000 } });
    const offer = await refundable();
    simulator.next({ scenario: "slow", ms: 250, on: "create" });
    const outcome = codeOf(hotels.book(request(offer, "slow-1"), call));
    while (routes("create").length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await clock.advance(1100);
    expect(await outcome).toBe("OUTCOME_UNKNOWN");
    expect(await codeOf(hotels.find("slow-1", call))).toBe("OUTCOME_UNKNOWN");
    while ((await sold()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await hotels.find("slow-1", call)).toMatchObject({ key: "slow-1", status: "confirmed" });
    expect(await sold()).toBe(1);
  });

  it("that the property has yet to answer is pending, which is neither booked nor held", async () => {
    const { hotels, simulator, refundable, sold } = await bench();
    const offer = await refundable();
    simulator.next({ scenario: "pending_then_webhook", on: "create" });
    expect(await codeOf(hotels.book(request(offer, "ask-1"), call))).toBe("OUTCOME_UNKNOWN");
    expect(await codeOf(hotels.find("ask-1", call))).toBe("OUTCOME_UNKNOWN");
    const { reference } = (await simulator.ledger())[0]!;
    await simulator.happen("confirmed", reference);
    expect(await hotels.find("ask-1", call)).toMatchObject({ reference, key: "ask-1", status: "confirmed" });
    expect(await sold()).toBe(1);
  });

  it("needs an adult in every room", async () => {
    const { hotels } = await bench();
    await expect(hotels.search({ ...hotelQuery, rooms: 3, adults: 2 }, call)).rejects.toMatchObject({ details: { code: "invalid_guests" } });
  });

  it("shows a price change when an offer is priced again, under the same id", async () => {
    const { hotels, simulator, refundable } = await bench();
    const offer = await refundable();
    simulator.next({ scenario: "price_changed", on: "price-check" });
    const seen = await hotels.reprice(offer, call);
    expect(seen).toMatchObject({ status: "price-changed", was: offer.price.total, offer: { id: offer.id } });
    simulator.next({ scenario: "sold_out", on: "price-check" });
    expect(await hotels.reprice(offer, call)).toEqual({ status: "sold-out" });
  });

  it("repeats a search that failed on the line, but never a booking", async () => {
    const { hotels, simulator, routes, refundable, clock } = await bench();
    const offer = await refundable();
    simulator.next({ scenario: "server_error", on: "availability" });
    const found = hotels.search(hotelQuery, call);
    for (let i = 0; i < 50 && routes("availability").length < 3; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      await clock.advance(300);
    }
    expect((await found).length).toBeGreaterThan(0);
    simulator.next({ scenario: "server_error", on: "create", times: 5 });
    expect(await codeOf(hotels.book(request(offer, "once-1"), call))).toBe("OUTCOME_UNKNOWN");
    expect(routes("create")).toHaveLength(1);
  });
});

describe("cancelling at Rapid", () => {
  async function booked(key: string, query = hotelQuery) {
    const parts = await bench();
    const order = await parts.hotels.book(request(await parts.refundable(query), key), call);
    const quote = await parts.hotels.quoteCancel(order.reference, call);
    return { ...parts, order, quote };
  }

  it("answered 202 is read back: cancelled when the itinerary says so", async () => {
    const { hotels, simulator, order, quote } = await booked("c-1");
    simulator.next({ scenario: "partial", on: "cancel" });
    expect(await hotels.cancel(order.reference, quote.token, "x-1", call)).toMatchObject({ status: "cancelled", refund: quote.refund });
  });

  it("answered 202 is unknown while the itinerary still stands; the same key resolves it later and deletes once", async () => {
    const { hotels, simulator, order, quote, routes } = await booked("c-2");
    simulator.next({ scenario: "pending_then_webhook", on: "cancel" });
    expect(await codeOf(hotels.cancel(order.reference, quote.token, "x-1", call))).toBe("OUTCOME_UNKNOWN");
    await simulator.happen("cancelled", order.reference);
    expect(await hotels.cancel(order.reference, quote.token, "x-1", call)).toMatchObject({ status: "cancelled", refund: quote.refund });
    expect(routes("cancel")).toHaveLength(1);
  });

  it("whose reply is lost is done once", async () => {
    const { hotels, simulator, order, quote, routes } = await booked("c-3");
    simulator.next({ scenario: "timeout_after_commit", on: "cancel" });
    expect(await codeOf(hotels.cancel(order.reference, quote.token, "x-1", call))).toBe("OUTCOME_UNKNOWN");
    expect(await hotels.cancel(order.reference, quote.token, "x-1", call)).toMatchObject({ status: "cancelled", refund: quote.refund, penalty: quote.penalty });
    expect(routes("cancel")).toHaveLength(1);
  });

  it("takes every room, each by its own link", async () => {
    const { hotels, order, quote, routes, simulator } = await booked("c-4", { ...hotelQuery, rooms: 2, adults: 4 });
    expect(minorUnits(quote.refund) + minorUnits(quote.penalty)).toBe(minorUnits(order.total));
    expect(await hotels.cancel(order.reference, quote.token, "x-1", call)).toMatchObject({ status: "cancelled", refund: quote.refund });
    expect(new Set(routes("cancel").map(({ path }) => path)).size).toBe(2);
    expect(await simulator.ledger()).toMatchObject([{ status: "cancelled" }]);
  });

  it("is refused when it costs more by now than was said", async () => {
    const { hotels, clock, refundable } = await bench();
    const offer = await refundable();
    const order = await hotels.book(request(offer, "c-5"), call);
    const late = offer.cancellation.find(({ from }) => from !== "now")!;
    await clock.advance(Date.parse(late.from) - clock.now() - 5 * minute);
    const quote = await hotels.quoteCancel(order.reference, call);
    expect(minorUnits(quote.penalty)).toBe(0n);
    expect(quote.expiresAt).toBe(late.from);
    await clock.advance(6 * minute);
    expect(await codeOf(hotels.cancel(order.reference, quote.token, "x-1", call))).toBe("SUPPLIER_REJECTED");
    expect(minorUnits((await hotels.quoteCancel(order.reference, call)).penalty)).toBe(minorUnits(late.penalty));
  });

  it("by the property is seen", async () => {
    const { hotels, simulator, order } = await booked("c-6");
    await simulator.happen("cancelled", order.reference);
    expect((await hotels.read(order.reference, call)).status).toBe("cancelled");
  });
});

describe("holding at Rapid", () => {
  it("is there only where its length is configured, and for rates that say so", async () => {
    const without = await bench();
    expect(without.hotels.hold).toBe(undefined);
    expect((await without.refundable()).paymentTimeLimit).toBe(undefined);
    const { hotels, refundable } = await bench({}, { holdMinutes: 30 });
    expect((await refundable()).paymentTimeLimit).toBe("2027-01-15T09:30:00.000Z");
    const two = await hotels.search({ ...hotelQuery, rooms: 2, adults: 4 }, call);
    expect(two.every(({ paymentTimeLimit }) => paymentTimeLimit === undefined)).toBe(true);
  });

  it("is confirmed by the resume link; a 202 is read back", async () => {
    const { hotels, refundable, simulator, routes } = await bench({}, { holdMinutes: 30 });
    const held = await hotels.hold!(request(await refundable(), "h-1"), call);
    expect(held).toMatchObject({ status: "held", paymentTimeLimit: "2027-01-15T09:30:00.000Z", documents: [] });
    simulator.next({ scenario: "pending_then_webhook", on: "resume" });
    expect(await codeOf(hotels.ticket!(held.reference, "t-1", call))).toBe("OUTCOME_UNKNOWN");
    simulator.next({ scenario: "partial", on: "resume" });
    const done = await hotels.ticket!(held.reference, "t-1", call);
    expect(done).toMatchObject({ status: "ticketed", documents: [{ type: "VOUCHER" }] });
    expect(await hotels.read(held.reference, call)).toEqual(done);
    expect(routes("resume")).toHaveLength(2);
  });

  it("is given back for nothing", async () => {
    const { hotels, refundable, sold } = await bench({}, { holdMinutes: 30 });
    const held = await hotels.hold!(request(await refundable(), "h-2"), call);
    const quote = await hotels.quoteCancel(held.reference, call);
    expect(quote).toMatchObject({ penalty: { amount: "0.00" }, refund: { amount: "0.00" } });
    expect(await hotels.cancel(held.reference, quote.token, "x-1", call)).toMatchObject({ status: "cancelled", refund: { amount: "0.00" } });
    expect(await sold()).toBe(0);
  });
});

describe("changing the guest's name at Rapid", () => {
  it("follows the room's change link, costs nothing and is done once", async () => {
    const { hotels, refundable, routes } = await bench();
    const order = await hotels.book(request(await refundable(), "m-1"), call);
    const change = { travellers: [{ id: "1", givenName: "Rui", familyName: "Costa", ptc: "ADT" as const }] };
    const quote = await hotels.quoteModify!(order.reference, change, call);
    expect(quote).toMatchObject({ due: { amount: "0.00" }, penalty: { amount: "0.00" } });
    expect(await hotels.modify!(order.reference, change, quote.token, "m-1", call)).toMatchObject({ reference: order.reference, status: "confirmed" });
    await hotels.modify!(order.reference, change, quote.token, "m-1", call);
    expect(routes("change").map(({ json }) => json)).toEqual([{ given_name: "Rui", family_name: "Costa" }]);
    expect(await codeOf(hotels.quoteModify!(order.reference, { cabin: "BUSINESS" }, call))).toBe("SUPPLIER_REJECTED");
  });
});

describe("the simulator's Test header", () => {
  it.each([
    ["sold_out", 200, "sold_out"],
    ["price_changed", 200, "price_changed"],
    ["service_unavailable", 503, undefined],
    ["unknown_internal_error", 500, undefined],
  ])("%s at a price check answers %i", async (word, status, said) => {
    const { hotels, simulator, clock } = await bench();
    const offer = (await hotels.search(hotelQuery, call))[0]!;
    const { href } = (JSON.parse(offer.supplierRef) as { priceCheck: { href: string } }).priceCheck;
    const headers = {
      authorization: rapidAuthorization("rapid-key", "rapid-secret", clock.now()),
      accept: "application/json",
      "accept-encoding": "gzip",
      test: word,
    };
    const reply = await fetch(new URL(href, simulator.url), { headers });
    expect(reply.status).toBe(status);
    expect(((await reply.json()) as { status?: string }).status).toBe(said);
  });
});
