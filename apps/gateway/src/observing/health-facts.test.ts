import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptedModel } from "@travelagent/agent-runtime/testing";
import { openEngine } from "@travelagent/engine";
import type { ChannelStatus } from "@travelagent/gateway-core";
import type { McpServerStatus } from "@travelagent/mcp-client";
import { TravelAgentError } from "@travelagent/protocol";
import type { Engine } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { createSessions, fileTranscripts } from "@travelagent/sessions";
import type { Supplier, SupplierStatus } from "@travelagent/tools-booking";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { healthFacts } from "./health-facts.ts";
import { createModelHealth } from "./model-health.ts";
import { createStoreHealth, type StoreState } from "./store-health.ts";

describe("health facts", () => {
  let directory: string;
  let engine: Engine;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "health-"));
    engine = openEngine({ path: join(directory, "test.db") });
  });
  afterEach(async () => {
    await engine.stop();
    chmodSync(directory, 0o700);
    rmSync(directory, { recursive: true, force: true });
  });

  async function bench() {
    const clock = fakeClock();
    const sessions = createSessions({ db: engine.db, transcripts: fileTranscripts({ directory }), clock });
    await sessions.start();
    for (const name of ["a", "b", "c", "d", "e", "f", "g"]) await sessions.ensure(`agent:main:${name}`);
    const stores = createStoreHealth({ db: engine.db, directory, clock });
    await stores.migrate();
    const state = {
      channels: [{ id: "webchat", accountId: "default", state: "running", attempts: 0 }] as ChannelStatus[],
      searches: [{ id: "sandbox", live: false, kinds: ["flight"] }] as SupplierStatus[],
      stores: undefined as StoreState[] | undefined,
      find: async () => null as never,
      found: 0,
      degraded: [] as string[],
      mcp: [] as McpServerStatus[],
    };
    const model = scriptedModel(["Hello", new TravelAgentError("MODEL_AUTH", "no"), "Hello", "Hello"]);
    const changes: number[] = [];
    const models = createModelHealth({ now: clock.now, onChange: () => changes.push(clock.now()) });
    const supplier = {
      id: "sandbox",
      live: false,
      flights: {
        find: async () => {
          state.found += 1;
          return state.find();
        },
      },
    } as unknown as Supplier;
    const read = healthFacts({
      clock,
      channels: () => state.channels,
      agents: () => ({ defaultAgentId: "main", agentIds: ["main"] }),
      sessions,
      sessionsPath: (agentId) => `/state/agents/${agentId}/sessions`,
      suppliers: [supplier],
      searches: () => state.searches,
      modelsOf: () => [model],
      models,
      stores: { migrate: stores.migrate, read: async () => state.stores ?? stores.read() },
      mcpServers: () => state.mcp,
      eventLoop: {
        read: () => ({ degraded: false, delayMeanMs: 0, delayP99Ms: 0, delayMaxMs: 0, reasons: [], intervalMs: 1000, cpuCoreRatio: 0.1, utilization: 0 }),
        stop: () => {},
      },
      alsoDegraded: () => state.degraded,
    });
    return { clock, state, read, models, model, changes };
  }

  it("has the keys that clients of OpenClaw's wire know, and what is ours", async () => {
    const { read, model, state } = await bench();
    const facts = await read(false);
    expect(facts).toMatchObject({
      ok: true,
      channels: { webchat: { configured: true, linked: true, state: "running", accounts: { default: { linked: true } } } },
      channelOrder: ["webchat"],
      channelLabels: { webchat: "Webchat" },
      heartbeatSeconds: 0,
      defaultAgentId: "main",
      agents: [{ agentId: "main", isDefault: true, heartbeat: { enabled: false, everyMs: null }, sessions: { path: "/state/agents/main/sessions", count: 7 } }],
      sessions: { count: 7 },
      suppliers: [{ id: "sandbox", state: "untried" }],
      models: [{ state: "untried" }],
      stores: [
        { id: "database", state: "ok" },
        { id: "state-directory", state: "ok", freeBytes: expect.any(Number) },
      ],
      degraded: [],
    });
    expect((facts.sessions as { recent: unknown[] }).recent).toHaveLength(5);
    // Nobody outside was asked.
    expect(model.requests).toHaveLength(0);
    expect(state.found).toBe(0);
  });

  it("asks suppliers and models on a probe, and says which of them do not answer", async () => {
    const { read, state, model } = await bench();
    expect(await read(true)).toMatchObject({ suppliers: [{ state: "ok", probe: { ok: true } }], models: [{ probe: { ok: true } }], degraded: [] });
    expect(model.requests).toHaveLength(1);
    expect(state.found).toBe(1);
    state.find = () => Promise.reject(new TravelAgentError("SUPPLIER_UNAVAILABLE", "down"));
    expect(await read(true)).toMatchObject({
      ok: true,
      suppliers: [{ state: "failing", probe: { ok: false, error: "SUPPLIER_UNAVAILABLE" } }],
      models: [{ state: "failing", probe: { ok: false, error: "MODEL_AUTH" } }],
      degraded: ["supplier:sandbox", expect.stringMatching(/^model:/)],
    });
  });

  it("does not wait for ever for one that says nothing", async () => {
    const { read, state, clock } = await bench();
    state.find = () => new Promise(() => {});
    let done = false;
    const reading = Promise.resolve(read(true)).finally(() => {
      done = true;
    });
    await expect
      .poll(async () => {
        await clock.advance(1_000);
        return done;
      })
      .toBe(true);
    expect(await reading).toMatchObject({ suppliers: [{ state: "failing", probe: { error: "TIMEOUT" } }] });
  });

  it("tells of models what became of their last calls, and since when", async () => {
    const { read, models, model, clock, changes } = await bench();
    const note = (outcome: string) => models.note({ provider: model.provider, model: model.id, outcome });
    const modelState = async () => ((await read(false)).models as { state: string; since: number; code?: string }[])[0]!;
    note("ok");
    expect(await modelState()).toMatchObject({ state: "ok" });
    await clock.advance(1_000);
    const broken = clock.now();
    for (const [outcome, state] of [
      ["MODEL_RATE_LIMITED", "rate-limited"],
      ["MODEL_OVERLOADED", "overloaded"],
      ["MODEL_AUTH", "auth-error"],
    ] as const) {
      note(outcome);
      expect(await modelState()).toMatchObject({ state, since: broken, code: outcome, lastOkAt: broken - 1_000 });
    }
    await clock.advance(1_000);
    // The request was wrong, not the model that has answered before.
    note("MODEL_REJECTED");
    note("CANCELLED");
    expect(await modelState()).toMatchObject({ state: "auth-error" });
    expect((await modelState()).since).toBe(broken);
    expect((await read(false)).degraded).toEqual([`model:${model.provider}/${model.id}`]);
    note("ok");
    expect((await read(false)).degraded).toEqual([]);
    expect(changes).toHaveLength(4);
  });

  it("is not ok when the store cannot write, and names channels, disk and what others report", async () => {
    const { read, state } = await bench();
    state.channels = [
      { id: "phone", accountId: "a", state: "running", attempts: 0 },
      { id: "phone", accountId: "b", state: "backing-off", attempts: 3, lastError: "no route" },
    ];
    state.degraded = ["config"];
    state.searches = [{ ...state.searches[0]!, lastSearch: { id: "sandbox", status: "timeout", ms: 8000, at: "2027-01-15T09:00:00Z" } }];
    state.stores = [
      { id: "database", state: "full", ms: 1, error: "STORAGE_FULL" },
      { id: "state-directory", state: "ok", ms: 1 },
    ];
    expect(await read(false)).toMatchObject({
      ok: false,
      channels: { phone: { linked: false, state: "backing-off", accounts: { a: { linked: true }, b: { lastError: "no route" } } } },
      suppliers: [{ state: "failing", lastSearch: { status: "timeout" } }],
      degraded: ["store:database", "channel:phone", "supplier:sandbox", "config"],
    });
  });

  it("finds a directory that cannot be written and a database that is gone", async () => {
    const clock = fakeClock();
    const gone = createStoreHealth({ db: engine.db, directory: join(directory, "nowhere"), clock });
    await gone.migrate();
    expect(await gone.read()).toMatchObject([
      { id: "database", state: "ok" },
      { id: "state-directory", state: "failing", error: "ENOENT" },
    ]);
    await engine.stop();
    expect((await gone.read())[0]).toMatchObject({ id: "database", state: "failing" });
  });

  it("names servers of tools that are gone, wait for an operator, or did not come back yet", async () => {
    const { read, state } = await bench();
    const server = (id: string, rest: Partial<McpServerStatus>): McpServerStatus => ({ id, state: "ready", offered: [], waiting: [], ...rest });
    state.mcp = [
      server("fx", { offered: ["mcp_fx_rates"] }),
      server("new", { state: "connecting" }),
      server("again", { state: "connecting", error: "spawn failed: /opt/again" }),
      server("gone", { state: "failed", error: "spawn failed: /opt/gone" }),
      server("asks", { state: "needs-approval", waiting: [{ name: "a", description: "words of a stranger", change: "new" }] }),
    ];
    const facts = await read(false);
    expect(facts.degraded).toEqual(["mcp:again", "mcp:gone", "mcp:asks"]);
    expect(facts.mcpServers).toEqual([
      { id: "fx", state: "ready", offered: 1, waiting: 0 },
      { id: "new", state: "connecting", offered: 0, waiting: 0 },
      { id: "again", state: "connecting", offered: 0, waiting: 0 },
      { id: "gone", state: "failed", offered: 0, waiting: 0 },
      { id: "asks", state: "needs-approval", offered: 0, waiting: 1 },
    ]);
  });
});
