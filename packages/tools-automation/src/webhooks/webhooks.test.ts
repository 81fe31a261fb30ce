import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createHappenings } from "./happenings.ts";
import { webhookPersonalData } from "./personal-data.ts";
import { createPost } from "./post.ts";
import { createWebhookTriggers } from "./triggers.ts";
import { webhookTool } from "./webhook-tool.ts";
import { createWebhooks, type StoredSecret, type WebhooksOptions } from "./webhooks.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Got {
  headers: IncomingHttpHeaders;
  body: string;
  path: string;
}

/** Another system of the agency's: what it got, and what it answers. */
async function receiver() {
  const got: Got[] = [];
  const answers: (number | "hang" | "drop" | [number, Record<string, string>])[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    got.push({ headers: request.headers, body: Buffer.concat(chunks).toString(), path: request.url ?? "" });
    const answer = answers.shift() ?? 200;
    if (answer === "hang") return;
    if (answer === "drop") return void request.socket.destroy();
    const [status, headers] = Array.isArray(answer) ? answer : [answer, {}];
    response.writeHead(status, headers).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return { got, answers, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function bench(over: Partial<WebhooksOptions> = {}) {
  const db = await testDatabase();
  closing.push(() => db.close());
  const clock = fakeClock("2027-01-15T09:00:00Z");
  const kept = new Map<string, readonly StoredSecret[]>();
  const log = recordingLogger();
  const options: WebhooksOptions = {
    db,
    clock,
    log,
    random: () => 0.5,
    allowHttp: () => true,
    post: createPost({ allowPrivateHosts: ["127.0.0.1"], timeoutMs: 400 }),
    secrets: {
      get: async (id) => kept.get(id) ?? [],
      set: async (id, secrets) => void kept.set(id, secrets),
      remove: async (id) => void kept.delete(id),
    },
    ...over,
  };
  const webhooks = createWebhooks(options);
  await webhooks.migrate();
  webhooks.start();
  closing.push(() => webhooks.stop());
  return { db, clock, kept, webhooks, options, log };
}

/** As the standard says, and nothing of ours. */
const signatureOf = (secret: string, { headers, body }: Got): string =>
  `v1,${createHmac("sha256", Buffer.from(secret.replace("whsec_", ""), "base64"))
    .update(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`)
    .digest("base64")}`;

const booking = {
  id: "ord_1",
  reference: "AB12CD",
  status: "ticketed",
  version: 3,
  travellers: [{ name: "Ana Silva" }],
  sessionKey: "agent:main:sms:dm:+34600111222",
};

describe("webhooks out", () => {
  it("tell who asked for it, signed, once, and nothing of the customer", async () => {
    const there = await receiver();
    const { webhooks, db } = await bench();
    const { subscription, secret } = await webhooks.add({ url: `${there.url}/in`, events: ["booking.changed"], by: "operator" });
    await webhooks.add({ url: `${there.url}/other`, events: ["approval.requested"], by: "operator" });
    const hear = createHappenings({ db, webhooks });
    await hear({ event: "booking", booking });
    await hear({ event: "booking", booking });
    await expect.poll(() => there.got.length).toBe(1);
    const [one] = there.got as [Got];
    expect(one.headers["webhook-signature"]).toBe(signatureOf(secret, one));
    expect(one.headers["webhook-timestamp"]).toBe(String(Date.parse("2027-01-15T09:00:00Z") / 1000));
    expect([one.path, JSON.parse(one.body)]).toEqual([
      "/in",
      { type: "booking.changed", timestamp: "2027-01-15T09:00:00.000Z", data: { bookingId: "ord_1", reference: "AB12CD", status: "ticketed" } },
    ]);
    expect(await webhooks.deliveries({})).toMatchObject([{ subscriptionId: subscription.id, status: "delivered", attempts: 1 }]);
    expect(JSON.stringify(await db.all("select * from webhook_subscription"))).not.toContain(secret.slice(10));
  });

  it("come again with the same id and a new time, after growing pauses, and are dead letters in the end, which can be redriven", async () => {
    const there = await receiver();
    const { webhooks, clock, db } = await bench();
    await webhooks.add({ url: there.url, events: ["booking.changed"], by: "operator" });
    there.answers.push(500, "drop", [429, { "retry-after": "7200" }], ...Array.from({ length: 7 }, () => 503));
    await createHappenings({ db, webhooks })({ event: "booking", booking });
    await expect.poll(() => there.got.length).toBe(1);
    await clock.advance(4_000);
    expect(there.got).toHaveLength(1);
    const pauses = [2_000, 301_000, 7_201_000, 3 * 3_600_000, 6 * 3_600_000, 11 * 3_600_000, 15 * 3_600_000, 21 * 3_600_000, 25 * 3_600_000];
    for (const [index, pause] of pauses.entries()) {
      await expect.poll(async () => (await webhooks.deliveries({}))[0]!.attempts).toBe(index + 1);
      // The one that asked for two hours gets them.
      await clock.advance(pause);
      await expect.poll(() => there.got.length, { message: `attempt ${index + 2}` }).toBe(index + 2);
    }
    await expect.poll(async () => (await webhooks.deliveries({ status: "dead" })).length).toBe(1);
    expect(new Set(there.got.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(there.got.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(10);
    const [dead] = await webhooks.deliveries({ status: "dead" });
    expect(dead).toMatchObject({ attempts: 10, reason: "it answered 503" });
    expect(await webhooks.redrive({ id: dead!.id })).toBe(1);
    await expect.poll(async () => (await webhooks.deliveries({ status: "delivered" })).length).toBe(1);
    await expect(webhooks.redrive({ id: dead!.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("wait for the next start, and one receiver that hangs holds up no other", async () => {
    const there = await receiver();
    const { webhooks, options, db } = await bench();
    await webhooks.add({ url: `${there.url}/slow`, events: ["booking.changed"], by: "operator" });
    await webhooks.stop();
    await createHappenings({ db, webhooks })({ event: "booking", booking });
    expect(there.got).toEqual([]);
    there.answers.push("hang");
    const again = createWebhooks(options);
    await again.migrate();
    again.start();
    closing.push(() => again.stop());
    await expect.poll(() => there.got.length).toBe(1);
    await again.add({ url: `${there.url}/quick`, events: ["approval.requested"], by: "operator" });
    await createHappenings({ db, webhooks: again })({ event: "approval", approval: { id: "apr_1", status: "pending", role: "manager", tool: "refund" } });
    await expect.poll(() => there.got.map(({ path }) => path), { timeout: 300 }).toEqual(["/slow", "/quick"]);
    await expect.poll(async () => (await again.deliveries({ status: "pending" }))[0]?.reason).toMatch(/did not answer/);
  });

  it("sign with both secrets while one is changed, and end with 410", async () => {
    const there = await receiver();
    const { webhooks, clock, db } = await bench();
    const { subscription, secret } = await webhooks.add({ url: there.url, events: ["delivery.failed"], by: "operator" });
    const hear = createHappenings({ db, webhooks });
    const failed = (id: string) => hear({ event: "delivery", id, status: "unknown", sessionKey: "agent:main:webchat:dm:1" });
    const { secret: next } = await webhooks.rotate(subscription.id);
    await failed("a");
    await expect.poll(() => there.got.length).toBe(1);
    expect(there.got[0]!.headers["webhook-signature"]).toBe(`${signatureOf(next, there.got[0]!)} ${signatureOf(secret, there.got[0]!)}`);
    await clock.advance(24 * 3_600_000 + 1);
    there.answers.push(410);
    await failed("b");
    await expect.poll(async () => (await webhooks.list())[0]!.disabled).toMatch(/410/);
    expect(there.got[1]!.headers["webhook-signature"]).toBe(signatureOf(next, there.got[1]!));
    await failed("c");
    expect(await webhooks.deliveries({})).toHaveLength(2);
    await expect(webhooks.call(subscription.id, "agent.called", {}, "k")).rejects.toMatchObject({ code: "CONFLICT" });
    await hear({ event: "delivery", id: "d", status: "sent", sessionKey: "x" });
    expect(there.got).toHaveLength(2);
  });

  it("reach no private network, also when a name leads there later, and follow no redirect", async () => {
    const there = await receiver();
    const { webhooks, db } = await bench({ post: createPost({ resolve: async () => ["169.254.169.254"] }) });
    await webhooks.add({ url: "https://hooks.example/in", events: ["booking.changed"], by: "operator" });
    await createHappenings({ db, webhooks })({ event: "booking", booking });
    await expect.poll(async () => (await webhooks.deliveries({ status: "dead" })).length).toBe(1);
    const { webhooks: strict } = await bench({ allowHttp: () => false });
    for (const url of ["http://hooks.example/in", "file:///etc/passwd", "https://user:word@hooks.example/", "https://0x7f000001/"])
      await expect(strict.add({ url, events: ["booking.changed"], by: "x" }), url).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    const post = createPost({ allowPrivateHosts: ["127.0.0.1"] });
    there.answers.push([302, { location: "http://169.254.169.254/" }]);
    expect((await post(there.url, {}, Buffer.from("{}"))).status).toBe(302);
    await expect(createPost()(there.url, {}, Buffer.from("{}"))).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(there.got).toHaveLength(1);
  });

  it("tell of a hand-over once for each time, and forget a person", async () => {
    const there = await receiver();
    const { webhooks, db } = await bench();
    await webhooks.add({ url: there.url, events: ["conversation.handed-over"], by: "operator" });
    const hear = createHappenings({ db, webhooks });
    const say = (state: string) => hear({ event: "conversation", conversation: { id: booking.sessionKey, channel: "sms", state } });
    for (const state of ["agent", "needs-person", "needs-person", "agent", "agent", "needs-person"]) await say(state);
    await expect.poll(() => there.got.length).toBe(2);
    const subject = { customerIds: ["cus_1"], sessionKeys: [booking.sessionKey], bookingIds: [], identities: [], identifiers: [] };
    const store = webhookPersonalData({ db });
    expect((await store.erase(subject, { reason: "asked", now: 0, signal: new AbortController().signal })).removed).toBe(3);
    expect(JSON.stringify([await db.all("select * from webhook_delivery"), await db.all("select * from webhook_owner_seen")])).not.toContain("600111222");
  });
});

describe("the webhook tool", () => {
  it("registers, lists, calls and removes, and shows no secret", async () => {
    const there = await receiver();
    const { webhooks, db, clock, kept } = await bench();
    const triggers = createWebhookTriggers({ db, clock, isTaken: (name) => name === "gmail" });
    const tool = webhookTool({ webhooks, triggers, hooksPath: "/hooks" });
    const context = { turn: { agentId: "main" }, idempotencyKey: "key-0123456789abcdef", now: clock.now() } as never;
    const run = async (args: unknown) => (await tool.execute(tool.args.parse(args), context)).content as Record<string, unknown>;
    const registered = await run({ action: "register", target: { direction: "out", url: there.url, events: ["booking.changed"] } });
    expect(await run({ action: "register", target: { direction: "out", url: there.url, events: ["booking.changed"] } })).toEqual(registered);
    const [[id, [secret]]] = [...kept] as unknown as [[string, [StoredSecret]]];
    expect(JSON.stringify([registered, await run({ action: "list" })])).not.toContain(secret.secret);
    expect(await run({ action: "call", id, data: { say: "hello" } })).toMatchObject({ status: "queued" });
    await run({ action: "call", id, data: { say: "hello" } });
    await expect.poll(() => there.got.map(({ body }) => JSON.parse(body).data)).toEqual([{ say: "hello" }]);
    expect(await run({ action: "register", target: { direction: "in", name: "desk", message: "The desk says {{say}}" } })).toEqual({
      status: "registered",
      path: "/hooks/desk",
    });
    await expect(run({ action: "register", target: { direction: "in", name: "gmail", message: "x" } })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await triggers.find("desk")).toEqual({ name: "desk", message: "The desk says {{say}}", agentId: "main" });
    expect(await run({ action: "list" })).toMatchObject({ webhooks: [{ id }], triggers: [{ name: "desk", path: "/hooks/desk" }] });
    await run({ action: "remove", id: "desk" });
    await run({ action: "remove", id });
    expect([await webhooks.list(), await triggers.list(), kept.size]).toEqual([[], [], 0]);
    for (const wrong of [
      { action: "register", target: { direction: "in", name: "wake", message: "x" } },
      { action: "call", id: "desk", data: {} },
      { action: "call", id, data: { x: "y".repeat(20_000) } },
    ])
      expect(tool.args.safeParse(wrong).success).toBe(false);
  });
});
