import { testEngine } from "@travelagent/engine/testing";
import type { Engine } from "@travelagent/protocol/ports";
import { afterEach, describe, expect, it } from "vitest";
import { createBookings } from "../../bookings.ts";
import type { Search } from "../../fan-out.ts";
import { compare } from "../../money.ts";
import type { Offer } from "../../offer.ts";
import { amadeusDialect } from "../../simulators/amadeus/index.ts";
import { openWorld, type Scenario, startSimulator } from "../../simulators/kit/index.ts";
import { benchClock } from "../../testing/bench.ts";
import { flightQuery, hotelQuery } from "../../testing/simulator-bench.ts";
import { databaseMemory, migrateSupplierMemory } from "../http/index.ts";
import { createSandbox } from "../sandbox/index.ts";
import { amadeusSupplier } from "./amadeus.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** An agency that sells Amadeus and nothing else, with a bank. */
async function agency() {
  const [engine, outside]: [Engine, Engine] = [await testEngine(), await testEngine()];
  const clock = benchClock();
  const world = await openWorld({ db: outside.db, clock });
  const simulator = await startSimulator(amadeusDialect(world), { clock });
  const bank = createSandbox({ db: outside.db, clock });
  await migrateSupplierMemory(engine.db);
  const supplier = amadeusSupplier({
    baseUrl: simulator.url,
    clientId: "agency",
    clientSecret: "secret",
    live: false,
    memory: databaseMemory(engine.db, "amadeus"),
    clock,
  });
  const bookings = createBookings({
    db: engine.db,
    work: engine.work,
    suppliers: [supplier],
    payments: bank.payments,
    clock,
    customers: { ensure: async ({ email }) => ({ customerId: email }) },
    timing: { readBackDelaysMs: [1, 1], retryDelaysMs: [1] },
  });
  await bookings.migrate();
  closing.push(
    () => outside.stop(),
    () => engine.stop(),
    () => simulator.close(),
  );
  const signal = new AbortController().signal;
  const call = { requestId: "test", signal };
  return {
    bookings,
    simulator,
    bank,
    call,
    async find(search: Search, fits: (offer: Offer) => boolean = () => true): Promise<Offer> {
      const { offers } = await bookings.search(search, { sessionKey: "s1" }, call);
      return offers.map(({ offer }) => offer).find(fits)!;
    },
    book: (offer: Offer, idempotencyKey = "book-1") =>
      bookings.book(
        {
          offerIds: [offer.id],
          travellers: [{ givenName: "Ana", familyName: "Silva", bornOn: "1988-04-05", gender: "F" }],
          contact: { email: "ana.silva@example.com", phone: "+351910000000" },
          buyer: { sessionKey: "s1", channel: "webchat", peerId: "ana" },
        },
        { idempotencyKey, waitMs: 5000, signal },
      ),
    write: (idempotencyKey: string) => ({ idempotencyKey, waitMs: 5000, signal }),
  };
}

const flights: Search = { kind: "flight", query: flightQuery };
const hotels: Search = { kind: "hotel", query: { ...hotelQuery, refundableOnly: true } };

describe("a booking over Amadeus", () => {
  it("is confirmed, paid once, and cancelled with all money back before the ticket is issued", async () => {
    const { bookings, simulator, bank, call, find, book, write } = await agency();
    const offer = await find(flights);
    const { order } = await book(offer);
    expect(order.status).toBe("confirmed");
    expect((await simulator.ledger()).map(({ status, total, clientReference }) => [status, total, clientReference])).toEqual([
      ["confirmed", order.items[0]!.total, `${order.id}-1`],
    ]);
    expect((await bank.ledger.payments()).map(({ captured }) => captured)).toEqual([order.items[0]!.total]);

    const { penalty, refund } = await bookings.quoteCancel(order.reference, call);
    expect(refund).toEqual(order.items[0]!.total);
    await bookings.cancel({ reference: order.reference, confirmed: { penalty, refund } }, write("cancel-1"));
    expect((await simulator.ledger()).map(({ status }) => status)).toEqual(["cancelled"]);
    expect((await bank.ledger.payments()).map(({ captured, refunded }) => compare(captured, refunded))).toEqual([0]);
  });

  it("whose reply was lost is unknown, is charged nothing and never bought again", async () => {
    const { bookings, simulator, bank, find, book, call } = await agency();
    const offer = await find(flights);
    simulator.next({ scenario: "timeout_after_commit", on: "create-flight-order" });
    const { order } = await book(offer);
    expect(["unknown", "needs-human"]).toContain(order.status);
    expect((await book(offer, "book-2")).order.id).toBe(order.id);
    await bookings.resume();
    await bookings.reconcile(order.id, { waitMs: 2000, signal: call.signal });
    expect(["unknown", "needs-human"]).toContain((await bookings.get(order.id))!.order.status);
    expect(await simulator.ledger()).toHaveLength(1);
    expect((await bank.ledger.payments()).map(({ captured }) => Number(captured.amount))).toEqual([0]);
  });

  /** Every fault that an order can meet at Amadeus, and how the booking stands afterwards. */
  const endings: [Scenario, string][] = [
    ["slow", "confirmed"],
    ["auth_expired", "confirmed"],
    ["rate_limited", "confirmed"],
    ["sold_out", "failed"],
    ["price_changed", "failed"],
    ["connection_reset", "unknown"],
    ["server_error", "unknown"],
    ["timeout_after_commit", "unknown"],
    ["server_error_after_commit", "unknown"],
    ["malformed_json", "unknown"],
    ["wrong_content_type", "unknown"],
  ];
  it.each(endings)("that meets %s ends %s, with one order and one charge at most", async (scenario, ending) => {
    const { simulator, bank, find, book } = await agency();
    const offer = await find(flights);
    simulator.next({ scenario, on: "create-flight-order", ms: 50 });
    const { order } = await book(offer);
    expect(order.status === "needs-human" ? "unknown" : order.status).toBe(ending);
    const orders = await simulator.ledger();
    expect(orders.length).toBeLessThanOrEqual(1);
    const charged = (await bank.ledger.payments()).filter(({ captured }) => Number(captured.amount) > 0);
    expect(charged.map(({ captured }) => captured)).toEqual(ending === "confirmed" ? [orders[0]!.total] : []);
    if (ending === "failed") expect(orders).toEqual([]);
  });

  it("of a hotel is paid there and is not cancelled here: the customer hears whom to ring", async () => {
    const { bookings, simulator, bank, call, find, book } = await agency();
    const { order } = await book(await find(hotels));
    expect(order.status).toBe("confirmed");
    expect(await bank.ledger.payments()).toEqual([]);
    await expect(bookings.quoteCancel(order.reference, call)).rejects.toThrow("ring the hotel");
    expect((await simulator.ledger()).map(({ status }) => status)).toEqual(["confirmed"]);
  });
});
