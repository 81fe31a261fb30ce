import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { money } from "../../money.ts";
import type { Delivery } from "../../payment.ts";
import { openWorld, startSimulator } from "../../simulators/kit/index.ts";
import { stripeDialect } from "../../simulators/stripe/index.ts";
import { volatileMemory } from "../../suppliers/http/index.ts";
import { stripePayments } from "./index.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const { signal } = new AbortController();
const request = { key: "ord_1-p1", amount: money(10_000n, "EUR"), description: "Booking TA-1" };

/** The simulator with a webhook address that keeps what arrives there. */
async function opened({ secrets = ["whsec_new"], configured = ["whsec_new"] as string | string[] } = {}) {
  const clock = fakeClock();
  const db = await testDatabase();
  const arrived: Delivery[] = [];
  const server = createServer((message, response) => {
    let body = "";
    message.setEncoding("utf8");
    message.on("data", (part: string) => {
      body += part;
    });
    message.on("end", () => {
      arrived.push({ headers: Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)])), body });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/stripe`;
  const world = await openWorld({ db, clock });
  const simulator = await startSimulator(stripeDialect(world, { webhook: { url, secret: secrets } }), { clock });
  closing.push(
    () => db.close(),
    () => new Promise((resolve) => server.close(resolve)),
    () => simulator.close(),
  );
  const memory = volatileMemory();
  const options = { baseUrl: simulator.url, apiKey: "sk_test_1", returnUrl: "https://agency.example/back", live: false, memory, clock };
  const provider = stripePayments({ ...options, webhookSecret: configured });
  const pay = (payUrl: string) => fetch(payUrl, { method: "POST", body: new URLSearchParams({ action: "pay" }), redirect: "manual" });
  return { clock, simulator, provider, options, arrived, pay, news: (delivery: Delivery) => provider.news!(delivery, signal) };
}
const refusal = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "let in",
    (error: unknown) => TravelAgentError.from(error).code,
  );
const signed = (body: string, secret: string, atMs: number): Delivery => {
  const stamp = Math.floor(atMs / 1000);
  return { headers: { "stripe-signature": `t=${stamp},v1=${createHmac("sha256", secret).update(`${stamp}.${body}`).digest("hex")}` }, body };
};
const event = (object: unknown, more: object = {}): string =>
  JSON.stringify({ id: "evt_1", type: "charge.updated", livemode: false, data: { object }, ...more });

describe("stripe: webhooks", () => {
  it("every event of a payment, in any order and twice, names the payment's key and nothing else", async () => {
    const { provider, simulator, arrived, pay, news } = await opened();
    const asked = await provider.authorise(request, signal);
    await simulator.happen("hold-webhooks", "");
    await pay(asked.payUrl!);
    await provider.capture(asked.reference, request.amount, "c1", signal);
    await provider.refund(asked.reference, money(1_000n, "EUR"), "r1", signal);
    await simulator.happen("deliver-webhooks-reversed", "");
    const types = arrived.map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(types).toEqual(expect.arrayContaining(["refund.created", "charge.refunded", "payment_intent.succeeded", "checkout.session.completed"]));
    expect(types.indexOf("refund.created")).toBeLessThan(types.indexOf("checkout.session.completed"));
    for (const delivery of [...arrived, ...arrived]) expect((await news(delivery)).keys).toEqual([request.key]);
    expect(new Set(await Promise.all(arrived.map(async (delivery) => (await news(delivery)).id))).size).toBe(arrived.length);
    expect((await provider.find(request.key, signal))?.status).toBe("partially-refunded");
  });

  it("a late delivery is signed anew and still let in", async () => {
    const { provider, simulator, arrived, pay, news, clock } = await opened();
    const asked = await provider.authorise(request, signal);
    await simulator.happen("hold-webhooks", "");
    await pay(asked.payUrl!);
    await clock.advance(26 * 60 * 60_000);
    await simulator.happen("deliver-webhooks", "");
    expect(await news(arrived[0]!)).toMatchObject({ keys: [request.key] });
  });

  it("a signature older than five minutes is refused, and so is one from the future", async () => {
    const { clock, news } = await opened();
    const body = event({ id: "ch_1" });
    expect(await refusal(news(signed(body, "whsec_new", clock.now() - 299_000)))).toBe("let in");
    expect(await refusal(news(signed(body, "whsec_new", clock.now() - 301_000)))).toBe("UNAUTHORIZED");
    expect(await refusal(news(signed(body, "whsec_new", clock.now() + 301_000)))).toBe("UNAUTHORIZED");
  });

  it("the signature is over the raw bytes: the same JSON in other bytes is refused", async () => {
    const { clock, news } = await opened();
    const delivery = signed(event({ id: "ch_1" }), "whsec_new", clock.now());
    expect(await refusal(news(delivery))).toBe("let in");
    expect(await refusal(news({ ...delivery, body: JSON.stringify(JSON.parse(delivery.body), null, 2) }))).toBe("UNAUTHORIZED");
    expect(await refusal(news({ ...delivery, body: delivery.body.replace("evt_1", "evt_2") }))).toBe("UNAUTHORIZED");
  });

  it("while a secret is rotated, several v1 and several secrets are right", async () => {
    const rotating = await opened({ secrets: ["whsec_old", "whsec_new"], configured: "whsec_new" });
    await rotating.provider.authorise(request, signal);
    await rotating.pay((await rotating.provider.find(request.key, signal))!.payUrl!);
    await rotating.simulator.happen("deliver-webhooks", "");
    expect(rotating.arrived[0]!.headers["stripe-signature"]!.match(/v1=/g)).toHaveLength(2);
    expect((await rotating.news(rotating.arrived[0]!)).keys).toEqual([request.key]);
    const both = await opened({ configured: ["whsec_new", "whsec_old"] });
    expect(await refusal(both.news(signed(event({}), "whsec_old", both.clock.now())))).toBe("let in");
    expect(await refusal(both.news(signed(event({}), "whsec_other", both.clock.now())))).toBe("UNAUTHORIZED");
  });

  it.each([
    ["none", {}],
    ["no time", { "stripe-signature": `v1=${"0".repeat(64)}` }],
    ["no v1", { "stripe-signature": "t=1800000000" }],
    ["only the old scheme", { "stripe-signature": `t=1800000000,v0=${"0".repeat(64)}` }],
    ["another length", { "stripe-signature": "t=1800000000,v1=00" }],
    ["no hex", { "stripe-signature": `t=1800000000,v1=${"z".repeat(64)}` }],
  ])("a signature with %s is refused", async (_, headers) => {
    const { news } = await opened();
    expect(await refusal(news({ headers: headers as Record<string, string>, body: event({}) }))).toBe("UNAUTHORIZED");
  });

  it("events about other things, and test events at a live endpoint, name nobody", async () => {
    const { clock, news } = await opened();
    expect(await news(signed(event({ id: "cus_1", object: "customer" }), "whsec_new", clock.now()))).toEqual({ id: "evt_1", keys: [] });
    const other = event({ id: "ch_1", metadata: { travelagent_key: "ord_1-p1" } }, { livemode: true });
    expect(await news(signed(other, "whsec_new", clock.now()))).toEqual({ id: "evt_1", keys: [] });
  });

  it("an object without our key is known by its payment intent", async () => {
    const { provider, simulator, pay, clock, news } = await opened();
    const asked = await provider.authorise(request, signal);
    await pay(asked.payUrl!);
    await provider.find(request.key, signal);
    const { reference } = (await simulator.ledger())[0]!;
    const dispute = event({ id: "dp_1", object: "dispute", payment_intent: reference });
    expect((await news(signed(dispute, "whsec_new", clock.now()))).keys).toEqual([request.key]);
  });

  it("signed nonsense is refused and not believed", async () => {
    const { clock, news } = await opened();
    for (const body of ["", "[]", "{}", "no json"]) expect(await refusal(news(signed(body, "whsec_new", clock.now())))).toBe("INVALID_REQUEST");
  });

  it("without a secret there is no news; an empty secret is a mistake", async () => {
    const { options } = await opened();
    expect(stripePayments(options).news).toBeUndefined();
    expect(() => stripePayments({ ...options, webhookSecret: [""] })).toThrow(/empty/);
  });
});
