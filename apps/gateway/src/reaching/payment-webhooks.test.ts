import { createAuth, createControlPlane } from "@travelagent/gateway-core";
import { serve } from "@travelagent/gateway-core/node";
import { TravelAgentError } from "@travelagent/protocol";
import { recordingLogger } from "@travelagent/protocol/testing";
import type { Bookings } from "@travelagent/tools-booking";
import { afterEach, expect, it } from "vitest";
import { paymentWebhooks } from "./payment-webhooks.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(receivePayment: Bookings["receivePayment"]) {
  const log = recordingLogger();
  const paymentProviders = () => [
    { id: "cards", live: true, webhooks: true },
    { id: "cash", live: true, webhooks: false },
  ];
  const control = createControlPlane({
    handlers: {},
    auth: createAuth({ mode: "token", token: "t".repeat(32) }),
    version: "1",
    routes: paymentWebhooks({ receivePayment, paymentProviders }, log),
  });
  const server = await serve({ control, port: 0 });
  closing.push(() => server.close());
  const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: "POST", body, headers });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return { post, log };
}

it("gives the body as it came to the provider, and says yes once it is durable", async () => {
  const heard: { id: string; headers: Readonly<Record<string, string>>; body: string }[] = [];
  const { post } = await open(async (id, { headers, body }) => {
    heard.push({ id, headers, body });
    return { repeated: heard.length > 1 };
  });
  const body = '{ "id":"evt_1",\n "total": 1.10, "name":"Zoë" }';
  expect(await post("/webhooks/cards", body, { "Stripe-Signature": "t=1,v1=aa" })).toEqual({ status: 200, body: { ok: true } });
  expect(await post("/webhooks/cards", body)).toEqual({ status: 200, body: { ok: true, repeated: true } });
  expect(heard[0]).toMatchObject({ id: "cards", body, headers: { "stripe-signature": "t=1,v1=aa" } });
  expect((await post("/webhooks/cash", body)).status).toBe(404);
});

it("refuses what is not signed or too large, and asks for a repeat when it could not be stored", async () => {
  const errors = [
    new TravelAgentError("UNAUTHORIZED", "this webhook is not signed"),
    new TravelAgentError("STORAGE_FULL", "the disk is full"),
    new Error("a bug"),
  ];
  const { post, log } = await open(async () => {
    throw errors.shift() ?? new Error("must not be reached");
  });
  expect(await post("/webhooks/cards", "{}")).toMatchObject({ status: 401, body: { error: { code: "UNAUTHORIZED" } } });
  expect((await post("/webhooks/cards", "{}")).status).toBe(507);
  expect((await post("/webhooks/cards", "{}")).status).toBe(500);
  expect((await post("/webhooks/cards", "x".repeat(300_000))).status).toBe(413);
  expect(log.lines.filter(({ message }) => message === "a webhook was refused")).toHaveLength(3);
  expect(JSON.stringify(log.lines)).not.toContain("xxxx");
});
