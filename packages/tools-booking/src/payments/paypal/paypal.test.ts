import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { money } from "../../money.ts";
import type { PaymentState } from "../../payment.ts";
import { openWorld, startSimulator } from "../../simulators/kit/index.ts";
import { payPalDialect } from "../../simulators/paypal/index.ts";
import { databaseMemory, migrateSupplierMemory, volatileMemory } from "../../suppliers/http/index.ts";
import { paymentContract } from "../../testing/payment-contract.ts";
import { payPalPayments } from "./index.ts";
import type { PayPalOptions } from "./paypal.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const hour = 60 * 60_000;
const { signal } = new AbortController();
const euro = (minor: bigint) => money(minor, "EUR");
const request = { key: "ord_1-p1", amount: euro(10_000n), description: "Booking TA-1", email: "ana@example.com" };

async function opened() {
  const clock = fakeClock();
  const db = await testDatabase();
  const world = await openWorld({ db, clock });
  const simulator = await startSimulator(payPalDialect(world), { clock });
  closing.push(
    () => db.close(),
    () => simulator.close().catch(() => {}),
  );
  const log = recordingLogger();
  const memory = volatileMemory();
  const given = {
    baseUrl: simulator.url,
    clientId: "client",
    clientSecret: "secret",
    returnUrl: "https://agency.example/back",
    live: false,
    memory,
    clock,
    log,
  };
  const start = (more: Partial<PayPalOptions> = {}) => payPalPayments({ ...given, ...more });
  const provider = start();
  const paid = async (): Promise<PaymentState> => {
    const asked = await provider.authorise(request, signal);
    await act(asked.payUrl!, "pay");
    return (await provider.find(request.key, signal))!;
  };
  const net = async () => (await simulator.ledger()).map((entry) => entry.net?.amount);
  const sent = (route: string) => simulator.requests.filter((one) => one.route === route);
  return { clock, db, simulator, provider, start, log, paid, net, sent };
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

paymentContract({ describe, it, expect }, "paypal", async () => {
  const { provider } = await opened();
  return { provider, pay: async ({ payUrl }) => void (await act(payUrl!, "pay")) };
});

describe("paypal: the payer approves, we authorise", () => {
  it("an approval sets nothing aside until it is found, and then once", async () => {
    const { provider, simulator, sent } = await opened();
    const asked = await provider.authorise(request, signal);
    await act(asked.payUrl!, "pay");
    expect((await simulator.ledger())[0]).toMatchObject({ status: "APPROVED", net: euro(0n) });
    const [a, b] = await Promise.all([provider.find(request.key, signal), provider.find(request.key, signal)]);
    expect([a?.status, b?.status]).toEqual(["authorised", "authorised"]);
    expect(await provider.find(request.key, signal)).toMatchObject({ status: "authorised", authorised: euro(10_000n) });
    expect(sent("authorize")).toHaveLength(1);
  });

  it("a payer who turns back may come again", async () => {
    const { provider } = await opened();
    const asked = await provider.authorise(request, signal);
    await act(asked.payUrl!, "cancel");
    expect(await provider.find(request.key, signal)).toEqual(asked);
    await act(asked.payUrl!, "pay");
    expect((await provider.find(request.key, signal))?.status).toBe("authorised");
  });

  it.each(["card_declined", "3ds_required"] as const)("%s: the payer is sent to the page again and may choose other funds", async (scenario) => {
    const { provider, simulator, net } = await opened();
    const asked = await provider.authorise(request, signal);
    await act(asked.payUrl!, "pay");
    simulator.next({ scenario, on: "authorize" });
    const declined = await provider.find(request.key, signal);
    expect(declined).toMatchObject({ status: "awaiting-customer", authorised: euro(0n) });
    await act(declined!.payUrl!, "pay");
    expect((await provider.find(request.key, signal))?.status).toBe("authorised");
    expect(await net()).toEqual(["0.00"]);
  });

  it("approved too late: never authorised", async () => {
    const { provider, clock, sent } = await opened();
    const asked = await provider.authorise({ ...request, payUntil: new Date(clock.now() + hour).toISOString() }, signal);
    await act(asked.payUrl!, "pay");
    await clock.advance(hour);
    expect((await provider.find(request.key, signal))?.status).toBe("voided");
    expect(sent("authorize")).toEqual([]);
  });

  it("given up, then approved: never authorised", async () => {
    const { provider, sent } = await opened();
    const asked = await provider.authorise(request, signal);
    expect((await provider.void(asked.reference, "v1", signal)).status).toBe("voided");
    await act(asked.payUrl!, "pay");
    expect((await provider.find(request.key, signal))?.status).toBe("voided");
    expect(sent("authorize")).toEqual([]);
  });

  it("given up while the money is being set aside: it is given back", async () => {
    const { provider, simulator } = await opened();
    const asked = await provider.authorise(request, signal);
    await act(asked.payUrl!, "pay");
    simulator.next({ scenario: "timeout_after_commit", on: "authorize" });
    await codeOf(provider.find(request.key, signal));
    expect((await provider.void(asked.reference, "v1", signal)).status).toBe("voided");
    expect((await simulator.ledger())[0]!.status).toBe("VOIDED");
    expect((await provider.find(request.key, signal))?.status).toBe("voided");
  });

  it("an order PayPal forgot after three hours is voided; the time to pay never says more", async () => {
    const { provider, clock } = await opened();
    const asked = await provider.authorise({ ...request, payUntil: new Date(clock.now() + 72 * hour).toISOString() }, signal);
    expect(Date.parse(asked.payUntil!) - clock.now()).toBe(3 * hour);
    await clock.advance(4 * hour);
    expect((await provider.find(request.key, signal))?.status).toBe("voided");
  });

  it("an authorisation is over after 29 days", async () => {
    const { provider, clock, paid } = await opened();
    const { reference } = await paid();
    await clock.advance(29 * 24 * hour);
    expect((await provider.find(request.key, signal))?.status).toBe("voided");
    expect(await codeOf(provider.capture(reference, euro(10_000n), "c1", signal))).toBe("SUPPLIER_REJECTED");
  });
});

describe("paypal: the time to pay", () => {
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

describe("paypal: money", () => {
  it.each([
    ["JPY", 12_500n, "12500"],
    ["HUF", 1_250_000n, "12500"],
    ["TWD", 99_900n, "999"],
    ["EUR", 12_345n, "123.45"],
  ])("%s is written with the decimals PayPal takes", async (currency, minor, value) => {
    const { provider, simulator, sent } = await opened();
    const amount = money(minor, currency);
    const asked = await provider.authorise({ ...request, amount }, signal);
    expect(sent("create-order")[0]!.json).toMatchObject({ purchase_units: [{ amount: { currency_code: currency, value } }] });
    await act(asked.payUrl!, "pay");
    expect((await provider.find(request.key, signal))?.authorised).toEqual(amount);
    expect((await provider.capture(asked.reference, amount, "c1", signal)).captured).toEqual(amount);
    expect((await simulator.ledger())[0]!.net).toEqual(amount);
  });

  it.each([
    ["HUF", 1_250_050n],
    ["TWD", 1n],
    ["BHD", 12_345n],
  ])("%s with decimals PayPal has not is refused before anything is sent", async (currency, minor) => {
    const { provider, simulator } = await opened();
    expect(await codeOf(provider.authorise({ ...request, amount: money(minor, currency) }, signal))).toBe("SUPPLIER_REJECTED");
    expect(simulator.requests).toEqual([]);
  });

  it("PayPal would take up to 115 per cent of what was authorised; we never ask for it", async () => {
    const { provider, paid, sent } = await opened();
    const { reference } = await paid();
    expect(await codeOf(provider.capture(reference, euro(11_000n), "c1", signal))).toBe("SUPPLIER_REJECTED");
    expect(sent("capture")).toEqual([]);
  });

  it("pending_then_webhook: a capture held for review is unknown until it is through", async () => {
    const { provider, simulator, paid, net } = await opened();
    const { reference } = await paid();
    simulator.next({ scenario: "pending_then_webhook", on: "capture" });
    expect(await codeOf(provider.capture(reference, euro(10_000n), "c1", signal))).toBe("OUTCOME_UNKNOWN");
    expect(await codeOf(provider.capture(reference, euro(10_000n), "c1", signal))).toBe("OUTCOME_UNKNOWN");
    const order = (await (await fetch(`${simulator.url}/v2/checkout/orders/${reference}`, { headers: await authorization(simulator.url) })).json()) as {
      purchase_units: [{ payments: { captures: [{ id: string }] } }];
    };
    await simulator.happen("capture-completes", order.purchase_units[0].payments.captures[0].id);
    expect(await provider.capture(reference, euro(10_000n), "c1", signal)).toMatchObject({ status: "captured", captured: euro(10_000n) });
    expect(await net()).toEqual(["100.00"]);
  });

  it("says what PayPal keeps of a capture, at once and when found", async () => {
    const { provider, paid } = await opened();
    const { reference } = await paid();
    expect((await provider.capture(reference, euro(10_000n), "c1", signal)).fee).toEqual(euro(375n));
    expect((await provider.find(request.key, signal))?.fee).toEqual(euro(375n));
  });

  it("means of payment on file are refused: PayPal asks the payer", async () => {
    const { provider, simulator } = await opened();
    expect(await codeOf(provider.authorise({ ...request, method: "vault-1" }, signal))).toBe("SUPPLIER_REJECTED");
    expect(simulator.requests).toEqual([]);
  });
});

const authorization = async (url: string) => {
  const headers = { authorization: `Basic ${Buffer.from("client:secret").toString("base64")}` };
  const answer = await fetch(`${url}/v1/oauth2/token`, { method: "POST", headers, body: new URLSearchParams({ grant_type: "client_credentials" }) });
  return { authorization: `Bearer ${((await answer.json()) as { access_token: string }).access_token}` };
};

describe("paypal: a reply that was lost", () => {
  const lost = ["timeout_after_commit", "server_error_after_commit", "malformed_json", "wrong_content_type"] as const;

  it.each(lost)("%s of the order: one order, found and given again", async (scenario) => {
    const { provider, simulator } = await opened();
    simulator.next({ scenario, on: "create-order" });
    expect(await codeOf(provider.authorise(request, signal))).toBe("OUTCOME_UNKNOWN");
    const found = await provider.find(request.key, signal);
    expect(found?.status).toBe("awaiting-customer");
    expect(await provider.authorise(request, signal)).toEqual(found);
    expect(await simulator.ledger()).toHaveLength(1);
  });

  it.each(lost)("%s of the authorisation: it is there when asked again", async (scenario) => {
    const { provider, simulator } = await opened();
    const asked = await provider.authorise(request, signal);
    await act(asked.payUrl!, "pay");
    simulator.next({ scenario, on: "authorize" });
    expect(await codeOf(provider.find(request.key, signal))).toBe("OUTCOME_UNKNOWN");
    expect((await provider.find(request.key, signal))?.status).toBe("authorised");
    expect((await simulator.ledger())[0]!.status).toBe("CREATED");
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
    simulator.next({ scenario, on: "void" });
    await codeOf(provider.void(reference, "v1", signal));
    expect((await provider.void(reference, "v1", signal)).status).toBe("voided");
    expect((await simulator.ledger())[0]!.status).toBe("VOIDED");
  });

  it("request ids are kept six hours: afterwards what was paid is read, and an order nobody has is given up", async () => {
    const { provider, simulator, paid, clock, net } = await opened();
    const { reference } = await paid();
    await provider.capture(reference, euro(10_000n), "c1", signal);
    simulator.next({ scenario: "timeout_after_commit", on: "refund" });
    expect(await codeOf(provider.refund(reference, euro(2_000n), "r1", signal))).toBe("OUTCOME_UNKNOWN");
    simulator.next({ scenario: "timeout_after_commit", on: "create-order" });
    expect(await codeOf(provider.authorise({ ...request, key: "second" }, signal))).toBe("OUTCOME_UNKNOWN");
    await clock.advance(60 * 24 * hour);
    expect(await provider.refund(reference, euro(2_000n), "r1", signal)).toMatchObject({ refunded: euro(2_000n) });
    expect(await provider.find("second", signal)).toBe(null);
    expect(await codeOf(provider.authorise({ ...request, key: "second" }, signal))).toBe("SUPPLIER_REJECTED");
    expect(await net()).toEqual(["80.00", "0.00"]);
  });

  it("survives a restart", async () => {
    const { simulator, start, db } = await opened();
    await migrateSupplierMemory(db);
    const memory = databaseMemory(db, "paypal");
    simulator.next({ scenario: "timeout_after_commit", on: "create-order" });
    expect(await codeOf(start({ memory }).authorise(request, signal))).toBe("OUTCOME_UNKNOWN");
    const asked = await start({ memory }).authorise(request, signal);
    await act(asked.payUrl!, "pay");
    simulator.next({ scenario: "timeout_after_commit", on: "authorize" });
    expect(await codeOf(start({ memory }).find(request.key, signal))).toBe("OUTCOME_UNKNOWN");
    expect((await start({ memory }).find(request.key, signal))?.status).toBe("authorised");
    simulator.next({ scenario: "timeout_after_commit", on: "capture" });
    expect(await codeOf(start({ memory }).capture(asked.reference, euro(10_000n), "c1", signal))).toBe("OUTCOME_UNKNOWN");
    expect((await start({ memory }).capture(asked.reference, euro(10_000n), "c1", signal)).captured).toEqual(euro(10_000n));
    expect((await simulator.ledger()).map(({ net }) => net?.amount)).toEqual(["100.00"]);
  });
});

describe("paypal: access", () => {
  it("one token for many calls, fetched again when it is refused or over", async () => {
    const { provider, simulator, clock, sent } = await opened();
    await Promise.all(["a", "b", "c"].map((key) => provider.authorise({ ...request, key }, signal)));
    expect(sent("token")).toHaveLength(1);
    simulator.next({ scenario: "auth_expired", on: "create-order" });
    expect((await provider.authorise({ ...request, key: "d" }, signal)).status).toBe("awaiting-customer");
    expect(sent("token")).toHaveLength(2);
    await clock.advance(10 * hour);
    await provider.authorise({ ...request, key: "e" }, signal);
    expect(sent("token")).toHaveLength(3);
    expect(await simulator.ledger()).toHaveLength(5);
  });

  it("nobody listening: surely nothing happened", async () => {
    const { provider, simulator, clock } = await opened();
    await simulator.close();
    const ended = codeOf(provider.authorise(request, signal));
    // The token is asked for again after pauses.
    for (let i = 0; i < 3; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      await clock.advance(1000);
    }
    expect(await ended).toBe("SUPPLIER_UNAVAILABLE");
  });

  it("rate_limited: surely nothing happened, and the key works afterwards", async () => {
    const { provider, simulator } = await opened();
    simulator.next({ scenario: "rate_limited", on: "create-order" });
    expect(await codeOf(provider.authorise(request, signal))).toBe("RATE_LIMITED");
    expect((await provider.authorise(request, signal)).status).toBe("awaiting-customer");
    expect(await simulator.ledger()).toHaveLength(1);
  });

  it("wrong credentials are named as such, and appear nowhere", async () => {
    const { start, log } = await opened();
    const failed = await start({ clientSecret: "wrong-secret" })
      .authorise(request, signal)
      .catch((error: unknown) => TravelAgentError.from(error).toShape());
    expect(failed).toMatchObject({ code: "SUPPLIER_REJECTED", message: expect.stringContaining("credentials") });
    expect(JSON.stringify([failed, log.lines])).not.toMatch(/wrong-secret|ana@example\.com/);
  });

  it("PayPal's sandbox never counts as live, nor its live host as a test", async () => {
    const { start } = await opened();
    expect(() => start({ baseUrl: "https://api-m.sandbox.paypal.com", live: true })).toThrow(/sandbox/);
    expect(() => start({ baseUrl: "https://api-m.paypal.com" })).toThrow(/live/);
    expect(start({ baseUrl: "https://api-m.paypal.com", live: true }).live).toBe(true);
  });

  it("no request of ours holds a card number, and the memory keeps no personal data", async () => {
    const { provider, simulator, paid, start, db } = await opened();
    await migrateSupplierMemory(db);
    const { reference } = await paid();
    await provider.capture(reference, euro(10_000n), "c1", signal);
    await provider.refund(reference, euro(1_000n), "r1", signal);
    const ours = JSON.stringify(simulator.requests.map(({ path, query, form, json }) => ({ path, query, form, json })));
    expect(ours).not.toMatch(/\b(?:\d[ -]?){13,19}\b/);
    expect(ours).not.toMatch(/"card"|"number"|security_code|"expiry"/i);
    await start({ memory: databaseMemory(db, "paypal") }).authorise({ ...request, key: "second" }, signal);
    expect(JSON.stringify(await db.all("select value from supplier_memory"))).not.toContain("ana@example.com");
  });
});
