import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { startTwilio, type TwilioSimulator } from "@travelagent/channel-sms/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Talk, talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { day } from "../testing/journeys.ts";

const state = temporaryState();
const hookToken = "hook-token-0123456789";
const transform = "export default ({ payload }) => (payload.test ? null : { message: 'A fax from ' + payload.from, name: 'fax' });\n";
let api: TwilioSimulator;
let gateway: GatewayProcess;
let desk: Talk;
/** What another system of the agency's was told. */
const told: { type: string; data: Record<string, string> }[] = [];
const other = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  told.push(JSON.parse(Buffer.concat(chunks).toString()));
  response.end();
});
beforeAll(async () => {
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  api = await startTwilio();
  const { accountSid, authToken, number, url } = api;
  const sms = { provider: "twilio", accountSid, authToken, from: number, baseUrl: url, countries: ["ES"], dmPolicy: "open", allowFrom: ["*"] };
  mkdirSync(join(state.path, "hooks", "transforms"), { recursive: true });
  writeFileSync(join(state.path, "hooks", "transforms", "fax.mjs"), transform);
  const config = {
    channels: { sms },
    // No hour is quiet: this runs at night, too.
    templates: { quietHours: { from: "00:00", to: "00:00" } },
    notifications: { perCustomerPerDay: 2 },
    webhooks: { allowPrivateHosts: ["127.0.0.1"] },
    hooks: {
      enabled: true,
      token: hookToken,
      mappings: [
        { match: { path: "crm" }, message: "The CRM says {{deal.title}}", name: "crm-{{deal.id}}" },
        { match: { path: "fax" }, transform: { module: "fax.mjs", sha256: createHash("sha256").update(transform).digest("hex") } },
      ],
    },
  };
  writeFileSync(join(state.path, "travelagent.json"), JSON.stringify(config), { mode: 0o600 });
  gateway = await startGateway({ stateDir: state.path });
  desk = await talk({ url: gateway.url, token: gateway.token });
}, 30_000);
afterAll(async () => {
  await desk?.close();
  await gateway?.stop();
  other.close();
  await api?.close();
  state.remove();
});

const hook = () => `${gateway.url}/webhooks/sms`;
const to = (number: string) => api.sent.filter((one) => one.to === number);

describe("a customer by SMS", { timeout: 30_000 }, () => {
  it("asks for flights and gets them once, however often Twilio posts", async () => {
    const message = { from: "+34600111222", text: `Flights from Barcelona to Frankfurt on ${day(40)} for one adult, one way`, sid: "SM1" };
    expect(await api.write(hook(), message)).toBe(200);
    expect(await api.write(hook(), message)).toBe(200);
    // A long answer is as many messages as it needs, each once.
    const texts = () => to("+34600111222").map(({ text }) => text);
    await expect.poll(() => texts().join("\n"), { timeout: 15_000 }).toMatch(/1\. [\s\S]*EUR[\s\S]*number of your choice/);
    expect(new Set(texts()).size).toBe(texts().length);
    expect(texts().filter((text) => /^1\. /m.test(text)).length).toBe(1);
    expect(await api.report(api.sent[0]!.id, "delivered")).toBe(200);
  });

  it("is heard from abroad and not answered there, and forged posts are not heard", async () => {
    expect(await api.write(hook(), { from: "+37066612345", text: "Hello" })).toBe(200);
    const forged = await fetch(hook(), {
      method: "POST",
      headers: { "x-twilio-signature": "x" },
      body: new URLSearchParams({ From: "+34600111222", Body: "yes" }),
    });
    expect(forged.status).toBe(401);
    expect(await api.write(hook(), { from: "+34600111333", text: "Hello" })).toBe(200);
    await expect.poll(() => to("+34600111333").length, { timeout: 15_000 }).toBe(1);
    expect(to("+37066612345")).toEqual([]);
  });

  it("says STOP, is told once, and hears nothing more", async () => {
    expect(await api.write(hook(), { from: "+34600111333", text: "STOP" })).toBe(200);
    await expect.poll(() => to("+34600111333").length, { timeout: 15_000 }).toBe(2);
    expect(await api.write(hook(), { from: "+34600111333", text: "Flights to Lisbon tomorrow?" })).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(to("+34600111333")).toHaveLength(2);
  });
});

describe("the systems around", { timeout: 30_000 }, () => {
  const ana = "+34600111444";
  const sessionKey = `agent:main:sms:dm:${ana}`;
  const invoke = async (args: Record<string, unknown>, tool = "sms_send") => {
    const answer = await fetch(`${gateway.url}/tools/invoke`, {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.token}`, "content-type": "application/json" },
      body: JSON.stringify({ tool, args, sessionKey }),
    });
    return { status: answer.status, text: await answer.text() };
  };

  it("let an agent write to its customer and to nobody else, by both names, within the budget", async () => {
    const { customer } = await desk.client.call("customers.create", { name: "Ana Silva", idempotencyKey: "c1" });
    await desk.client.call("customers.identities.add", { id: customer.id, channel: "sms", peerId: ana, verified: true, idempotencyKey: "i1" });
    await api.write(hook(), { from: ana, text: "Hello" });
    await expect.poll(() => to(ana).length, { timeout: 15_000 }).toBe(1);
    expect(await invoke({ text: "Gate 4, boarding at 10:15." })).toMatchObject({ status: 200, text: expect.stringContaining("queued") });
    expect(await invoke({ text: "Gate 5 now." }, "send_sms")).toMatchObject({ status: 200 });
    await expect
      .poll(
        () =>
          to(ana)
            .map(({ text }) => text)
            .slice(1),
        { timeout: 10_000 },
      )
      .toEqual(["Gate 4, boarding at 10:15.", "Gate 5 now."]);
    expect(await invoke({ to: "+34600111999", text: "x" })).toMatchObject({ status: 403, text: expect.stringContaining("SCOPE_VIOLATION") });
    expect(await invoke({ text: "One more" })).toMatchObject({ status: 403, text: expect.stringContaining("2 messages within a day") });
    expect(to(ana)).toHaveLength(3);
  });

  it("are told of a hand-over, signed and once", async () => {
    const { webhook } = await desk.client.call("webhooks.add", {
      url: `http://127.0.0.1:${(other.address() as AddressInfo).port}/in`,
      events: ["conversation.handed-over", "delivery.failed"],
      idempotencyKey: "w1",
    });
    await desk.client.call("conversations.takeOver", { conversationId: sessionKey, idempotencyKey: "t1" });
    await expect.poll(() => told, { timeout: 10_000 }).toMatchObject([{ type: "conversation.handed-over", data: { sessionKey, channel: "sms" } }]);
    // A person has it now: the agent's messages stay here.
    expect((await invoke({ text: "x" })).status).not.toBe(200);
    const { deliveries } = await desk.client.call("webhooks.deliveries", { webhookId: webhook.id });
    expect(deliveries).toMatchObject([{ event: "conversation.handed-over", status: "delivered", attempts: 1 }]);
  });

  it("set an agent to work by their own names", async () => {
    const post = (name: string, body: unknown, token = hookToken) =>
      fetch(`${gateway.url}/hooks/${name}`, { method: "POST", headers: { authorization: `Bearer ${token}` }, body: JSON.stringify(body) });
    expect((await post("crm", { deal: { id: 7, title: "Lisbon" } })).status).toBe(202);
    expect((await post("crm", {}, "wrong")).status).toBe(401);
    expect((await post("fax", { test: true })).status).toBe(204);
    expect((await post("fax", { from: "Hotel Sol" })).status).toBe(202);
    expect((await post("nobody", {})).status).toBe(404);
    expect((await post("wake", { text: "Look at the fax", mode: "next-heartbeat" })).status).toBe(200);
    const said = async (key: string) => JSON.stringify((await desk.client.call("chat.history", { sessionKey: key, limit: 10 })).messages);
    await expect.poll(() => said("agent:main:hook:crm-7"), { timeout: 10_000 }).toContain("The CRM says Lisbon");
    await expect.poll(() => said("agent:main:hook:fax"), { timeout: 10_000 }).toContain("A fax from Hotel Sol");
  });
});
