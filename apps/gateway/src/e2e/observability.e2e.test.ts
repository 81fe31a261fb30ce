import { parsePrometheus } from "@travelagent/gateway-core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ModelGateway, modelGateway } from "../testing/model-gateway.ts";
import { connectWire, openWire, operator, type WireClient } from "../testing/wire-client.ts";

describe("what can be seen of a gateway from outside", () => {
  let bench: ModelGateway;
  let client: WireClient;
  beforeAll(async () => {
    bench = await modelGateway();
    client = await connectWire(bench.gateway);
  });
  afterAll(async () => {
    client?.end();
    await bench?.close();
  });

  let keys = 0;
  const say = async (message: string) => {
    const idempotencyKey = `run-${++keys}`;
    expect(await client.ask("chat.send", { sessionKey: "main", message, idempotencyKey })).toMatchObject({ ok: true });
    await client.ask("agent.wait", { runId: idempotencyKey, timeoutMs: 15_000 });
    return idempotencyKey;
  };
  const get = async (path: string) => (await fetch(bench.gateway.url + path, { headers: { authorization: `Bearer ${bench.gateway.token}` } })).text();
  const healthEvents = () => client.frames.filter(({ event }) => event === "health").map(({ payload }) => payload as { ok: boolean; degraded: string[] });

  it("health tells channels, models, suppliers and stores from the first answer on", async () => {
    expect((await client.ask("health")).payload).toMatchObject({
      ok: true,
      channels: { webchat: { state: "running" } },
      channelOrder: expect.arrayContaining(["webchat"]),
      defaultAgentId: "main",
      suppliers: [{ id: "sandbox", state: "untried" }],
      models: [
        { id: "local/m1", state: "untried" },
        { id: "concierge/concierge", state: "untried" },
      ],
      stores: [{ id: "database", state: "ok" }, { id: "state-directory" }],
      degraded: [],
    });
    expect((await client.ask("status")).payload).toMatchObject({
      version: expect.any(String),
      heartbeat: { defaultAgentId: "main" },
      channelSummary: expect.arrayContaining(["webchat: running"]),
      sessions: { count: expect.any(Number), defaults: { model: "m1" } },
    });
  });

  it("operators hear when a model cannot be used, and when it can again; nobody who only reads is told twice", async () => {
    bench.script = () => ({ status: 401 });
    await say("hello");
    await expect.poll(healthEvents).toMatchObject([{ ok: true, degraded: ["model:local/m1"] }]);
    expect(JSON.parse(await get("/readyz"))).toEqual({ ready: true, degraded: ["model:local/m1"] });
    for (let reads = 0; reads < 5; reads += 1) await client.ask("health");
    expect((await client.ask("health", { probe: true })).payload).toMatchObject({
      models: [{ state: "auth-error", code: "MODEL_AUTH", probe: { ok: false } }, { probe: { ok: true } }],
      suppliers: [{ id: "sandbox", state: "ok", probe: { ok: true } }],
    });
    expect(healthEvents()).toHaveLength(1);
    bench.script = () => ({ text: "Hello." });
    await client.ask("health", { probe: true });
    await expect.poll(healthEvents).toMatchObject([{ degraded: ["model:local/m1"] }, { ok: true, degraded: [] }]);
  });

  it("the log goes on from a cursor, over the wire", async () => {
    const { file, cursor } = (await client.ask("logs.tail", { limit: 1 })).payload as { file: string; cursor: number };
    const runId = await say("one more");
    const news = async () => {
      const page = (await client.ask("logs.tail", { file, cursor })).payload as { lines: string[]; reset: boolean };
      expect(page.reset).toBe(false);
      return page.lines
        .map((line) => JSON.parse(line) as Record<string, string>)
        .filter((line) => line.runId === runId)
        .map(({ message }) => message);
    };
    await expect.poll(news).toEqual(expect.arrayContaining(["a message came in", "a turn ended", "a message went out"]));
  });

  it("metrics are what a strict reader takes, with models, tools, queues and the event loop in them", async () => {
    await client.ask("no.such.method");
    const families = parsePrometheus(await get("/metrics"));
    const names = families.map(({ name }) => name.replace("travelagent_", ""));
    for (const name of [
      "messages_in_total",
      "messages_out_total",
      "turns_total",
      "turn_seconds",
      "queue_depth",
      "queue_wait_seconds",
      "deliveries_total",
      "tool_calls_total",
      "tool_call_seconds",
      "model_calls_total",
      "model_tokens_total",
      "model_cost_usd_total",
      "event_loop_delay_seconds",
      "event_loop_utilization_ratio",
      "sessions",
      "connections",
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
      "build_info",
      "requests_total",
    ])
      expect(names).toContain(name);
    const calls = families.find(({ name }) => name === "travelagent_model_calls_total")!.samples;
    expect(calls).toContainEqual(expect.objectContaining({ labels: { provider: "local", model: "m1", outcome: "MODEL_AUTH" } }));
    expect(families.find(({ name }) => name === "travelagent_connections")!.samples).toContainEqual(
      expect.objectContaining({ labels: { role: "operator" }, value: 1 }),
    );
  });

  it("goes on when whoever read its output is gone", async () => {
    bench.gateway.hangUp();
    bench.script = () => ({ text: "Still here." });
    // Each of these is a line of the log, which nobody can be told any more.
    for (let count = 0; count < 3; count++) await openWire(bench.gateway.url).then((stranger) => stranger.ask("connect", operator("wrong")));
    await say("Are you there?");
    expect(JSON.parse(await get("/health"))).toMatchObject({ ok: true });
  });
});
