import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openAiServer } from "@travelagent/agent-runtime/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { card, day } from "../testing/journeys.ts";
import { connectWire, type WireClient } from "../testing/wire-client.ts";

/** Methods that several packages serve together, on the built gateway. */
describe("methods of the wire", () => {
  const state = temporaryState();
  let gateway: GatewayProcess;
  let wire: WireClient;
  let server: Awaited<ReturnType<typeof openAiServer>>;
  const ask = async (method: string, params: object = {}): Promise<Record<string, unknown>> => {
    const { ok, payload, error } = await wire.ask(method, params);
    if (!ok) throw Object.assign(new Error(error?.message), error);
    return payload ?? {};
  };

  beforeAll(async () => {
    server = await openAiServer({ reply: () => ({ text: "Gladly." }) });
    const local = { api: "openai-completions", baseUrl: server.url, models: [{ id: "m1", cost: { input: 1000, output: 2000 } }] };
    writeFileSync(
      join(state.path, "travelagent.json"),
      JSON.stringify({
        models: { providers: { local } },
        agents: {
          list: [
            { id: "main", identity: { name: "Marta", emoji: "🧳" }, model: "concierge/concierge" },
            { id: "sales", model: "local/m1" },
          ],
        },
      }),
      { mode: 0o600 },
    );
    gateway = await startGateway({ stateDir: state.path });
    wire = await connectWire(gateway);
  });
  afterAll(async () => {
    wire?.end();
    await gateway?.kill();
    await server?.close();
    state.remove();
  });

  it("keeps what models used by run, and over a restart", async () => {
    const runId = randomUUID();
    await ask("sessions.subscribe");
    await ask("chat.send", { sessionKey: "agent:sales:main", message: "hello", idempotencyKey: runId });
    expect(await ask("agent.wait", { runId })).toMatchObject({ status: "ok", startedAt: expect.any(Number), endedAt: expect.any(Number) });
    const changed = await wire.heard(({ event, payload }) => event === "sessions.changed" && payload?.sessionKey === "agent:sales:main");
    const { session } = changed.payload as { session: { totalTokens: number; modelProvider: string; model: string; lastChannel: string } };
    expect(session).toMatchObject({ modelProvider: "local", model: "m1", lastChannel: "webchat" });
    expect(session.totalTokens).toBeGreaterThan(0);

    const cost = async () => {
      const { totals, byModel, byAgent } = await ask("usage.cost", { days: 2 });
      return { totals, byModel, byAgent } as { totals: { totalTokens: number; totalCost: number; runs: number }; byModel: object[]; byAgent: object[] };
    };
    const before = await cost();
    expect(before).toMatchObject({
      totals: { totalTokens: session.totalTokens, runs: 1 },
      byModel: [{ provider: "local", model: "m1" }],
      byAgent: [{ agentId: "sales" }],
    });
    expect(before.totals.totalCost).toBeGreaterThan(0);
    wire.end();
    await gateway.stop();
    gateway = await startGateway({ stateDir: state.path });
    wire = await connectWire(gateway);
    expect(await cost()).toEqual(before);
  });

  it("deletes no session while a question of it is open", async () => {
    const sessionKey = "agent:main:trip";
    const customer = await talk({ ...gateway, sessionKey });
    try {
      const offers = card(await customer.say(`Flights from Madrid to Lisbon on ${day(40)} for one adult, one way`), "offers");
      await customer.say(String(offers.offers[0]!.number));
      const question = card(await customer.say("Ana Silva, ana.silva@example.com"), "confirmation");
      await expect(ask("sessions.delete", { key: sessionKey })).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining("confirmation") });
      await customer.say("No, thank you", { action: { type: "decline", id: question.confirmationId } });
      const { deleted, archived } = await ask("sessions.delete", { key: sessionKey });
      expect(deleted).toBe(true);
      expect(archived).toHaveLength(1);
      expect(await ask("sessions.describe", { key: sessionKey })).toEqual({ session: null });
      // The key is free again: whoever writes begins anew.
      await customer.say("hello");
      expect(await customer.history()).toHaveLength(2);
    } finally {
      await customer.close();
    }
  });

  it("names its agents, models and skills", async () => {
    expect(await ask("agents.list")).toMatchObject({
      defaultId: "main",
      mainKey: "main",
      scope: "per-sender",
      agents: [
        { id: "main", identity: { name: "Marta", emoji: "🧳" } },
        { id: "sales", model: { primary: "local/m1", fallbacks: ["concierge/concierge"] } },
      ],
    });
    expect(await ask("agent.identity.get", { sessionKey: "agent:main:main" })).toEqual({
      agentId: "main",
      name: "Marta",
      nameSource: "config",
      avatar: "🧳",
      emoji: "🧳",
    });
    await expect(ask("agent.identity.get", { agentId: "nobody" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    const { skills } = (await ask("skills.status")) as { skills: { name: string; eligible: boolean; source: string }[] };
    expect(skills.map(({ name }) => name)).toContain("flight-booking");
    expect(skills.every(({ eligible, source }) => eligible && source === "bundled")).toBe(true);
    expect(await ask("models.list")).toMatchObject({
      models: [
        { id: "m1", provider: "local" },
        { id: "concierge", provider: "concierge" },
      ],
    });
  });

  it("refuses what it does not know, by name", async () => {
    await expect(ask("sessions.patch", { key: "main", verboseLevel: "full" })).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("verboseLevel"),
    });
    await expect(ask("send", { to: "x", message: "y", channel: "telegram", idempotencyKey: "s1" })).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: "unsupported channel: telegram",
    });
    for (const absent of ["channels.logout"]) await expect(ask(absent)).rejects.toMatchObject({ message: `unknown method: ${absent}` });
  });
});
