import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import twilio from "twilio";
import { afterEach, describe, expect, it } from "vitest";
import { openWorld, startSimulator } from "../kit/index.ts";
import { twilioDialect } from "./index.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const accountSid = `AC${"1".repeat(32)}`;
const authToken = "auth-token";
const from = "+351210000000";
const to = "+351910000001";

/** The vendor's own client, with its requests sent to the simulator instead. */
class LocalClient extends twilio.RequestClient {
  readonly #origin: string;
  constructor(origin: string) {
    super();
    this.#origin = origin;
  }
  override request<TData>(options: Parameters<twilio.RequestClient["request"]>[0]) {
    const { pathname, search } = new URL(options.uri);
    return super.request<TData>({ ...options, uri: `${this.#origin}${pathname}${search}` } as never);
  }
}

async function opened() {
  const db = await testDatabase();
  const arrived: { signature: string; params: Record<string, string>; path: string }[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const params = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    arrived.push({ signature: String(message.headers["x-twilio-signature"]), params, path: message.url ?? "" });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = fakeClock();
  const world = await openWorld({ db, clock });
  const simulator = await startSimulator(twilioDialect(world, { accountSid, authToken, numbers: [from], inboundUrl: `${url}/inbound` }), { clock });
  closing.push(
    () => db.close(),
    () => new Promise((resolve) => server.close(resolve)),
    () => simulator.close(),
  );
  const client = (token = authToken) => twilio(accountSid, token, { httpClient: new LocalClient(simulator.url) });
  return { simulator, client: client(), other: client, arrived, url };
}

describe("the twilio simulator, used by Twilio's own client", () => {
  it("sends, reads and lists messages, and posts signed callbacks in order", async () => {
    const { client, arrived, url, simulator } = await opened();
    const statusCallback = `${url}/status?booking=TA-1`;
    const sent = await client.messages.create({ to, from, body: "Your trip is booked ✈", statusCallback });
    expect(sent).toMatchObject({ status: "queued", to, from, direction: "outbound-api", numSegments: "1", errorCode: null });
    expect(sent.dateCreated.toISOString()).toBe("2027-01-15T09:00:00.000Z");
    expect((await client.messages(sent.sid).fetch()).status).toBe("delivered");
    expect((await client.messages.list({ to })).map(({ sid }) => sid)).toEqual([sent.sid]);
    await simulator.happen("deliver-webhooks", "");
    expect(arrived.map(({ params }) => params.MessageStatus)).toEqual(["sent", "delivered"]);
    for (const { signature, params, path } of arrived) {
      expect(twilio.validateRequest(authToken, signature, `${url}${path}`, params)).toBe(true);
      expect(twilio.validateRequest("other-token", signature, `${url}${path}`, params)).toBe(false);
      expect(twilio.validateRequest(authToken, signature, `${url}${path}`, { ...params, MessageStatus: "failed" })).toBe(false);
    }
    expect(await simulator.ledger()).toEqual([{ kind: "message", reference: sent.sid, clientReference: to, status: "delivered" }]);
  });

  it("callbacks late, twice and in another order", async () => {
    const { client, arrived, url, simulator } = await opened();
    await simulator.happen("hold-webhooks", "");
    await client.messages.create({ to, from, body: "Hello", statusCallback: `${url}/status` });
    expect(arrived).toEqual([]);
    await simulator.happen("deliver-webhooks-reversed", "");
    expect(arrived.map(({ params }) => params.MessageStatus)).toEqual(["delivered", "sent"]);
  });

  it("pending_then_webhook: queued until the network says what became of it", async () => {
    const { client, arrived, url, simulator } = await opened();
    simulator.next({ scenario: "pending_then_webhook", on: "create-message" });
    const { sid } = await client.messages.create({ to, messagingServiceSid: `MG${"0".repeat(32)}`, body: "Hello", statusCallback: `${url}/status` });
    expect((await client.messages(sid).fetch()).status).toBe("accepted");
    await simulator.happen("message-undelivered", sid);
    await simulator.happen("deliver-webhooks", "");
    expect(arrived[0]!.params).toMatchObject({ MessageStatus: "undelivered", ErrorCode: "30003" });
    expect(await client.messages(sid).fetch()).toMatchObject({ status: "undelivered", errorCode: 30003 });
  });

  it("STOP: heard once, then 21610 until START", async () => {
    const { client, arrived, simulator, url } = await opened();
    await simulator.happen("customer-writes", `${to} ${from} Stop `);
    await simulator.happen("deliver-webhooks", "");
    expect(arrived[0]!.params).toMatchObject({ From: to, To: from, OptOutType: "STOP" });
    expect(twilio.validateRequest(authToken, arrived[0]!.signature, `${url}/inbound`, arrived[0]!.params)).toBe(true);
    await expect(client.messages.create({ to, from, body: "Hello" })).rejects.toMatchObject({ code: 21610, status: 400 });
    expect(await simulator.ledger()).toEqual([]);
    await simulator.happen("customer-writes", `${to} ${from} START`);
    expect((await client.messages.create({ to, from, body: "Hello" })).status).toBe("queued");
  });

  it.each([
    ["a number that is not E.164", { to: "0910000001", from, body: "x" }, 21211],
    ["a number with letters", { to: "+35191000000a", from, body: "x" }, 21211],
    ["a number of too many digits", { to: "+3519100000011111", from, body: "x" }, 21211],
    ["no sender", { to, body: "x" }, 21603],
    ["a sender that is not ours", { to, from: "+351219999999", body: "x" }, 21606],
    ["no text", { to, from }, 21602],
    ["too long a text", { to, from, body: "x".repeat(1601) }, 21617],
    ["a callback that is no address", { to, from, body: "x", statusCallback: "nowhere" }, 21609],
  ])("refuses %s", async (_, message, code) => {
    const { client, simulator } = await opened();
    await expect(client.messages.create(message)).rejects.toMatchObject({ code, status: 400 });
    expect(await simulator.ledger()).toEqual([]);
  });

  it("refuses a wrong token, a stranger's message and too many requests in Twilio's words", async () => {
    const { client, other, simulator } = await opened();
    await expect(other("wrong").messages.create({ to, from, body: "x" })).rejects.toMatchObject({ code: 20003, status: 401 });
    await expect(client.messages(`SM${"0".repeat(32)}`).fetch()).rejects.toMatchObject({ code: 20404, status: 404 });
    simulator.next({ scenario: "rate_limited" });
    await expect(client.messages.create({ to, from, body: "x" })).rejects.toMatchObject({ code: 20429, status: 429 });
  });

  it("has no idempotency: a lost reply that is repeated sends twice", async () => {
    const { client, simulator } = await opened();
    simulator.next({ scenario: "timeout_after_commit", on: "create-message" });
    await expect(client.messages.create({ to, from, body: "x" })).rejects.toThrow();
    await client.messages.create({ to, from, body: "x" });
    expect(await simulator.ledger()).toHaveLength(2);
  });
});
