import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, relative } from "node:path";
import { openAiServer } from "@travelagent/agent-runtime/testing";
import { parsePrometheus } from "@travelagent/gateway-core/testing";
import { methods } from "@travelagent/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { connectWire, openWire, operator, type WireClient } from "../testing/wire-client.ts";

/** What must be nowhere but in its own place. */
const canary = {
  argvToken: "canary-argv-token-7f3a91c2d4",
  configPassword: "canary-config-password-55ab",
  modelKey: "sk-canary-model-key-0123456789abcdef",
  vendorKey: "sk-ant-canary-env-key-abcdef0123456789",
  supplierSecret: "canary-supplier-secret-9911",
  botToken: "123456789:AAcanaryBotTokenCanaryBotToken0123",
  otlpHeader: "canary-otlp-header-4242",
  pluginKey: "canary-plugin-key-3131",
  databasePassword: "canary-db-password-2020",
};
const cards = ["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "6011 1111 1111 1117"];
const codes = ["9871", "682"];
/** Needed to book, so it is in the vault, sealed, and nowhere else. */
const passport = "XK7319452";

const config = (collector: string, model: string) => ({
  gateway: { auth: { password: canary.configPassword } },
  models: {
    providers: {
      local: { api: "openai-completions", baseUrl: model, apiKey: canary.modelKey, cooldown: false, models: [{ id: "m1", cost: { input: 2, output: 8 } }] },
    },
  },
  agents: { defaults: { model: { primary: "local/m1" } } },
  suppliers: { duffel: { baseUrl: "http://127.0.0.1:9", accessToken: canary.supplierSecret, enabled: false } },
  channels: { telegram: { enabled: false, botToken: canary.botToken } },
  plugins: { entries: { erp: { enabled: false, config: { apiKey: canary.pluginKey } } } },
  telemetry: { otlp: { endpoint: collector, headers: { "x-collector": canary.otlpHeader } } },
  logging: { level: "debug", consoleLevel: "debug" },
});

const env = { ANTHROPIC_API_KEY: canary.vendorKey, LEGACY_STORE_URL: `postgres://agency:${canary.databasePassword}@127.0.0.1/legacy` };

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : [];
  });

describe("secrets, card numbers and passports", () => {
  const state = temporaryState();
  let gateway: GatewayProcess;
  let collector: Server;
  let model: Awaited<ReturnType<typeof openAiServer>>;
  let client: WireClient;
  /** All that left the process in any way, by where. */
  const seen: Record<string, string> = {};
  const traces: { headers: Record<string, unknown>; body: string }[] = [];
  const modelRequests: string[] = [];
  const note = (where: string, text: string) => {
    seen[where] = (seen[where] ?? "") + text;
  };

  const start = async () => {
    gateway = await startGateway({ stateDir: state.path, env, args: ["--token", canary.argvToken], token: canary.argvToken });
    client = await connectWire(gateway);
  };
  const ask = async (method: string, params?: unknown) => {
    const answer = await client.ask(method, params);
    note(`rpc ${method}`, JSON.stringify(answer));
    return answer;
  };
  let keys = 0;
  const say = async (message: string, sessionKey = "agent:main:traveller") => {
    const idempotencyKey = `say-${++keys}`;
    expect(await ask("chat.send", { sessionKey, message, idempotencyKey })).toMatchObject({ ok: true });
    expect(await ask("agent.wait", { runId: idempotencyKey, timeoutMs: 15_000 })).toMatchObject({ ok: true, payload: { status: "ok" } });
    return idempotencyKey;
  };
  const get = async (path: string, headers: Record<string, string> = { authorization: `Bearer ${canary.argvToken}` }) => {
    const response = await fetch(gateway.url + path, { headers });
    const body = await response.text();
    note(`http ${path}`, `${[...response.headers].join(" ")} ${body}`);
    return body;
  };

  beforeAll(async () => {
    collector = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        traces.push({ headers: request.headers, body });
        response.setHeader("content-type", "application/json").end("{}");
      });
    });
    collector.listen(0, "127.0.0.1");
    await once(collector, "listening");
    let calls = 0;
    model = await openAiServer({
      reply: (request) => {
        modelRequests.push(JSON.stringify(request.body));
        calls += 1;
        // A provider that fails and repeats the key it was given, as some do.
        return calls % 3 === 2 ? { status: 401, message: `invalid key ${canary.modelKey}` } : { text: "Noted.", usage: { input: 12, output: 3 } };
      },
      apiKey: canary.modelKey,
    });
    writeFileSync(join(state.path, "travelagent.json"), JSON.stringify(config(`http://127.0.0.1:${(collector.address() as AddressInfo).port}`, model.url)), {
      mode: 0o600,
    });
    await start();
  });
  afterAll(async () => {
    client?.end();
    await gateway?.kill();
    collector?.close();
    await model?.close();
    state.remove();
  });

  it("drives what there is, crashes it, and goes on", async () => {
    await say("hello, flights from Madrid to Lisbon on 12 March 2027 for one adult");
    await say(`my passport is ${passport}, I am Ana Silva, ana.silva@example.com, +34 600 111 222`);
    for (const [index, card] of cards.entries()) await say(`please charge ${card}, 12/28, cvv ${codes[index % codes.length]}`);
    await say(`the security code is ${codes[0]}`);
    // Things that fail.
    await ask("chat.send", { sessionKey: "agent:main:traveller", message: cards[0], idempotencyKey: "" });
    await ask("conversations.reply", { conversationId: "agent:main:traveller", message: `is it ${cards[0]}?`, idempotencyKey: "reply-1" });
    await ask("policy.evaluate", { tool: "create_booking", args: { note: canary.modelKey } });
    const stranger = await openWire(gateway.url);
    note("rpc refused", JSON.stringify(await stranger.ask("connect", operator("not-the-token"))));
    stranger.end();
    await get("/status", { authorization: "Bearer wrong-canary-guess" });
    client.end();
    await gateway.kill();
    note("output", gateway.output());
    await start();
    await say("are you still there?");
    // Whatever can be read without naming anything, and what needs a name.
    const readable = Object.entries(methods).filter(
      ([, spec]) =>
        ["operator.read", "operator.approvals", "operator.pairing"].includes(spec.scope) && !("idempotent" in spec) && spec.params.safeParse({}).success,
    );
    expect(readable.length).toBeGreaterThan(15);
    for (const [method] of readable) await ask(method, {});
    for (const [method, params] of [
      ["health", { probe: true }],
      ["config.get", undefined],
      ["config.schema", undefined],
      ["chat.history", { sessionKey: "agent:main:traveller" }],
      ["logs.tail", { limit: 5000, maxBytes: 1_000_000 }],
      ["no.such.method", undefined],
    ] as const)
      await ask(method, params);
    for (const path of ["/metrics", "/status", "/readyz", "/health", "/", "/nothing"]) await get(path);
    parsePrometheus(await get("/metrics"));
    note("events", JSON.stringify(client.frames));
  });

  it("masks secrets in every answer about the configuration, and takes no mask back", async () => {
    const shown = (await ask("config.get")).payload as { raw: string; parsed: Record<string, unknown>; hash: string };
    expect(shown.parsed).toMatchObject({ models: { providers: { local: { apiKey: "***" } } }, suppliers: { duffel: { accessToken: "***" } } });
    for (const attempt of [
      ["config.set", { raw: shown.raw, baseHash: shown.hash }],
      ["config.patch", { raw: '{ gateway: { auth: { password: "***" } } }', baseHash: shown.hash }],
    ] as const)
      expect(await ask(attempt[0], attempt[1])).toMatchObject({ ok: false, error: { code: "INVALID_REQUEST" } });
    expect(readFileSync(join(state.path, "travelagent.json"), "utf8")).toContain(canary.modelKey);
  });

  it("tells the customer how to pay instead", async () => {
    const history = JSON.stringify((await ask("chat.history", { sessionKey: "agent:main:traveller" })).payload);
    expect(history).toContain("[card number removed]");
    expect(history).toContain("For your safety I have removed the card number");
  });

  it("has traced the flow, with nobody's words in it", async () => {
    await expect.poll(() => traces.map(({ body }) => body).join(), { timeout: 8_000 }).toContain("invoke_agent");
    const all = traces.map(({ body }) => body).join("\n");
    for (const name of ["chat.send", "receive webchat", "invoke_agent", "chat m1", "send webchat", "gen_ai.usage.input_tokens"]) expect(all).toContain(name);
    expect(all).not.toMatch(/Lisbon|Ana Silva|ana\.silva|600 111|Noted|flights from/i);
    expect(traces[0]!.headers["x-collector"]).toBe(canary.otlpHeader);
    note("traces", all);
  });

  it("has none of them anywhere but in its own home", async () => {
    client.end();
    await gateway.stop();
    note("output", gateway.output());
    const home: Record<string, string[]> = { "travelagent.json": Object.values(canary), "travelagent.json.last-good": Object.values(canary) };
    const found: string[] = [];
    const bare = cards.map((card) => card.replace(/\D/g, ""));
    const look = (where: string, text: string, allowed: readonly string[]) => {
      for (const [name, secret] of Object.entries(canary)) if (text.includes(secret) && !allowed.includes(secret)) found.push(`${name} in ${where}`);
      for (const card of [...cards, ...bare]) if (text.includes(card)) found.push(`card ${card} in ${where}`);
      for (const code of codes) if (new RegExp(`(?:cvv|code)[^\\n]{0,30}\\b${code}\\b`, "i").test(text)) found.push(`code ${code} in ${where}`);
    };
    const files = filesIn(state.path);
    expect(files.length).toBeGreaterThan(6);
    // What was said is there, and the number of the passport is sealed.
    expect(files.some((path) => readFileSync(path, "latin1").includes("I am Ana Silva"))).toBe(true);
    for (const path of files) expect([path, readFileSync(path, "latin1").includes(passport)]).toEqual([path, false]);
    expect(modelRequests.join("\n")).not.toContain(passport);
    for (const path of files) {
      const name = relative(state.path, path);
      const text = readFileSync(path, "latin1");
      look(name, text, home[name] ?? []);
      expect([name, statSync(path).mode & 0o077]).toEqual([name, 0]);
      if (name.startsWith("logs/")) {
        expect(text).not.toContain(passport);
        expect(text).not.toMatch(/Ana Silva|ana\.silva@example|600 111 222|agent:main:traveller/);
        for (const line of text.trimEnd().split("\n"))
          expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), subsystem: expect.any(String), message: expect.any(String) });
      }
    }
    for (const [where, text] of Object.entries(seen)) look(where, text, []);
    look("model requests", modelRequests.join("\n"), []);
    expect(found).toEqual([]);
    for (const where of ["http /metrics", "http /status", "rpc logs.tail", "rpc health", "output", "traces"])
      expect([where, seen[where]?.includes(passport)]).toEqual([where, false]);
  });

  it("has one id on all log lines of a turn", async () => {
    const lines = readdirSync(join(state.path, "logs"))
      .flatMap((name) =>
        readFileSync(join(state.path, "logs", name), "utf8")
          .trimEnd()
          .split("\n"),
      )
      .map((line) => JSON.parse(line) as Record<string, string>);
    const flow = lines.filter(({ runId }) => runId === "say-1").map(({ message }) => message);
    expect(flow).toEqual(expect.arrayContaining(["a message came in", "a turn began", "a model was called", "a turn ended", "a message went out"]));
    expect(new Set(lines.filter(({ runId }) => runId === "say-1").map(({ sessionKey }) => sessionKey)).size).toBe(1);
    expect(lines.find(({ runId, message }) => runId === "say-1" && message === "a message came in")?.requestId).toMatch(/-\d+$/);
  });
});
