import type { Tool, ToolContext } from "@travelagent/agent-runtime";
import { testDatabase, testEngine } from "@travelagent/engine/testing";
import { createAuth, createControlPlane, type News } from "@travelagent/gateway-core";
import { serve } from "@travelagent/gateway-core/node";
import { TravelAgentError } from "@travelagent/protocol";
import { systemClock } from "@travelagent/protocol/ports";
import { recordingLogger } from "@travelagent/protocol/testing";
import { type Bookings, createBookings } from "@travelagent/tools-booking";
import { scheduleChangeTool } from "@travelagent/tools-booking/news";
import { duffelDialect, openWorld, startSimulator } from "@travelagent/tools-booking/simulators";
import { duffelSupplier } from "@travelagent/tools-booking/suppliers/duffel";
import { volatileMemory } from "@travelagent/tools-booking/suppliers/http";
import { afterEach, expect, it } from "vitest";
import { supplierNews } from "../answering/supplier-news.ts";
import { supplierWebhooks } from "./supplier-webhooks.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function listen(bookings: Pick<Bookings, "receiveSupplierNews" | "suppliers">) {
  const log = recordingLogger();
  const control = createControlPlane({
    handlers: {},
    auth: createAuth({ mode: "token", token: "t".repeat(32) }),
    version: "1",
    routes: supplierWebhooks(bookings, log),
  });
  const server = await serve({ control, port: 0 });
  closing.push(() => server.close());
  const url = `http://127.0.0.1:${server.port}`;
  const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}${path}`, { method: "POST", body, headers });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return { url, post, log };
}
const suppliers: Bookings["suppliers"] = () => [
  { id: "air", live: true, kinds: ["flight"], webhooks: true },
  { id: "silent", live: true, kinds: ["flight"], webhooks: false },
];

it("gives the body as it came to the supplier, and says yes once it is durable", async () => {
  const heard: string[] = [];
  const { post } = await listen({
    suppliers,
    receiveSupplierNews: async (id, { headers, body }) => {
      heard.push(`${id} ${headers["x-signature"]} ${body}`);
      return { repeated: heard.length > 1 };
    },
  });
  const body = '{ "id":"wev_1",\n "name":"Zoë" }';
  expect(await post("/webhooks/air", body, { "X-Signature": "v1=aa" })).toEqual({ status: 200, body: { ok: true } });
  expect(await post("/webhooks/air", body, { "X-Signature": "v1=aa" })).toEqual({ status: 200, body: { ok: true, repeated: true } });
  expect(heard[0]).toBe(`air v1=aa ${body}`);
  expect((await post("/webhooks/silent", body)).status).toBe(404);
  expect((await post("/webhooks/nobody", body)).status).toBe(404);
});

it("refuses what is not signed or too large, and asks for a repeat when it could not be stored", async () => {
  const errors = [
    new TravelAgentError("UNAUTHORIZED", "this webhook is not signed"),
    new TravelAgentError("STORAGE_FULL", "the disk is full"),
    new Error("a bug"),
  ];
  const { post, log } = await listen({
    suppliers,
    receiveSupplierNews: async () => {
      throw errors.shift() ?? new Error("must not be reached");
    },
  });
  expect(await post("/webhooks/air", "{}")).toMatchObject({ status: 401, body: { error: { code: "UNAUTHORIZED" } } });
  expect((await post("/webhooks/air", "{}")).status).toBe(507);
  expect((await post("/webhooks/air", "{}")).status).toBe(500);
  expect((await post("/webhooks/air", "x".repeat(300_000))).status).toBe(413);
  expect(log.lines.filter(({ message }) => message === "a webhook was refused")).toHaveLength(3);
});

it("a schedule change at Duffel reaches the customer after a person approved the words, and the answer reaches Duffel", { timeout: 20_000 }, async () => {
  const [db, engine] = [await testDatabase(), await testEngine()];
  const secret = "a-secret-of-the-test";
  const world = await openWorld({ db, clock: systemClock });
  const simulator = await startSimulator(duffelDialect(world, { webhook: { secret } }));
  closing.push(
    () => db.close(),
    () => engine.stop(),
    () => simulator.close(),
  );
  const told: News[] = [];
  const log = recordingLogger();
  const duffel = { baseUrl: simulator.url, accessToken: "duffel_test_news", webhookSecret: secret, live: false, memory: volatileMemory() };
  const bookings = createBookings({
    ...{ db: engine.db, work: engine.work },
    suppliers: [duffelSupplier(duffel)],
    payments: world.counter("duffel").payments,
    customers: { ensure: async ({ email }) => ({ customerId: email }) },
    announce: supplierNews({ tell: async (news) => void told.push(news), share: async (id, kind) => ({ url: `https://agency.example/${kind}/${id}` }), log }),
  });
  await bookings.migrate();
  closing.push(() => bookings.stop());
  const { url, post } = await listen(bookings);
  await simulator.happen("webhooks-to", `${url}/webhooks/duffel`);

  const { signal } = new AbortController();
  const departureDate = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
  const query = {
    origin: "BCN",
    destination: "FRA",
    departureDate,
    adults: 1,
    childrenAges: [],
    cabin: "ECONOMY" as const,
    directOnly: false,
    currency: "EUR",
    limit: 5,
  };
  const owner = { sessionKey: "agent:main:webchat:dm:ana" };
  const { offers } = await bookings.search({ kind: "flight", query }, owner, { requestId: "find", signal });
  const ana = { givenName: "Ana", familyName: "Silva", bornOn: "1988-04-05", gender: "F" as const };
  const request = { offerIds: [offers[0]!.offer.id], travellers: [ana], contact: { email: "ana@example.com", phone: "+351910000000" } };
  const { order } = await bookings.book(
    { ...request, buyer: { ...owner, channel: "webchat", peerId: "ana" } },
    { idempotencyKey: "yes", waitMs: 10_000, signal },
  );
  expect(order.status).toBe("ticketed");

  await simulator.happen("schedule_change", order.items[0]!.supplierReference!);
  await expect.poll(async () => (await bookings.notices(order.id)).map(({ state }) => state), { timeout: 10_000 }).toEqual(["draft"]);
  // The same again, forged, replayed and of somebody else's order.
  await simulator.happen("deliver-webhooks-twice", "");
  expect((await post("/webhooks/duffel", '{"id":"wev_1"}', { "x-duffel-signature": "t=1,v1=00" })).status).toBe(401);
  const stored = (await bookings.get(order.id))!;
  expect(stored.order).toMatchObject({
    status: "needs-human",
    items: [{ status: "ticketed", scheduleChange: { severity: "major", journeys: [{ departureMinutes: 95 }] } }],
  });
  expect(stored.order.items[0]!.offer).toEqual(order.items[0]!.offer);
  expect(told).toEqual([]);

  const [draft] = await bookings.notices(order.id);
  expect(draft!.text).toMatch(/Other flights[\s\S]*- [A-Z0-9]{2}\d+/);
  await bookings.releaseNotice({ id: draft!.id, by: "operator:rui" });
  await expect.poll(() => told.map(({ sessionKey }) => sessionKey)).toEqual([owner.sessionKey]);
  expect(told[0]!.text).toContain(`Calendar: https://agency.example/calendar/${order.id}`);

  const tool: Tool = scheduleChangeTool(bookings);
  const context = { toolCallId: "c1", idempotencyKey: "answer-1", signal, now: Date.now(), turn: { runId: "r1", sessionKey: owner.sessionKey } } as ToolContext;
  const args = tool.args.parse({ bookingReference: order.reference, answer: "accept" });
  const action = (await tool.describe!(args, context))!;
  expect(action.lines[0]).toMatch(/^Was: /);
  const { content } = await tool.execute(args, { ...context, action });
  expect(content).toMatchObject({ status: "changed", note: expect.stringContaining("The airline knows it") });
  expect((await bookings.get(order.id))!.order).toMatchObject({ status: "ticketed", items: [{ scheduleChange: { answer: "accepted" } }] });
  expect(simulator.requests.filter(({ route }) => route === "accept-airline-change")).toHaveLength(1);
  await expect(tool.describe!(args, context)).rejects.toMatchObject({ code: "CONFLICT" });
});
