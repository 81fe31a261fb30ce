import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { testDatabase } from "@travelagent/engine/testing";
import type { Database } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAuth } from "../../auth/auth.ts";
import { sameSecret } from "../../auth/secret.ts";
import { createControlPlane } from "../../control-plane.ts";
import { type RunningServer, serve } from "../../node/serve.ts";
import { json } from "../route.ts";
import { createWebhookGuard, signStandardWebhook, standardWebhook, type WebhookEndpoint } from "./index.ts";

const secret = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHM=";
let db: Database;
let server: RunningServer;
let taken: { account: string; id?: string; json: unknown }[];
let failNext: boolean;
const clock = fakeClock();
const close: (() => Promise<void> | void)[] = [];

const endpoint = (over: Partial<WebhookEndpoint> = {}): WebhookEndpoint => ({
  path: "/webhooks/pager",
  secret: { main: secret, second: "another secret" },
  verify: standardWebhook,
  handle({ account, id, json: value }) {
    if (failNext) {
      failNext = false;
      throw new Error("the store is away");
    }
    taken.push({ account, json: value, ...(id === undefined ? {} : { id }) });
    return json({ ok: true });
  },
  bodyTimeoutMs: 200,
  ...over,
});

async function open(...endpoints: WebhookEndpoint[]): Promise<void> {
  const guard = createWebhookGuard({ db, clock, maxPerEndpoint: 10 });
  await guard.migrate();
  const control = createControlPlane({
    handlers: {},
    auth: createAuth({ mode: "token", token: "t".repeat(32) }),
    version: "1",
    routes: endpoints.map((each) => guard.route(each)),
  });
  server = await serve({ control, port: 0 });
  close.unshift(() => server.close());
}

beforeEach(async () => {
  taken = [];
  failNext = false;
  const opened = await testDatabase();
  db = opened;
  close.push(() => opened.close());
});
afterEach(async () => {
  for (const each of close.splice(0)) await each();
});

const nowSeconds = () => Math.floor(clock.now() / 1000);
interface Sent {
  id?: string;
  at?: number;
  body?: string | Buffer;
  path?: string;
  key?: string;
  headers?: Record<string, string>;
}
async function send({ id = "msg_1", at = nowSeconds(), body = '{"text":"hello"}', path = "/webhooks/pager/main", key = secret, headers = {} }: Sent = {}) {
  const signature = signStandardWebhook(key, id, at, Buffer.from(body));
  const answer = await fetch(server.url + path, {
    method: "POST",
    headers: { "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": signature, ...headers },
    body: Buffer.from(body),
  });
  return { status: answer.status, error: ((await answer.json()) as { error?: { code: string; message: string; requestId: string } }).error };
}

describe("the webhook guard", () => {
  it("is not mounted without a secret", async () => {
    const guard = createWebhookGuard({ db });
    for (const none of ["", "   ", { main: secret, second: "" }, { main: undefined as never }])
      expect(() => guard.route(endpoint({ secret: none })), JSON.stringify(none)).toThrow(/has no secret.*it is not served without/);
  });

  it("takes what is signed, once, and tells the sender of a repeat", async () => {
    await open(endpoint());
    expect((await send()).status).toBe(200);
    expect(taken).toEqual([{ account: "main", id: "msg_1", json: { text: "hello" } }]);
    expect(await send()).toMatchObject({ status: 409, error: { code: "CONFLICT" } });
    expect((await send({ id: "msg_2" })).status).toBe(200);
    expect(taken).toHaveLength(2);
    expect((await send({ path: "/webhooks/pager/second", key: "another secret" })).status).toBe(200);
  });

  it("remembers after a restart what it took, and nothing that could not be taken", async () => {
    await open(endpoint());
    failNext = true;
    expect((await send()).status).toBe(500);
    expect((await send()).status).toBe(200);
    await server.close();
    await open(endpoint());
    expect((await send()).status).toBe(409);
  });

  it("takes one of many repeats that come at the same time", async () => {
    await open(
      endpoint({
        handle: async ({ json: value }) => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          taken.push({ account: "", json: value });
          return json({ ok: true });
        },
      }),
    );
    const statuses = (await Promise.all(Array.from({ length: 8 }, () => send()))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(7);
    expect(taken).toHaveLength(1);
  });

  it("does not acknowledge a delivery while nobody knows whether it will be taken", async () => {
    let begun = (): void => undefined;
    let fail = (): void => undefined;
    const isBegun = new Promise<void>((resolve) => (begun = resolve));
    const held = new Promise<void>((_, reject) => (fail = () => reject(new Error("the store is away"))));
    const handle = async () => {
      begun();
      await held;
      return json({ ok: true });
    };
    await open(endpoint({ repeats: "acknowledge", handle }));
    const first = send();
    await isBegun;
    expect(await send()).toMatchObject({ status: 409, error: { code: "IN_PROGRESS" } });
    fail();
    expect((await first).status).toBe(500);
  });

  it("acknowledges repeats for senders that would try on", async () => {
    await open(endpoint({ repeats: "acknowledge" }));
    expect([(await send()).status, (await send()).status]).toEqual([200, 200]);
    expect(taken).toHaveLength(1);
  });

  it("takes no signature made with a key that is none", async () => {
    for (const empty of ["whsec_", "whsec_***", "whsec_c2hvcnQ="]) {
      await open(endpoint({ secret: { main: empty } }));
      expect([empty, (await send({ key: empty })).status]).toEqual([empty, 401]);
    }
    expect(taken).toEqual([]);
  });

  it("refuses what is not signed right", async () => {
    await open(endpoint());
    const good = signStandardWebhook(secret, "msg_1", nowSeconds(), Buffer.from('{"text":"hello"}'));
    const wrong: Sent[] = [
      { key: "another secret" },
      { headers: { "webhook-signature": "" } },
      { headers: { "webhook-signature": "v1," } },
      { headers: { "webhook-signature": good.slice(0, -2) } },
      { headers: { "webhook-id": "msg_other" } },
      { headers: { "webhook-id": "" } },
      { headers: { "webhook-timestamp": String(nowSeconds() + 1) } },
      { headers: { "webhook-timestamp": "soon" } },
      { headers: { "webhook-signature": good }, body: '{"text":"Hello"}' },
      // The other account's secret opens the other account alone.
      { path: "/webhooks/pager/second" },
    ];
    for (const each of wrong) expect(await send(each), JSON.stringify(each)).toMatchObject({ status: 401, error: { code: "UNAUTHORIZED" } });
    expect((await send({ headers: { "webhook-signature": `v1,b2xk ${good}` } })).status).toBe(200);
    expect(taken).toHaveLength(1);
  });

  it("refuses time stamps that are too old or from the future", async () => {
    await open(endpoint());
    for (const off of [-301, 301, -86_400]) expect(await send({ at: nowSeconds() + off })).toMatchObject({ status: 401, error: { message: /time stamp/ } });
    for (const [index, off] of [-299, 299].entries()) expect((await send({ id: `ok-${index}`, at: nowSeconds() + off })).status).toBe(200);
  });

  it("knows its accounts and no others", async () => {
    await open(endpoint());
    for (const path of ["/webhooks/pager/third", "/webhooks/pager/", "/webhooks/pager/__proto__", "/webhooks/pager/main/x", "/webhooks/pager"])
      expect((await send({ path })).status, path).toBe(404);
    const get = await fetch(`${server.url}/webhooks/pager/main`);
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
  });

  it("refuses bodies that are too large, compressed, or no plain JSON", async () => {
    await open(endpoint());
    const bodies: [body: string | Buffer, status: number, headers?: Record<string, string>][] = [
      [Buffer.alloc(256 * 1024 + 1, "x"), 413],
      [gzipSync(Buffer.alloc(10_000_000)), 415, { "content-encoding": "gzip" }],
      ["", 400],
      ["{", 400],
      ['{"a":1}x', 400],
      [Buffer.from([0x22, 0xff, 0x22]), 400],
      [`${"[".repeat(33)}${"]".repeat(33)}`, 400],
      ['{"a":'.repeat(10_000), 400],
      ['{"a":1,"a":2}', 400],
      ['{"a":{"b":1,"\\u0062":2}}', 400],
      [`"${'\\"'.repeat(100_000)}`, 400],
    ];
    for (const [body, status, headers] of bodies)
      expect((await send({ body, ...(headers ? { headers } : {}) })).status, String(body).slice(0, 40)).toBe(status);
    expect(taken).toEqual([]);
    expect((await send({ body: '{"a":{"b":1},"c":[{"b":1},{"b":"a:{"}],"b":2}' })).status).toBe(200);
  });

  it("lets nobody send a body drop by drop", async () => {
    await open(endpoint());
    const socket = connect(server.port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString()));
    const ended = new Promise((resolve) => socket.on("close", resolve));
    socket.write("POST /webhooks/pager/main HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\n{");
    await ended;
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toMatch(/connection: close/i);
  });

  it("keeps no more ids than it may", async () => {
    await open(endpoint());
    for (let index = 0; index < 130; index++) {
      await clock.advance(1);
      await send({ id: `id-${index}` });
    }
    expect(Number((await db.get("select count(*) as n from webhook_seen"))?.n)).toBeLessThan(10 + 64 + 1);
    expect((await send({ id: "id-129" })).status).toBe(409);
  });

  it("takes schemes of others, and forms that are no JSON", async () => {
    const sign = (body: Buffer) => createHmac("sha256", "their secret").update(body).digest("hex");
    await open(
      endpoint({
        path: "/webhooks/other",
        secret: "their secret",
        format: "raw",
        verify: ({ headers, body }, key) => ({ ok: sameSecret(String(headers["x-signature"]), createHmac("sha256", key).update(body).digest("hex")) }),
        handle: ({ body, json: value }) => json({ text: new URLSearchParams(body.toString()).get("text"), value: value ?? null }),
      }),
    );
    const body = Buffer.from("text=hello");
    const post = async (signature: string) => fetch(`${server.url}/webhooks/other`, { method: "POST", headers: { "x-signature": signature }, body });
    expect(await (await post(sign(body))).json()).toEqual({ text: "hello", value: null });
    expect((await post("00")).status).toBe(401);
  });
});
