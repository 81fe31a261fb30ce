import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import Stripe from "stripe";
import { afterEach, describe, expect, it } from "vitest";
import { openWorld, startSimulator } from "../kit/index.ts";
import { stripeDialect } from "./index.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The simulator, and Stripe's own client pointed at it. */
async function opened(maxNetworkRetries = 0) {
  const clock = fakeClock();
  const db = await testDatabase();
  const arrived: { header: string; body: string }[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    arrived.push({ header: String(message.headers["stripe-signature"]), body: Buffer.concat(chunks).toString() });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const world = await openWorld({ db, clock });
  const simulator = await startSimulator(stripeDialect(world, { webhook: { url, secret: ["whsec_a", "whsec_b"] } }), { clock });
  closing.push(
    () => db.close(),
    () => new Promise((resolve) => server.close(resolve)),
    () => simulator.close(),
  );
  const client = (key = "sk_test_1") => new Stripe(key, { host: "127.0.0.1", port: simulator.port, protocol: "http", maxNetworkRetries, telemetry: false });
  return { clock, simulator, stripe: client(), client, arrived };
}
const act = (url: string, action: string) => fetch(url, { method: "POST", body: new URLSearchParams({ action }), redirect: "manual" });
const session: Stripe.Checkout.SessionCreateParams = {
  mode: "payment",
  client_reference_id: "order-1",
  metadata: { order: "order-1" },
  line_items: [{ quantity: 2, price_data: { currency: "eur", unit_amount: 5000, product_data: { name: "Seat" } } }],
  payment_intent_data: { capture_method: "manual", metadata: { order: "order-1" } },
  success_url: "https://agency.example/done",
};

describe("the stripe simulator, used by Stripe's own client", () => {
  it("sells: session, page, expanded payment, capture, refunds, ledger", async () => {
    const { stripe, simulator } = await opened();
    const made = await stripe.checkout.sessions.create(session, { idempotencyKey: "k1" });
    expect(made).toMatchObject({ object: "checkout.session", status: "open", payment_status: "unpaid", payment_intent: null, amount_total: 10_000 });
    const page = await (await fetch(made.url!)).text();
    expect(page).toContain("100.00 EUR");
    expect(page).not.toMatch(/<input/);
    expect((await act(made.url!, "pay")).headers.get("location")).toBe("https://agency.example/done");
    const paid = await stripe.checkout.sessions.retrieve(made.id, { expand: ["payment_intent.latest_charge"] });
    const intent = paid.payment_intent as Stripe.PaymentIntent;
    expect(intent).toMatchObject({ status: "requires_capture", amount_capturable: 10_000, metadata: { order: "order-1" } });
    const captured = await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 9_000, expand: ["latest_charge.balance_transaction"] });
    expect(captured).toMatchObject({ status: "succeeded", amount_received: 9_000 });
    expect(((captured.latest_charge as Stripe.Charge).balance_transaction as Stripe.BalanceTransaction).fee).toBe(160);
    await stripe.refunds.create({ payment_intent: intent.id, amount: 4_000, metadata: { refund: "r1" } });
    const refunds = await stripe.refunds.list({ payment_intent: intent.id });
    expect(refunds.data.map(({ amount, metadata }) => [amount, metadata?.refund])).toEqual([[4_000, "r1"]]);
    await expect(stripe.refunds.create({ payment_intent: intent.id, amount: 5_001 })).rejects.toMatchObject({ statusCode: 400 });
    expect(await simulator.ledger()).toMatchObject([{ kind: "payment", clientReference: "order-1", net: { amount: "50.00", currency: "EUR" } }]);
  });

  it("keeps idempotency keys as Stripe does: replay, other words, 500s too, a day", async () => {
    const { stripe, simulator, clock } = await opened();
    const first = await stripe.checkout.sessions.create(session, { idempotencyKey: "k1" });
    const again = await stripe.checkout.sessions.create(session, { idempotencyKey: "k1" });
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
    await expect(stripe.checkout.sessions.create({ ...session, client_reference_id: "other" }, { idempotencyKey: "k1" })).rejects.toMatchObject({
      type: "StripeIdempotencyError",
    });
    simulator.next({ scenario: "server_error_after_commit", on: "create-session" });
    await expect(stripe.checkout.sessions.create(session, { idempotencyKey: "k2" })).rejects.toMatchObject({ type: "StripeAPIError", statusCode: 500 });
    await expect(stripe.checkout.sessions.create(session, { idempotencyKey: "k2" })).rejects.toMatchObject({ statusCode: 500 });
    expect((await stripe.checkout.sessions.list()).data).toHaveLength(2);
    // What failed validation is not kept.
    await expect(stripe.checkout.sessions.create({ ...session, success_url: "nowhere" }, { idempotencyKey: "k3" })).rejects.toMatchObject({ statusCode: 400 });
    await stripe.checkout.sessions.create(session, { idempotencyKey: "k3" });
    await clock.advance(24 * 60 * 60_000);
    expect((await stripe.checkout.sessions.create(session, { idempotencyKey: "k1" })).id).not.toBe(first.id);
  });

  it("is paid once by a client that retries after a lost reply", async () => {
    const { stripe, simulator } = await opened(2);
    simulator.next({ scenario: "timeout_after_commit", on: "create-intent" });
    const intent = await stripe.paymentIntents.create({
      amount: 5_000,
      currency: "eur",
      capture_method: "manual",
      confirm: true,
      payment_method: "pm_card_visa",
      return_url: "https://agency.example",
    });
    expect(intent.status).toBe("requires_capture");
    expect(await simulator.ledger()).toHaveLength(1);
  });

  it("declines, asks the bank, cancels, expires", async () => {
    const { stripe, clock } = await opened();
    const pay = { amount: 5_000, currency: "eur", capture_method: "manual", confirm: true, return_url: "https://agency.example/back" } as const;
    await expect(stripe.paymentIntents.create({ ...pay, payment_method: "pm_card_chargeDeclined" })).rejects.toMatchObject({
      type: "StripeCardError",
      code: "card_declined",
      statusCode: 402,
    });
    const asks = await stripe.paymentIntents.create({ ...pay, payment_method: "pm_card_threeDSecure2Required" });
    expect(asks.status).toBe("requires_action");
    await act(asks.next_action!.redirect_to_url!.url!, "confirm");
    expect((await stripe.paymentIntents.retrieve(asks.id)).status).toBe("requires_capture");
    expect((await stripe.paymentIntents.cancel(asks.id)).status).toBe("canceled");
    await expect(stripe.paymentIntents.capture(asks.id)).rejects.toMatchObject({ code: "payment_intent_unexpected_state" });
    await expect(stripe.paymentIntents.create({ ...pay, payment_method: "pm_onfile_visa" })).rejects.toMatchObject({ statusCode: 400 });
    const made = await stripe.checkout.sessions.create(session);
    expect((await stripe.checkout.sessions.expire(made.id)).status).toBe("expired");
    expect((await act(made.url!, "pay")).status).toBe(410);
    await expect(stripe.checkout.sessions.expire(made.id)).rejects.toMatchObject({ statusCode: 400 });
    const now = Math.floor(clock.now() / 1000);
    await expect(stripe.checkout.sessions.create({ ...session, expires_at: now + 29 * 60 })).rejects.toMatchObject({ param: "expires_at" });
    await expect(stripe.checkout.sessions.create({ ...session, expires_at: now + 25 * 3600 })).rejects.toMatchObject({ param: "expires_at" });
  });

  it("cancels the payment of a session only once it is to be captured", async () => {
    const { stripe } = await opened();
    const made = await stripe.checkout.sessions.create(session);
    await act(made.url!, "decline");
    const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(made.id);
    await expect(stripe.paymentIntents.cancel(intent as string)).rejects.toThrow(/Expire the Checkout Session/);
    await act(made.url!, "pay");
    expect((await stripe.paymentIntents.cancel(intent as string)).status).toBe("canceled");
  });

  it("lists by time and cursor, and finds by metadata after a while", async () => {
    const { stripe, clock } = await opened();
    for (let i = 0; i < 5; i += 1) {
      await stripe.checkout.sessions.create({ ...session, client_reference_id: `order-${i}` });
      await clock.advance(1000);
    }
    const seen: string[] = [];
    for await (const one of stripe.checkout.sessions.list({ limit: 2 })) seen.push(one.client_reference_id!);
    expect(seen).toEqual(["order-4", "order-3", "order-2", "order-1", "order-0"]);
    const last = await stripe.checkout.sessions.list({ created: { gte: Math.floor(clock.now() / 1000) - 2 } });
    expect(last.data).toHaveLength(2);
    await act(last.data[0]!.url!, "pay");
    const query = "metadata['order']:'order-1' AND status:'requires_capture'";
    expect((await stripe.paymentIntents.search({ query })).data).toEqual([]);
    await clock.advance(60_000);
    expect((await stripe.paymentIntents.search({ query })).data).toHaveLength(1);
  });

  it("signs events so that constructEvent lets them in, with either secret of a rotation", async () => {
    const { stripe, arrived, simulator, clock } = await opened();
    const made = await stripe.checkout.sessions.create(session);
    await act(made.url!, "pay");
    await simulator.happen("deliver-webhooks", "");
    expect(arrived.length).toBeGreaterThanOrEqual(2);
    for (const { body, header } of arrived)
      for (const secret of ["whsec_a", "whsec_b"]) {
        const event = stripe.webhooks.constructEvent(body, header, secret, 300, undefined, clock.now());
        expect(event.object).toBe("event");
      }
    expect(() => stripe.webhooks.constructEvent(arrived[0]!.body, arrived[0]!.header, "whsec_c", 300, undefined, clock.now())).toThrow(/No signatures found/);
  });

  it("refuses a wrong key and too many requests in Stripe's words", async () => {
    const { client, simulator, stripe } = await opened();
    await expect(client("pk_test_1").checkout.sessions.list()).rejects.toMatchObject({ type: "StripeAuthenticationError" });
    simulator.next({ scenario: "rate_limited" });
    await expect(stripe.checkout.sessions.list()).rejects.toMatchObject({ type: "StripeRateLimitError" });
    await expect(stripe.paymentIntents.retrieve("pi_none")).rejects.toMatchObject({ code: "resource_missing", statusCode: 404 });
  });
});
