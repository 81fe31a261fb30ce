import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { money } from "../../money.ts";
import type { PaymentState } from "../../payment.ts";
import { openWorld, startSimulator } from "../../simulators/kit/index.ts";
import { type StripeSimulatorOptions, stripeDialect } from "../../simulators/stripe/index.ts";
import { databaseMemory, migrateSupplierMemory, type SupplierMemory, volatileMemory } from "../../suppliers/http/index.ts";
import { paymentContract } from "../../testing/payment-contract.ts";
import { stripePayments } from "./index.ts";
import type { StripeOptions } from "./stripe.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const hour = 60 * 60_000;
const { signal } = new AbortController();
const euro = (minor: bigint) => money(minor, "EUR");
const request = { key: "ord_1-p1", amount: euro(10_000n), description: "Booking TA-1", email: "ana@example.com" };

async function opened(simulatorOptions: StripeSimulatorOptions = {}, options: Partial<StripeOptions> = {}) {
  const clock = fakeClock();
  const db = await testDatabase();
  const world = await openWorld({ db, clock });
  const simulator = await startSimulator(stripeDialect(world, simulatorOptions), { clock });
  closing.push(
    () => db.close(),
    () => simulator.close().catch(() => {}),
  );
  const memory: SupplierMemory = volatileMemory();
  const log = recordingLogger();
  const given = { baseUrl: simulator.url, apiKey: "sk_test_1", returnUrl: "https://agency.example/back", live: false, memory, clock, log };
  const start = (more: Partial<StripeOptions> = {}) => stripePayments({ ...given, ...options, ...more });
  const provider = start();
  const paid = async (): Promise<PaymentState> => {
    const asked = await provider.authorise(request, signal);
    await act(asked.payUrl!, "pay");
    return (await provider.find(request.key, signal))!;
  };
  const net = async () => (await simulator.ledger()).map((entry) => entry.net?.amount);
  return { clock, db, simulator, provider, start, memory, log, paid, net };
}

const act = (url: string, action: string) => fetch(url, { method: "POST", body: new URLSearchParams({ action }), redirect: "manual" });
const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return "nothing";
  } catch (error) {
    return TravelAgentError.is(error) ? error.code : String(error);
  }
};

paymentContract({ describe, it, expect }, "stripe", async () => {
  const { provider } = await opened();
  return {
    provider,
    pay: async ({ payUrl }) => void (await act(payUrl!, "pay")),
    payable: async ({ payUrl }) => (await fetch(payUrl!)).ok,
  };
});

describe("stripe: the page on which the customer pays", () => {
  it("asks for manual capture, in the booking's currency alone, with our key in the session and in the payment", async () => {
    const { simulator, provider } = await opened();
    await provider.authorise(request, signal);
    expect(simulator.requests[0]!.form).toMatchObject({
      "payment_intent_data[capture_method]": "manual",
      "adaptive_pricing[enabled]": "false",
      client_reference_id: request.key,
      "metadata[travelagent_key]": request.key,
      "payment_intent_data[metadata][travelagent_key]": request.key,
      "line_items[0][price_data][unit_amount]": "10000",
      customer_email: "ana@example.com",
    });
  });

  it("a card that is declined leaves the page open for another one", async () => {
    const { provider } = await opened();
    const asked = await provider.authorise(request, signal);
    await act(asked.payUrl!, "decline");
    expect(await provider.find(request.key, signal)).toEqual(asked);
    await act(asked.payUrl!, "pay");
    expect(await provider.find(request.key, signal)).toMatchObject({ status: "authorised", authorised: euro(10_000n) });
  });

  it("3ds_required: authorised only once the bank heard the customer", async () => {
    const { simulator, provider } = await opened();
    const asked = await provider.authorise(request, signal);
    simulator.next({ scenario: "3ds_required", on: "pay" });
    await act(asked.payUrl!, "pay");
    expect((await provider.find(request.key, signal))?.status).toBe("awaiting-customer");
    await act(asked.payUrl!, "confirm");
    expect((await provider.find(request.key, signal))?.status).toBe("authorised");
  });

  it("a time to pay under Stripe's 30 minutes is kept by closing the page then", async () => {
    const { clock, provider, simulator } = await opened();
    const payUntil = new Date(clock.now() + 10 * 60_000).toISOString();
    const asked = await provider.authorise({ ...request, payUntil }, signal);
    expect(asked.payUntil).toBe(payUntil);
    await clock.advance(10 * 60_000);
    expect((await provider.find(request.key, signal))?.status).toBe("voided");
    expect((await fetch(asked.payUrl!)).status).toBe(410);
    expect(simulator.requests.filter(({ route }) => route === "expire-session")).toHaveLength(1);
  });

  it("a time to pay over Stripe's 24 hours is shortened, and the state says so", async () => {
    const { clock, provider } = await opened();
    const asked = await provider.authorise({ ...request, payUntil: new Date(clock.now() + 72 * hour).toISOString() }, signal);
    expect(Date.parse(asked.payUntil!) - clock.now()).toBeLessThanOrEqual(24 * hour);
    await clock.advance(24 * hour);
    expect((await provider.find(request.key, signal))?.status).toBe("voided");
  });

  it("given up while the customer is paying: the money set aside is given back", async () => {
    const { provider, simulator, net } = await opened();
    const asked = await provider.authorise(request, signal);
    const [voided] = await Promise.all([provider.void(asked.reference, "v1", signal), act(asked.payUrl!, "pay")]);
    expect(voided.status).toBe("voided");
    expect(await net()).toEqual(["0.00"]);
    expect((await simulator.ledger())[0]!.status).toMatch(/canceled|expired/);
  });

  it("an authorisation that nobody captured for a week is gone", async () => {
    const { clock, provider, paid } = await opened();
    const { reference } = await paid();
    await clock.advance(7 * 24 * hour);
    expect(await codeOf(provider.capture(reference, euro(10_000n), "c1", signal))).toBe("SUPPLIER_REJECTED");
    expect((await provider.find(request.key, signal))?.status).toBe("voided");
  });
});

describe("stripe: the time to pay", () => {
  it("is over: too late for a new page, but a known key still gets its payment", async () => {
    const { provider, clock } = await opened();
    const payUntil = new Date(clock.now() + hour).toISOString();
    const asked = await provider.authorise({ ...request, payUntil }, signal);
    await act(asked.payUrl!, "pay");
    expect((await provider.find(request.key, signal))?.status).toBe("authorised");
    await clock.advance(2 * hour);
    expect(await provider.authorise({ ...request, payUntil }, signal)).toMatchObject({ status: "authorised", reference: asked.reference });
    expect(await codeOf(provider.authorise({ ...request, key: "second", payUntil }, signal))).toBe("SUPPLIER_REJECTED");
  });
});

describe("stripe: a means of payment on file", () => {
  it("sets money aside at once, naming the customer the means belongs to", async () => {
    const { provider, simulator } = await opened();
    const state = await provider.authorise({ ...request, method: "pm_onfile_visa" }, signal);
    expect(state).toMatchObject({ status: "authorised", authorised: euro(10_000n) });
    expect(simulator.requests.at(-1)!.form).toMatchObject({ customer: "cus_onfile", capture_method: "manual" });
    expect(await provider.find(request.key, signal)).toEqual(state);
  });

  it("card_declined: refused, nothing taken, and the same key is refused again", async () => {
    const { provider, net } = await opened();
    const declined = { ...request, method: "pm_card_chargeDeclined" };
    expect(await codeOf(provider.authorise(declined, signal))).toBe("SUPPLIER_REJECTED");
    expect((await provider.find(request.key, signal))?.status).toBe("declined");
    expect(await codeOf(provider.authorise(declined, signal))).toBe("SUPPLIER_REJECTED");
    expect(await net()).toEqual(["0.00"]);
  });

  it("3ds_required: the customer is sent to the bank's page", async () => {
    const { provider } = await opened();
    const asked = await provider.authorise({ ...request, method: "pm_card_threeDSecure2Required" }, signal);
    expect(asked).toMatchObject({ status: "awaiting-customer", authorised: euro(0n) });
    await act(asked.payUrl!, "confirm");
    expect((await provider.find(request.key, signal))?.status).toBe("authorised");
  });
});

describe("stripe: a reply that was lost", () => {
  const lost = ["timeout_after_commit", "server_error_after_commit", "malformed_json", "wrong_content_type"] as const;

  it.each(lost)("%s of the page: one page, found by our key, and the same again for the same key", async (scenario) => {
    const { provider, simulator } = await opened();
    simulator.next({ scenario, on: "create-session" });
    expect(await codeOf(provider.authorise(request, signal))).toBe("OUTCOME_UNKNOWN");
    const found = await provider.find(request.key, signal);
    expect(found).toMatchObject({ status: "awaiting-customer" });
    expect(await provider.authorise(request, signal)).toEqual(found);
    expect(await simulator.ledger()).toHaveLength(1);
  });

  it.each(lost)("%s of a capture, a refund: each happens once", async (scenario) => {
    const { provider, simulator, paid, net } = await opened();
    const { reference } = await paid();
    simulator.next({ scenario, on: "capture" });
    expect(await codeOf(provider.capture(reference, euro(9_000n), "c1", signal))).toBe("OUTCOME_UNKNOWN");
    expect(await provider.capture(reference, euro(9_000n), "c1", signal)).toMatchObject({ status: "captured", captured: euro(9_000n) });
    simulator.next({ scenario, on: "refund" });
    expect(await codeOf(provider.refund(reference, euro(1_000n), "r1", signal))).toBe("OUTCOME_UNKNOWN");
    expect(await provider.refund(reference, euro(1_000n), "r1", signal)).toMatchObject({ refunded: euro(1_000n) });
    expect(await net()).toEqual(["80.00"]);
  });

  it.each(lost)("%s of a void: nothing stays set aside", async (scenario) => {
    const { provider, simulator, paid } = await opened();
    const { reference } = await paid();
    simulator.next({ scenario, on: "cancel" });
    expect(await codeOf(provider.void(reference, "v1", signal))).toBe("OUTCOME_UNKNOWN");
    expect((await provider.void(reference, "v1", signal)).status).toBe("voided");
    expect((await simulator.ledger())[0]!.status).toBe("canceled");
  });

  it("of the page, and then time passed: the same words are sent, or Stripe would refuse the key", async () => {
    const { provider, simulator, clock } = await opened();
    simulator.next({ scenario: "connection_reset", on: "create-session" });
    expect(await codeOf(provider.authorise(request, signal))).toBe("OUTCOME_UNKNOWN");
    await clock.advance(5 * 60_000);
    expect((await provider.authorise(request, signal)).status).toBe("awaiting-customer");
    const sent = simulator.requests.filter(({ route }) => route === "create-session");
    expect(sent[1]!.form).toEqual(sent[0]!.form);
    expect(sent[1]!.headers["idempotency-key"]).toBe(sent[0]!.headers["idempotency-key"]);
  });

  it("of a means on file: the payment is found among Stripe's payments", async () => {
    const { provider, simulator } = await opened();
    simulator.next({ scenario: "timeout_after_commit", on: "create-intent" });
    expect(await codeOf(provider.authorise({ ...request, method: "pm_card_visa" }, signal))).toBe("OUTCOME_UNKNOWN");
    expect((await provider.find(request.key, signal))?.status).toBe("authorised");
    expect(await simulator.ledger()).toHaveLength(1);
  });

  it("is looked for through all pages of a busy day", async () => {
    const { provider, simulator, start } = await opened();
    simulator.next({ scenario: "timeout_after_commit", on: "create-session" });
    expect(await codeOf(provider.authorise(request, signal))).toBe("OUTCOME_UNKNOWN");
    for (let i = 0; i < 120; i += 1) await start().authorise({ ...request, key: `other-${i}` }, signal);
    expect((await provider.find(request.key, signal))?.status).toBe("awaiting-customer");
  });

  it("survives a restart", async () => {
    const { simulator, start, db } = await opened();
    await migrateSupplierMemory(db);
    const memory = databaseMemory(db, "stripe");
    simulator.next({ scenario: "timeout_after_commit", on: "create-session" });
    expect(await codeOf(start({ memory }).authorise(request, signal))).toBe("OUTCOME_UNKNOWN");
    const again = start({ memory });
    const asked = await again.authorise(request, signal);
    await act(asked.payUrl!, "pay");
    simulator.next({ scenario: "timeout_after_commit", on: "capture" });
    expect(await codeOf(again.capture(asked.reference, euro(10_000n), "c1", signal))).toBe("OUTCOME_UNKNOWN");
    expect(await start({ memory }).capture(asked.reference, euro(10_000n), "c1", signal)).toMatchObject({ captured: euro(10_000n) });
    expect((await simulator.ledger()).map(({ net }) => net?.amount)).toEqual(["100.00"]);
  });
});

describe("stripe: 500s are saved under the key", () => {
  it("of a page that was never made: unknown while Stripe repeats itself, refused after a day, never made twice", async () => {
    const { provider, simulator, clock } = await opened();
    simulator.next({ scenario: "partial", on: "create-session" });
    expect(await codeOf(provider.authorise(request, signal))).toBe("OUTCOME_UNKNOWN");
    expect(await codeOf(provider.authorise(request, signal))).toBe("OUTCOME_UNKNOWN");
    expect(await provider.find(request.key, signal)).toBe(null);
    await clock.advance(24 * hour);
    expect(await codeOf(provider.authorise(request, signal))).toBe("SUPPLIER_REJECTED");
    expect(await simulator.ledger()).toEqual([]);
  });

  it("of a capture that changed nothing: tried under a new key of Stripe's", async () => {
    const { provider, simulator, paid, net } = await opened();
    const { reference } = await paid();
    simulator.next({ scenario: "partial", on: "capture" });
    expect(await codeOf(provider.capture(reference, euro(10_000n), "c1", signal))).toBe("OUTCOME_UNKNOWN");
    expect(await provider.capture(reference, euro(10_000n), "c1", signal)).toMatchObject({ status: "captured" });
    const keys = simulator.requests.filter(({ route }) => route === "capture").map(({ headers }) => headers["idempotency-key"]);
    expect(new Set(keys).size).toBe(2);
    expect(await net()).toEqual(["100.00"]);
  });

  it("of a refund: unknown for the day that Stripe keeps the key, then read by metadata and made once", async () => {
    const { provider, simulator, paid, clock, net } = await opened();
    const { reference } = await paid();
    await provider.capture(reference, euro(10_000n), "c1", signal);
    simulator.next({ scenario: "partial", on: "refund" });
    for (let i = 0; i < 3; i += 1) expect(await codeOf(provider.refund(reference, euro(2_000n), "r1", signal))).toBe("OUTCOME_UNKNOWN");
    await clock.advance(25 * hour);
    expect(await provider.refund(reference, euro(2_000n), "r1", signal)).toMatchObject({ refunded: euro(2_000n) });
    expect(await net()).toEqual(["80.00"]);
  });

  it("after Stripe forgot the key, a refund that went through is read by metadata and not repeated", async () => {
    const { provider, simulator, paid, clock, net } = await opened();
    const { reference } = await paid();
    await provider.capture(reference, euro(10_000n), "c1", signal);
    simulator.next({ scenario: "timeout_after_commit", on: "refund" });
    expect(await codeOf(provider.refund(reference, euro(2_000n), "r1", signal))).toBe("OUTCOME_UNKNOWN");
    await clock.advance(48 * hour);
    expect(await provider.refund(reference, euro(2_000n), "r1", signal)).toMatchObject({ refunded: euro(2_000n) });
    expect(simulator.requests.filter(({ route }) => route === "refund")).toHaveLength(1);
    expect(await net()).toEqual(["80.00"]);
  });
});

describe("stripe: keys", () => {
  it("two at once with one key are one request", async () => {
    const { provider, simulator } = await opened();
    const [a, b] = await Promise.all([provider.authorise(request, signal), provider.authorise(request, signal)]);
    expect(a).toEqual(b);
    expect(simulator.requests).toHaveLength(1);
  });

  it("two processes at once with one key make one page", async () => {
    const { simulator, start } = await opened();
    const memory = volatileMemory();
    await Promise.allSettled([start({ memory }).authorise(request, signal), start({ memory }).authorise(request, signal)]);
    expect(await start({ memory }).find(request.key, signal)).toMatchObject({ status: "awaiting-customer" });
    expect(await simulator.ledger()).toHaveLength(1);
  });

  it("a write's key for another amount is refused", async () => {
    const { provider, paid } = await opened();
    const { reference } = await paid();
    await provider.capture(reference, euro(9_000n), "c1", signal);
    expect(await codeOf(provider.capture(reference, euro(8_000n), "c1", signal))).toBe("IDEMPOTENCY_MISMATCH");
  });

  it("a key that only a lost database knew is found by Stripe's search", async () => {
    const { clock, paid, start } = await opened();
    await paid();
    await clock.advance(2 * 60_000);
    const found = await start({ memory: volatileMemory() }).find(request.key, signal);
    expect(found).toMatchObject({ status: "authorised", authorised: euro(10_000n) });
  });

  it.each(["rate_limited", "auth_expired"] as const)("%s: surely nothing happened, and the same key works afterwards", async (scenario) => {
    const { provider, simulator } = await opened();
    simulator.next({ scenario, on: "create-session" });
    expect(await codeOf(provider.authorise(request, signal))).toBe(scenario === "rate_limited" ? "RATE_LIMITED" : "SUPPLIER_REJECTED");
    expect((await provider.authorise(request, signal)).status).toBe("awaiting-customer");
    expect(await simulator.ledger()).toHaveLength(1);
  });

  it("nobody listening: surely nothing happened", async () => {
    const { provider, simulator } = await opened();
    await simulator.close();
    expect(await codeOf(provider.authorise(request, signal))).toBe("SUPPLIER_UNAVAILABLE");
  });
});

describe("stripe: amounts", () => {
  it.each([
    ["JPY", 12_500n, "12500"],
    ["HUF", 1_250_000n, "1250000"],
    ["ISK", 1_500n, "150000"],
    ["BHD", 12_340n, "12340"],
    ["MGA", 500_000n, "5000"],
  ])("%s is written as Stripe wants it and read back the same", async (currency, minor, sent) => {
    const { provider, simulator } = await opened();
    const amount = money(minor, currency);
    const asked = await provider.authorise({ ...request, amount }, signal);
    expect(simulator.requests[0]!.form["line_items[0][price_data][unit_amount]"]).toBe(sent);
    await act(asked.payUrl!, "pay");
    expect((await provider.find(request.key, signal))?.authorised).toEqual(amount);
    expect((await provider.capture(asked.reference, amount, "c1", signal)).captured).toEqual(amount);
    expect((await simulator.ledger())[0]!.net).toEqual(amount);
  });

  it("what Stripe cannot charge exactly is refused before anything is sent", async () => {
    const { provider, simulator } = await opened();
    for (const amount of [money(12_345n, "BHD"), money(12_345n, "MGA")]) {
      expect(await codeOf(provider.authorise({ ...request, amount }, signal))).toBe("SUPPLIER_REJECTED");
    }
    expect(simulator.requests).toEqual([]);
  });

  it("says what Stripe keeps of a capture", async () => {
    const { provider, paid } = await opened();
    const { reference } = await paid();
    expect((await provider.capture(reference, euro(10_000n), "c1", signal)).fee).toEqual(euro(175n));
  });
});

describe("stripe: what never leaves, and what never stays", () => {
  it("no request of ours holds a card number, and no field for one", async () => {
    const { provider, simulator, paid } = await opened();
    const { reference } = await paid();
    await provider.capture(reference, euro(10_000n), "c1", signal);
    await provider.refund(reference, euro(1_000n), "r1", signal);
    await provider.authorise({ ...request, key: "second", method: "pm_onfile_visa" }, signal);
    const ours = JSON.stringify(simulator.requests.filter(({ route }) => route !== "pay").map(({ path, query, form, json }) => ({ path, query, form, json })));
    expect(ours).not.toMatch(/\b(?:\d[ -]?){13,19}\b/);
    expect(ours).not.toMatch(/card\[|"number"|cvc|exp_month/i);
  });

  it("keys and personal data are in no log, no error, and not in the memory once Stripe has the request", async () => {
    const { provider, simulator, log, db, start } = await opened();
    await migrateSupplierMemory(db);
    await start({ memory: databaseMemory(db, "stripe") }).authorise(request, signal);
    expect(JSON.stringify(await db.all("select value from supplier_memory"))).not.toContain("ana@example.com");
    simulator.next({ scenario: "auth_expired", on: "create-session" });
    const failed = await provider.authorise(request, signal).catch((error: unknown) => JSON.stringify(TravelAgentError.from(error).toShape()));
    expect(`${failed}${JSON.stringify(log.lines)}`).not.toMatch(/sk_test_1|ana@example.com/);
  });

  it("an e-mail address Stripe does not like is not repeated in the error", async () => {
    const { provider } = await opened();
    const failed = await provider.authorise({ ...request, email: "ana@silva@example.com" }, signal).catch((error: unknown) => TravelAgentError.from(error));
    expect(failed).toMatchObject({ code: "SUPPLIER_REJECTED", message: "Stripe: Invalid email address: (an address)" });
  });

  it("a test key never counts as live, nor a live key as a test", async () => {
    const { start } = await opened();
    expect(() => start({ live: true })).toThrow(/test key/);
    expect(() => start({ apiKey: "sk_live_1" })).toThrow(/live key/);
  });
});
