import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, it } from "vitest";
import { type Talk, talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { modelGateway } from "../testing/model-gateway.ts";

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function start(config?: unknown): Promise<{ gateway: GatewayProcess; stateDir: string }> {
  const state = temporaryState();
  opened.push(() => state.remove());
  if (config) writeFileSync(join(state.path, "travelagent.json"), JSON.stringify(config));
  const gateway = await startGateway({ stateDir: state.path });
  opened.push(() => gateway.stop());
  return { gateway, stateDir: state.path };
}

async function chat(gateway: GatewayProcess, sessionKey: string): Promise<Talk> {
  const open = await talk({ url: gateway.url, token: gateway.token, sessionKey });
  opened.push(() => open.close());
  return open;
}

const send = async ({ client, sessionKey }: Talk, message: string): Promise<string> =>
  (await client.call("chat.send", { sessionKey, message, idempotencyKey: randomUUID() })).runId;

const ended = async ({ client }: Talk, runId: string) => {
  const end = await client.call("agent.wait", { runId, timeoutMs: 20_000 }, { timeoutMs: 25_000 });
  expect(end).toMatchObject({ status: "ok" });
};

describe("messages that come faster than answers", () => {
  it("are answered together, all of them, in ten chats at once", async () => {
    const { gateway, stateDir } = await start({ messages: { queue: { debounceMs: 300 } } });
    const chats = await Promise.all(Array.from({ length: 10 }, (_, index) => chat(gateway, `agent:main:burst${index}`)));
    const parts = ["Hello", "I am looking for a flight", "from Barcelona", "to Lisbon", "for two adults", "on 14 May next year", "one way", "please"];
    const runs = await Promise.all(chats.map((open) => Promise.all(parts.map((part) => send(open, part)))));
    await Promise.all(chats.map((open, index) => Promise.all(runs[index]!.map((runId) => ended(open, runId)))));
    for (const open of chats) {
      const history = await open.history();
      const said = history
        .filter(({ role }) => role === "user")
        .map(({ content }) => JSON.stringify(content))
        .join("\n");
      for (const part of parts) expect(said).toContain(part);
      const answers = history.filter(({ role }) => role === "assistant" && open);
      expect(JSON.stringify(answers)).toContain("Lisbon");
    }
    expect(await gateway.stop()).toBe(0);
    const db = new DatabaseSync(join(stateDir, "data", "travelagent.db"), { readOnly: true });
    expect(db.prepare("select status, count(*) as n from inbox group by status").all()).toEqual([{ status: "answered", n: 80 }]);
    const turns = db.prepare("select session_key, count(*) as n from outbox group by session_key").all() as { n: number }[];
    expect(turns).toHaveLength(10);
    for (const { n } of turns) expect(n).toBeLessThanOrEqual(2);
    db.close();
  });

  it("are not lost when the process is killed while they wait", async () => {
    const { gateway, stateDir } = await start({ messages: { queue: { debounceMs: 1_500 } } });
    const first = await chat(gateway, "agent:main:killed");
    const runs = await Promise.all(["Hello", "Flights from Madrid", "to Rome"].map((part) => send(first, part)));
    await gateway.kill();
    const again = await startGateway({ stateDir });
    opened.push(() => again.stop());
    const second = await chat(again, "agent:main:killed");
    await Promise.all(runs.map((runId) => ended(second, runId)));
    expect(JSON.stringify((await second.history()).filter(({ role }) => role === "user"))).toMatch(/Hello.*Madrid.*Rome/);
  });
});

describe("a message that comes while its turn runs", () => {
  it("is heard in that turn once the mode is changed to steer, without a restart", async () => {
    const bench = await modelGateway();
    opened.push(() => bench.close());
    const open = await chat(bench.gateway, "agent:main:steered");
    const { hash } = (await open.client.call("config.get", {})) as { hash: string };
    const patch = { raw: JSON.stringify({ messages: { queue: { mode: "steer" } } }), baseHash: hash };
    expect(await open.client.call("config.patch", patch)).toMatchObject({ restart: { needed: false } });

    const asked: string[] = [];
    const { promise: second, resolve: sent } = Promise.withResolvers<void>();
    bench.script = async (request) => {
      asked.push(JSON.stringify(request));
      if (asked.length > 1) return { text: "Business it is." };
      await second;
      return { toolCalls: [{ name: "search_flights", arguments: { origin: "BCN", destination: "LIS", departureDate: "2027-05-14", adults: 1 } }] };
    };
    // The change counts once the answer to it is on its way.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const first = await send(open, "A flight from Barcelona to Lisbon on 14 May 2027");
    await expect.poll(() => asked.length).toBe(1);
    const later = await send(open, "make it business class");
    sent();
    await ended(open, first);
    await ended(open, later);
    expect(asked[1]).toContain("make it business class");
    const history = await open.history();
    expect(history.filter(({ role }) => role === "user").map(({ content }) => content)).toEqual([
      "A flight from Barcelona to Lisbon on 14 May 2027",
      "make it business class",
    ]);
    expect(JSON.stringify(history.at(-1))).toContain("Business it is.");
    expect(asked).toHaveLength(2);
  });
});

describe("the kill switch", () => {
  it("hands everything to people, says so in health and audit, and holds over a restart", async () => {
    const { gateway, stateDir } = await start();
    const open = await chat(gateway, "agent:main:paused");
    const { client } = open;
    expect(await client.call("agents.pause", { reason: "too expensive" })).toMatchObject({ paused: [{ agentId: "*" }] });
    await ended(open, await send(open, "Flights from Madrid to Rome"));
    expect((await client.call("health", { probe: true })).degraded).toContain("agents:paused");
    expect((await client.call("audit.list", {})).entries).toEqual([expect.objectContaining({ tool: "agents.pause", reason: "too expensive" })]);
    await gateway.stop();

    const again = await startGateway({ stateDir });
    opened.push(() => again.stop());
    const later = await chat(again, "agent:main:other");
    const runId = await send(later, "Hello");
    await ended(later, runId);
    expect(JSON.stringify(await later.history())).toContain("A colleague");
    expect((await later.client.call("queue.status", {})).waiting).toBe(0);
    await later.client.call("agents.resume", {});
    const third = await chat(again, "agent:main:third");
    expect((await third.say("Hello")).text).not.toContain("A colleague takes care");
  });
});
