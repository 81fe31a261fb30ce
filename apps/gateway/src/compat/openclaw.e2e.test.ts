import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { connectWire, openWire, operator, type WireClient } from "../testing/wire-client.ts";
import { installClients, releases } from "./install-clients.ts";
import { hasTerminal, type OpenClaw, openClaw } from "./openclaw.ts";

/**
 * OpenClaw's own clients against the built gateway, as their users start them: nothing of theirs is replaced, and whatever
 * they send and expect is the contract.
 */
const clients = await installClients();
if ("leftOut" in clients) console.warn(`left out: OpenClaw's own clients, since ${clients.leftOut}`);
if (!hasTerminal) console.warn("left out: OpenClaw's terminal UI, since there is no python3 to make a terminal with");
const directories = "directories" in clients ? clients.directories : new Map<string, string>();

describe.skipIf("leftOut" in clients)("OpenClaw's own clients", () => {
  const state = temporaryState();
  let gateway: GatewayProcess;
  let wire: WireClient;

  beforeAll(async () => {
    const jobs = [
      { name: "Morning round", schedule: { kind: "cron", expr: "0 8 * * *", tz: "Europe/Madrid" }, payload: { kind: "agentTurn", message: "Look at today." } },
      { name: "Reminder", schedule: { kind: "at", at: "2037-03-28T10:15:00Z" }, payload: { kind: "systemEvent", text: "Check the group fare." } },
    ];
    writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ cron: { jobs } }), { mode: 0o600 });
    gateway = await startGateway({ stateDir: state.path });
    wire = await connectWire(gateway);
  });
  afterAll(async () => {
    wire?.end();
    await gateway?.kill();
    state.remove();
  });

  describe.each(releases)("openclaw $version", ({ version, protocol }) => {
    let cli: OpenClaw;
    const address = () => ({ url: gateway.url.replace(/^http/, "ws"), token: gateway.token });
    beforeAll(() => {
      cli = openClaw({ directory: directories.get(version)!, ...address() });
    });
    afterAll(() => cli?.close());

    // The first command of the older release takes half a minute of its own: it compiles itself.
    it("calls a method with gateway call", { timeout: 120_000 }, async () => {
      const { code, output } = await cli.run(["gateway", "call", "health", "--url", address().url, ...(protocol === 4 ? ["--token", gateway.token] : [])], {
        timeoutMs: 110_000,
      });
      expect(output).toMatch(/"ok": true/);
      expect(code).toBe(0);
    });

    it("shows health in remote mode", async () => {
      const { code, output } = await cli.run(["health"]);
      expect(output).toMatch(/Agents: main \(default\)/);
      expect(code).toBe(0);
    });

    it("talks to the agent with agent --message", async () => {
      const { code, output } = await cli.run(["agent", "--agent", "main", "--message", "hello"]);
      expect(output).toMatch(/hotel/i);
      expect(code).toBe(0);
    });

    it("lists cron jobs", async () => {
      const { code, output } = await cli.run(["cron", "list"]);
      expect(output).toContain("Morning round");
      expect(output).toMatch(/cron 0 8 \* \* \*/);
      expect(output).toMatch(/2037-03-28/);
      expect(code).toBe(0);
    });

    it.skipIf(!hasTerminal)("shows the history and a reply in its terminal UI", { timeout: 120_000 }, async () => {
      const session = `compat-${protocol}`;
      const sessionKey = `agent:main:${session}`;
      const earlier = `earlier words ${randomUUID().slice(0, 8)}`;
      await wire.ask("agent", { sessionKey, message: earlier, idempotencyKey: randomUUID() });
      await until(async () => JSON.stringify(await wire.ask("chat.history", { sessionKey })).includes('"role":"assistant"'));
      const { url, token } = address();
      const tui = cli.inTerminal(["tui", "--url", url, "--token", token, "--session", session]);
      await tui.shows(new RegExp(earlier));
      await tui.shows(/connected/);
      await pause(500);
      tui.type("rent a car for me");
      await pause(300);
      tui.type("\r");
      await tui.shows(/rental car|car/i);
      // What it shows is what the gateway answered.
      const answer = await until(async () => {
        const { messages } = (await wire.ask("chat.history", { sessionKey })).payload as { messages: { role: string; content: { text?: string }[] }[] };
        const last = messages.at(-1);
        return messages.length >= 4 && last?.role === "assistant" ? last.content.map(({ text = "" }) => text).join("") : undefined;
      });
      await tui.shows(new RegExp(escaped(answer.slice(0, 30))));
      expect(tui.output()).not.toMatch(/not connected|subscri\w+ failed/);
      await tui.stop();
    });

    it("runs a node that the gateway lists", { timeout: 90_000 }, async () => {
      const displayName = `compat node ${version}`;
      const node = cli.start(["node", "run", "--host", "127.0.0.1", "--port", String(gateway.port), "--display-name", displayName]);
      const nodes = async () =>
        ((await wire.ask("node.list", {})).payload as { nodes: { displayName?: string; connected: boolean; commands: string[] }[] }).nodes.find(
          (one) => one.displayName === displayName,
        );
      const listed = await until(async () => {
        const found = await nodes();
        return found?.connected ? found : undefined;
      }, 60_000).catch((error: unknown) => {
        throw new Error(`${String(error)}:\n${node.output().slice(-2000)}`);
      });
      expect(listed.commands).toContain("system.run");
      await node.stop();
      await until(async () => (await nodes())?.connected === false);
    });
  });

  describe("@openclaw/gateway-client and @openclaw/gateway-protocol", () => {
    interface GatewayClient {
      start(): void;
      stop(): void;
      request(method: string, params?: unknown): Promise<Record<string, unknown>>;
    }
    type Schemas = Record<string, object>;
    let client: GatewayClient;
    let hello: unknown;
    let schemas: Schemas;
    let check: (schema: object, value: unknown) => string[];

    beforeAll(async () => {
      const directory = directories.get("2026.9.6")!;
      const from = createRequire(join(directory, "package.json"));
      const load = (path: string) => import(/* @vite-ignore */ pathToFileURL(path).href) as Promise<Record<string, unknown>>;
      const { GatewayClient: Client } = (await load(join(directory, "node_modules/@openclaw/gateway-client/dist/index.mjs"))) as {
        GatewayClient: new (options: object) => GatewayClient;
      };
      schemas = (await load(join(directory, "node_modules/@openclaw/gateway-protocol/dist/schema.mjs"))) as Schemas;
      const { Value } = (await load(from.resolve("typebox/value"))) as {
        Value: { Check(schema: object, value: unknown): boolean; Errors(schema: object, value: unknown): Iterable<object> };
      };
      check = (schema, value) => (Value.Check(schema, value) ? [] : [...Value.Errors(schema, value)].slice(0, 3).map((error) => JSON.stringify(error)));
      hello = await new Promise((resolve, reject) => {
        client = new Client({
          url: gateway.url.replace(/^http/, "ws"),
          token: gateway.token,
          minProtocol: 4,
          maxProtocol: 4,
          scopes: ["operator.admin", "operator.read", "operator.write", "operator.approvals", "operator.pairing"],
          onHelloOk: resolve,
          onConnectError: reject,
        });
        client.start();
      });
      await client.request("chat.inject", { sessionKey: "main", message: "A note." }).catch(() => undefined);
    });
    afterAll(() => client?.stop());

    it("gets a hello that is theirs", () => {
      expect(hello).toMatchObject({ type: "hello-ok", protocol: 4 });
      expect(check(schemas.HelloOkSchema!, hello)).toEqual([]);
    });

    it.each([
      ["agents.list", {}, "AgentsListResultSchema"],
      ["agent.identity.get", {}, "AgentIdentityResultSchema"],
      ["models.list", {}, "ModelsListResultSchema"],
      ["commands.list", {}, "CommandsListResultSchema"],
      ["channels.status", { probe: false }, "ChannelsStatusResultSchema"],
      ["sessions.resolve", { key: "agent:main:compat-4" }, "SessionsResolveResultSchema"],
      ["sessions.resolve", { key: "agent:main:nobody", allowMissing: true }, "SessionsResolveResultSchema"],
      ["sessions.delete", { key: "agent:main:compat-3" }, "SessionsDeleteResultSchema"],
      ["logs.tail", { limit: 5 }, "LogsTailResultSchema"],
      ["config.schema", {}, "ConfigSchemaResponseSchema"],
    ])("answers %s in their form", async (method, params, schema) => {
      expect(schemas[schema], schema).toBeDefined();
      expect(check(schemas[schema]!, await client.request(method, params))).toEqual([]);
    });

    it("gives jobs and presence in their form", async () => {
      const { jobs } = (await client.request("cron.list", { includeDisabled: true })) as { jobs: unknown[] };
      expect(jobs).toHaveLength(2);
      for (const job of jobs) expect(check(schemas.CronJobSchema!, job)).toEqual([]);
      await client.request("system-event", { text: "Node: front desk", deviceId: "desk-1", host: "desk", tags: ["office"] });
      const presence = (await client.request("system-presence", {})) as unknown as { deviceId?: string }[];
      expect(presence).toEqual(expect.arrayContaining([expect.objectContaining({ deviceId: "desk-1" })]));
      for (const entry of presence) expect(check(schemas.PresenceEntrySchema!, entry)).toEqual([]);
    });
  });

  it("runs one turn for one key that comes over two connections at once", async () => {
    const other = await openWire(gateway.url);
    await other.ask("connect", operator(gateway.token));
    const request = { sessionKey: "agent:main:twice", message: "hello", idempotencyKey: randomUUID() };
    const [first, second] = await Promise.all([wire.ask("chat.send", request), other.ask("chat.send", request)]);
    expect(first.payload?.runId).toBe(request.idempotencyKey);
    expect(second.payload?.runId).toBe(request.idempotencyKey);
    await wire.ask("agent.wait", { runId: request.idempotencyKey });
    const { messages } = (await other.ask("chat.history", { sessionKey: request.sessionKey })).payload as { messages: { role: string }[] };
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
    other.end();
  });
});

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

async function until<T>(found: () => Promise<T | undefined | false>, timeoutMs = 20_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await found();
    if (value) return value;
    if (performance.now() > deadline) throw new Error("it did not come about in time");
    await pause(100);
  }
}
