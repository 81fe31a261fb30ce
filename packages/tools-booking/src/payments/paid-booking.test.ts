import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { testDatabase } from "@travelagent/engine/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createBookings } from "../bookings.ts";
import { sum } from "../money.ts";
import { openWorld, startSimulator } from "../simulators/kit/index.ts";
import { payPalDialect } from "../simulators/paypal/index.ts";
import { stripeDialect } from "../simulators/stripe/index.ts";
import { databaseMemory, migrateSupplierMemory } from "../suppliers/http/index.ts";
import { ana, benchClock, buyer, contact } from "../testing/bench.ts";
import { type CrashingWork, crashingWork } from "../testing/crashing-work.ts";
import { fakeSupplier } from "../testing/fake-supplier.ts";
import { sampleFlight, sampleHotel } from "../testing/sample-offers.ts";
import { payPalPayments } from "./paypal/index.ts";
import { stripePayments } from "./stripe/index.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const { signal } = new AbortController();

/** Bookings that are paid at Stripe's and PayPal's simulators, with the webhooks of both coming in over HTTP. */
async function agency() {
  const db = await testDatabase();
  const clock = benchClock();
  const world = await openWorld({ db, clock });
  const stripe = await startSimulator(stripeDialect(world, { webhook: { secret: "whsec_1" } }), { clock });
  const paypal = await startSimulator(payPalDialect(world, { webhook: { id: "WH1" } }), { clock });
  await migrateSupplierMemory(db);
  const common = { returnUrl: "https://agency.example/back", live: false, clock };
  const work = crashingWork(db);
  const supplier = fakeSupplier({ offers: [sampleFlight(), sampleHotel()] });
  const bookings = createBookings({
    db,
    work,
    suppliers: [supplier],
    payments: [
      stripePayments({ ...common, baseUrl: stripe.url, apiKey: "sk_test_1", webhookSecret: "whsec_1", memory: databaseMemory(db, "payments/stripe") }),
      payPalPayments({
        ...common,
        baseUrl: paypal.url,
        clientId: "client",
        clientSecret: "secret",
        webhookId: "WH1",
        memory: databaseMemory(db, "payments/paypal"),
      }),
    ],
    clock,
    customers: { ensure: async ({ email }) => ({ customerId: `customer:${email}` }) },
    timing: { retryDelaysMs: [1], readBackDelaysMs: [1, 1, 1], writeTimeoutMs: 2000, readTimeoutMs: 2000 },
  });
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
    const taken = await bookings.receivePayment((message.url ?? "").slice(1), { headers, body: Buffer.concat(chunks).toString() }, signal).then(
      () => 204,
      () => 400,
    );
    response.writeHead(taken).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  for (const simulator of [stripe, paypal]) await simulator.happen("webhooks-to", `http://127.0.0.1:${port}/${simulator.vendor}`);
  closing.push(
    () => db.close(),
    () => new Promise((resolve) => server.close(resolve)),
    () => stripe.close(),
    () => paypal.close(),
    () => bookings.stop(),
  );
  await bookings.migrate();
  const flight = {
    origin: "BCN",
    destination: "FRA",
    departureDate: "2027-03-12",
    adults: 1,
    childrenAges: [],
    cabin: "ECONOMY" as const,
    directOnly: false,
    currency: "EUR",
    limit: 20,
  };
  await bookings.search({ kind: "flight", query: flight }, buyer, { requestId: "find", signal });
  const book = (provider: string) =>
    bookings.book({ offerIds: ["flight-1"], travellers: [ana], contact, buyer, payment: { provider } }, { idempotencyKey: "yes", waitMs: 5000, signal });
  const order = async (id: string) => (await bookings.get(id))!.order;
  /** Goes on until the order stands as `status`. */
  const until = async (id: string, status: string) => {
    for (let i = 0; i < 100 && (await order(id)).status !== status; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await (work as CrashingWork).idle();
    }
    expect((await order(id)).status).toBe(status);
  };
  const cancel = async (reference: string) => {
    const { penalty, refund } = await bookings.quoteCancel(reference, { requestId: "quote", signal });
    return bookings.cancel({ reference, confirmed: { penalty, refund } }, { idempotencyKey: "cancel", waitMs: 5000, signal });
  };
  return { bookings, simulators: { stripe, paypal }, supplier, book, order, until, cancel, clock, work };
}

const pay = (url: string) => fetch(url, { method: "POST", body: new URLSearchParams({ action: "pay" }), redirect: "manual" });

describe.each(["stripe", "paypal"] as const)("a booking that is paid over %s", (vendor) => {
  it("waits for the customer, is bought when the webhook comes, captured once, and paid back when cancelled", async () => {
    const { bookings, simulators, supplier, book, order, until, cancel } = await agency();
    const simulator = simulators[vendor];
    const made = await book(vendor);
    expect(made.order.awaiting?.payUrl).toContain(simulator.url);
    expect(supplier.orders().every(({ status }) => status === "held")).toBe(true);
    await simulator.happen("hold-webhooks", "");
    await pay(made.order.awaiting!.payUrl);
    await simulator.happen("deliver-webhooks-twice", "");
    await until(made.order.id, "ticketed");
    const { items, currency } = await order(made.order.id);
    const price = sum(
      items.map(({ total }) => total),
      currency,
    );
    expect((await simulator.ledger()).map(({ net }) => net)).toEqual([price]);
    const ended = await cancel(made.order.reference);
    const [theirs] = await simulator.ledger();
    expect(theirs!.net).toEqual(ended.terms?.penalty);
    const [ours] = await bookings.payments(made.order.id);
    expect(ours!.provider).toBe(vendor);
    expect(sum([theirs!.net!], currency)).toEqual(sum([(await order(made.order.id)).paid], currency));
  });

  it("every first reply of the provider lost: bought once, captured once", async () => {
    const { simulators, supplier, book, until } = await agency();
    const simulator = simulators[vendor];
    for (const on of ["create-session", "create-order", "authorize", "capture"]) simulator.next({ scenario: "timeout_after_commit", on });
    const made = await book(vendor);
    expect(made.order.awaiting).toBeDefined();
    await pay(made.order.awaiting!.payUrl);
    await until(made.order.id, "ticketed");
    expect(supplier.orders()).toHaveLength(1);
    const ledger = await simulator.ledger();
    expect(ledger).toHaveLength(1);
    expect(ledger[0]!.net).toEqual(ledger[0]!.total);
  });
});
