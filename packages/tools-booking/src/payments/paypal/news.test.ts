import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { money } from "../../money.ts";
import type { Delivery } from "../../payment.ts";
import { openWorld, startSimulator } from "../../simulators/kit/index.ts";
import { payPalDialect } from "../../simulators/paypal/index.ts";
import { volatileMemory } from "../../suppliers/http/index.ts";
import { payPalPayments } from "./index.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const { signal } = new AbortController();
const request = { key: "ord_1-p1", amount: money(10_000n, "EUR"), description: "Booking TA-1" };

async function opened() {
  const clock = fakeClock();
  const db = await testDatabase();
  const arrived: Delivery[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    arrived.push({
      headers: Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
      body: Buffer.concat(chunks).toString(),
    });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/paypal`;
  const world = await openWorld({ db, clock });
  const simulator = await startSimulator(payPalDialect(world, { webhook: { url, id: "WH1" } }), { clock });
  closing.push(
    () => db.close(),
    () => new Promise((resolve) => server.close(resolve)),
    () => simulator.close().catch(() => {}),
  );
  const given = {
    baseUrl: simulator.url,
    clientId: "client",
    clientSecret: "secret",
    returnUrl: "https://agency.example/back",
    live: false,
    memory: volatileMemory(),
    clock,
  };
  const provider = payPalPayments({ ...given, webhookId: "WH1" });
  const pay = (payUrl: string) => fetch(payUrl, { method: "POST", body: new URLSearchParams({ action: "pay" }), redirect: "manual" });
  /** A payment with all its events, held back. */
  const whole = async () => {
    await simulator.happen("hold-webhooks", "");
    const asked = await provider.authorise(request, signal);
    await pay(asked.payUrl!);
    await provider.find(request.key, signal);
    await provider.capture(asked.reference, request.amount, "c1", signal);
    await provider.refund(asked.reference, money(1_000n, "EUR"), "r1", signal);
  };
  return { clock, simulator, provider, given, arrived, whole, news: (delivery: Delivery) => provider.news!(delivery, signal) };
}
const refusal = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "let in",
    (error: unknown) => TravelAgentError.from(error).code,
  );

describe("paypal: webhooks", () => {
  it("every event of a payment, in any order and twice, names the payment's key and nothing else", async () => {
    const { simulator, arrived, whole, news, provider } = await opened();
    await whole();
    await simulator.happen("deliver-webhooks-reversed", "");
    const types = arrived.map(({ body }) => (JSON.parse(body) as { event_type: string }).event_type);
    expect(types).toEqual(["PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.COMPLETED", "PAYMENT.AUTHORIZATION.CREATED", "CHECKOUT.ORDER.APPROVED"]);
    for (const delivery of [...arrived, ...arrived]) expect((await news(delivery)).keys).toEqual([request.key]);
    expect((await provider.find(request.key, signal))?.status).toBe("partially-refunded");
  });

  it("the event goes to PayPal as the text it came in: written anew it would be refused", async () => {
    const { simulator, arrived, whole, news } = await opened();
    await whole();
    await simulator.happen("deliver-webhooks", "");
    const delivery = arrived[0]!;
    expect(JSON.stringify(JSON.parse(delivery.body))).not.toBe(delivery.body);
    expect(await refusal(news(delivery))).toBe("let in");
    expect(await refusal(news({ ...delivery, body: JSON.stringify(JSON.parse(delivery.body)) }))).toBe("UNAUTHORIZED");
  });

  it("a wrong transmission signature, id, time or body is refused", async () => {
    const { simulator, arrived, whole, news } = await opened();
    await whole();
    await simulator.happen("deliver-webhooks", "");
    const { headers, body } = arrived[0]!;
    const changed = (name: string, value: string) => refusal(news({ headers: { ...headers, [name]: value }, body }));
    expect(await changed("paypal-transmission-sig", Buffer.from("forged").toString("base64"))).toBe("UNAUTHORIZED");
    expect(await changed("paypal-transmission-id", "another")).toBe("UNAUTHORIZED");
    expect(await changed("paypal-transmission-time", "2027-01-15T08:59:00Z")).toBe("UNAUTHORIZED");
    expect(await refusal(news({ headers, body: body.replace("100.00", "900.00") }))).toBe("UNAUTHORIZED");
  });

  it("an address for a certificate that the delivery names is never called", async () => {
    const { simulator, arrived, whole, news } = await opened();
    let calls = 0;
    const trap = createServer((_, response) => {
      calls += 1;
      response.end();
    });
    await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => trap.close(resolve)));
    await whole();
    await simulator.happen("deliver-webhooks", "");
    const { headers, body } = arrived[0]!;
    const address = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/cert`;
    await news({ headers: { ...headers, "paypal-cert-url": address }, body });
    expect(calls).toBe(0);
    expect(JSON.stringify(simulator.requests.at(-1)!.json)).toContain(address);
  });

  it("what is incomplete, no event or days old is refused without asking PayPal", async () => {
    const { simulator, arrived, whole, news, clock } = await opened();
    await whole();
    await simulator.happen("deliver-webhooks", "");
    const { headers, body } = arrived[0]!;
    const before = simulator.requests.length;
    const { "paypal-transmission-sig": _, ...incomplete } = headers;
    expect(await refusal(news({ headers: incomplete, body }))).toBe("UNAUTHORIZED");
    expect(await refusal(news({ headers, body: "no json" }))).toBe("UNAUTHORIZED");
    expect(await refusal(news({ headers, body: `${body}, "webhook_id": "WH2"` }))).toBe("UNAUTHORIZED");
    await clock.advance(4 * 24 * 60 * 60_000 + 1000);
    expect(await refusal(news({ headers, body }))).toBe("UNAUTHORIZED");
    expect(simulator.requests).toHaveLength(before);
  });

  it("that PayPal does not answer is no verdict: it will deliver again", async () => {
    const { simulator, arrived, whole, news } = await opened();
    await whole();
    await simulator.happen("deliver-webhooks", "");
    simulator.next({ scenario: "rate_limited", on: "verify", times: 3 });
    const answer = news(arrived[0]!);
    expect(await Promise.race([refusal(answer), new Promise((resolve) => setTimeout(() => resolve("waiting"), 50))])).toBe("waiting");
  });

  it("that PayPal refuses our own credentials for a moment is no verdict either", async () => {
    const { simulator, arrived, whole, news } = await opened();
    await whole();
    await simulator.happen("deliver-webhooks", "");
    simulator.next({ scenario: "auth_expired", on: "verify", times: 2 });
    expect(await refusal(news(arrived[0]!))).toBe("SUPPLIER_UNAVAILABLE");
    expect((await news(arrived[0]!)).keys).toHaveLength(1);
  });

  it("events about payments of others name nobody", async () => {
    const { given, simulator, arrived, whole } = await opened();
    await whole();
    await simulator.happen("deliver-webhooks", "");
    const stranger = payPalPayments({ ...given, webhookId: "WH1", memory: volatileMemory() });
    expect((await stranger.news!(arrived[0]!, signal)).keys).toEqual([]);
  });

  it("without a webhook id there is no news, and another id is refused", async () => {
    const { given, simulator, arrived, whole } = await opened();
    await whole();
    await simulator.happen("deliver-webhooks", "");
    expect(payPalPayments(given).news).toBeUndefined();
    expect(await refusal(payPalPayments({ ...given, webhookId: "WH2" }).news!(arrived[0]!, signal))).toBe("UNAUTHORIZED");
  });
});
