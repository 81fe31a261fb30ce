import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGate, type Gate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { fakeHost } from "@travelagent/channel-kit/testing";
import { openEngine } from "@travelagent/engine";
import { systemClock } from "@travelagent/protocol/ports";
import { recordingLogger } from "@travelagent/protocol/testing";
import type { TurnScope } from "@travelagent/protocol/turn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PluginEntry } from "../folder/entry.ts";
import { readPluginFolder } from "../folder/read-folder.ts";
import { writePlugin } from "../testing/write-plugin.ts";
import { createPlugins, type Plugins, type PluginsOptions } from "./plugins.ts";

let home: string;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "plugin-"));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(home, { recursive: true, force: true });
});

type Given = Parameters<typeof writePlugin>[1] & { entry?: Partial<PluginEntry> };
/** Approved as it is written. */
async function entryOf(id: string, { entry, ...given }: Given = {}): Promise<PluginEntry> {
  const path = writePlugin(join(home, id), { ...given, manifest: { id, ...given.manifest } });
  const sha256 = await readPluginFolder(path).then(
    (folder) => folder.sha256,
    () => "0".repeat(64),
  );
  return { id, enabled: true, path, sha256, config: {}, publicRoutes: false, ...entry };
}
async function started(entries: PluginEntry[], options: Partial<PluginsOptions> = {}): Promise<Plugins> {
  const plugins = await createPlugins({ entries, stage: join(home, "stage"), clock: systemClock, loadTimeoutMs: 300, hookTimeoutMs: 200, ...options });
  plugins.start();
  await plugins.settled(5_000);
  closing.push(() => plugins.stop("the test is over"));
  return plugins;
}
const stateOf = (plugins: Plugins, id = "fx") => plugins.status().find((one) => one.id === id);
const call = { requestId: "r", actor: "ana", scopes: ["operator.admin"], signal: new AbortController().signal };
const readTool = (name: string, body: string) =>
  `api.registerTool({ name: "${name}", description: "A tool of a test", effect: "read", parameters: { type: "object", properties: {} }, execute() { ${body} } });`;
const register = (body: string) => `export default { async register(api) { ${body} } };`;

describe("what is loaded", () => {
  it("is what was approved, and nothing that only lies there", async () => {
    const marker = join(home, "ran");
    const code = `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(marker)}, "yes"); export default { register() {} };`;
    const approved = await entryOf("fx", { code });
    await entryOf("stray", { code });
    for (const [entry, state, reason] of [
      [{ ...approved, enabled: false }, "disabled", "enabled is false"],
      [
        { ...approved, sha256: undefined },
        "needs-approval",
        `nobody approved it yet; after reading them: travelagent plugins enable fx --sha256 ${approved.sha256}`,
      ],
      [
        { ...approved, sha256: "0".repeat(64) },
        "needs-approval",
        `its files are not those that were approved; after reading them: travelagent plugins enable fx --sha256 ${approved.sha256}`,
      ],
    ] as const) {
      const plugins = await started([entry as PluginEntry], { searchPaths: [home] });
      expect(stateOf(plugins)).toMatchObject({ state, reason: expect.stringContaining(reason) });
      expect(stateOf(plugins, "stray")).toMatchObject({ state: "available", enabled: false });
    }
    expect(stateOf(await started([approved], { deny: ["fx"] }))).toMatchObject({ state: "disabled", reason: "plugins.deny names it" });
    expect(stateOf(await started([approved], { allow: ["other"] }))).toMatchObject({ state: "disabled", reason: "plugins.allow does not name it" });
    expect(stateOf(await started([approved], { allow: ["fx"], deny: ["fx"] }))).toMatchObject({ state: "disabled" });
    writeFileSync(join(home, "fx", "extra.js"), "");
    expect(stateOf(await started([approved]))).toMatchObject({ state: "needs-approval" });
    expect(() => rmSync(marker)).toThrow("ENOENT");
    const again = await entryOf("fx", { code });
    rmSync(join(home, "fx", "extra.js"));
    expect(stateOf(await started([{ ...again, sha256: approved.sha256! }]))).toMatchObject({ state: "loaded", enabled: true });
    rmSync(marker);
  });

  it("is found by its id, unless two are called so", async () => {
    const { path: _, ...entry } = await entryOf("fx");
    expect(stateOf(await started([entry], { searchPaths: [home] }))).toMatchObject({ state: "loaded" });
    expect(stateOf(await started([entry], { searchPaths: [join(home, "fx")] }))).toMatchObject({ state: "loaded" });
    writePlugin(join(home, "copy"), {});
    expect(stateOf(await started([entry], { searchPaths: [home] }))).toMatchObject({ state: "failed", reason: expect.stringContaining("are both fx") });
    expect(stateOf(await started([entry]))).toMatchObject({ state: "failed", reason: expect.stringContaining("there is no plugin fx in plugins.load.paths") });
  });

  it("runs as it was approved, whatever becomes of its folder, and finds the kit and nothing beside itself", async () => {
    const entry = await entryOf("fx", {
      manifest: { tools: ["fx_say"] },
      code: `import { definePlugin } from "@travelagent/plugin-kit"; export default definePlugin({ register(api) { ${readTool("fx_say", 'return import("./later.js").then((m) => ({ content: m.default }));')} } });`,
      files: { "later.js": 'export default "as approved";' },
    });
    const plugins = await started([entry]);
    writeFileSync(join(home, "fx", "later.js"), 'export default "changed";');
    const [tool] = plugins.tools([]);
    expect(await tool!.execute({}, { signal: call.signal } as never)).toMatchObject({ content: "as approved" });
    const outside = await entryOf("out", { code: 'import "../fx/index.js"; export default { register() {} };' });
    expect(stateOf(await started([outside]), "out")).toMatchObject({ state: "failed", reason: expect.stringContaining("Cannot find module") });
  });

  it("is loaded anew after a restart inside the process", async () => {
    const code = `let starts = 0; ${register('starts++; api.registerCommand("count", () => ({ text: String(starts) }));')}`;
    const entry = await entryOf("fx", { manifest: { commands: [{ name: "count", description: "Counts" }] }, code });
    for (let start = 0; start < 2; start++) expect(await (await started([entry])).command("count", [], call)).toEqual({ text: "1" });
  });
});

describe("a plugin that is broken", () => {
  it.each<[string, Given, string, string]>([
    ["whose manifest is broken", { manifest: { apiVersion: 9 } }, "failed", "apiVersion"],
    ["that is called otherwise", { manifest: { id: "other" } }, "failed", "is called other"],
    ["whose configuration is wrong", { entry: { config: { base: 1 } } }, "failed", 'plugins.entries.fx.config: Unrecognized key: "base"'],
    ["that does not parse", { code: "export default {" }, "failed", ""],
    ["that throws when it is imported", { code: 'throw new Error("no luck")' }, "failed", "no luck"],
    ["that throws when it registers", { code: register('throw new Error("no luck")') }, "failed", "no luck"],
    ["that rejects with nothing", { code: register("throw undefined") }, "failed", "undefined"],
    ["that hangs when it is imported", { code: "await new Promise(() => {}); export default {}" }, "failed", "not ready within 0.3 s"],
    ["that hangs when it registers", { code: register("await new Promise(() => {})") }, "failed", "not ready within 0.3 s"],
    ["that exports nothing", { code: "export const plugin = 1" }, "failed", "no default export"],
    [
      "that registers what it does not declare",
      { code: register(readTool("fx_a", "")) },
      "quarantined",
      "registers the tool fx_a, which its manifest does not declare",
    ],
    ["that hides that it does", { code: register(`try { ${readTool("fx_a", "")} } catch {}`) }, "quarantined", "registers the tool fx_a"],
    ["that takes a hook it does not declare", { code: register('api.on("before_tool_call", () => {})') }, "quarantined", "registers the hook before_tool_call"],
    ["that opens a route it does not declare", { code: register('api.registerHttpRoute("GET", "/x", () => ({}))') }, "quarantined", "the HTTP route GET /x"],
    ["that does not bring what it declares", { manifest: { tools: ["fx_a"] } }, "failed", "declares the tool fx_a and does not register it"],
    ["that registers twice", { manifest: { tools: ["fx_a"] }, code: register(readTool("fx_a", "").repeat(2)) }, "quarantined", "the tool fx_a twice"],
    [
      "whose tool is none",
      { manifest: { tools: ["fx_a"] }, code: register('api.registerTool({ name: "fx_a", description: "A tool", effect: "read", parameters: {} })') },
      "failed",
      "needs a function execute",
    ],
    [
      "whose write says not what it touches",
      { manifest: { tools: ["fx_a"] }, code: register(readTool("fx_a", "").replace('"read"', '"write"')) },
      "failed",
      "in `writes` what it touches",
    ],
  ])("%s is on its own", async (_, given, state, reason) => {
    const log = recordingLogger();
    const bad = await entryOf("fx", given);
    const good = await entryOf("good", { manifest: { tools: ["good_say"] }, code: register(readTool("good_say", 'return { content: "hello" };')) });
    const plugins = await started([bad, good], { log });
    expect(stateOf(plugins)).toMatchObject({ state, reason: expect.stringContaining(reason) });
    expect(stateOf(plugins, "good")).toMatchObject({ state: "loaded" });
    expect(plugins.tools([]).map(({ name }) => name)).toEqual(["good_say"]);
  });

  it("and registers after its start is put away", async () => {
    const code = register('api.registerCommand("late", () => { try { api.on("gateway_stop", () => {}); } catch {} return { text: "x" }; });');
    const plugins = await started([await entryOf("fx", { manifest: { commands: [{ name: "late", description: "Late" }] }, code })]);
    await plugins.command("late", [], call);
    expect(stateOf(plugins)).toMatchObject({ state: "quarantined", reason: "it registers the hook gateway_stop after its start" });
    await expect(plugins.command("late", [], call)).rejects.toThrow("no plugin that runs has a command late");
  });

  it("and comes late registers nothing", async () => {
    const code = register(`await new Promise((done) => setTimeout(done, 400)); try { ${readTool("fx_a", "")} } catch {}`);
    const plugins = await started([await entryOf("fx", { manifest: { tools: ["fx_a"] }, code })]);
    expect(stateOf(plugins)).toMatchObject({ state: "failed" });
    await new Promise((done) => setTimeout(done, 300));
    expect(plugins.tools([])).toEqual([]);
    expect(stateOf(plugins)).toMatchObject({ state: "failed", reason: expect.stringContaining("not ready within") });
  });

  it("is put away when one thing fails three times in a row, and not for coded errors", async () => {
    const manifest = { tools: ["fx_say"], commands: [{ name: "fine", description: "Fine" }] };
    const code = register(
      `let n = 0; api.registerCommand("fine", () => ({ text: "fine" })); ${readTool("fx_say", 'n++; if (n <= 5) throw api.error("SOLD_OUT", "none left"); throw new Error("secret detail");')}`,
    );
    const states: string[] = [];
    const plugins = await started([await entryOf("fx", { manifest, code })], { onState: () => void states.push("changed") });
    const [tool] = plugins.tools([]);
    const use = () => tool!.execute({}, { signal: call.signal } as never);
    for (let time = 0; time < 5; time++) await expect(use()).rejects.toMatchObject({ code: "SOLD_OUT", message: "none left" });
    for (let time = 0; time < 3; time++) {
      await expect(use()).rejects.toMatchObject({ code: "INTERNAL", message: expect.not.stringContaining("secret detail") });
      // What works in between does not make up for it.
      if (time < 2) expect(await plugins.command("fine", [], call)).toEqual({ text: "fine" });
    }
    expect(stateOf(plugins)).toMatchObject({ state: "quarantined", reason: expect.stringContaining("its tool fx_say failed 3 times in a row") });
    expect(plugins.tools([])).toEqual([]);
    await expect(use()).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(states).toHaveLength(2);
  });

  it("and makes up a code of error has a fault, and breaks nobody who reads it", async () => {
    const code = register(`
      class Own extends Error { [Symbol.for("@travelagent/error")] = true; code = "MADE_UP"; }
      api.registerCommand("made", () => { throw api.error("MADE_UP", "x"); });
      api.registerCommand("own", () => { throw new Own("x"); });`);
    const manifest = { commands: ["made", "own"].map((name) => ({ name, description: "Fails" })) };
    const plugins = await started([await entryOf("fx", { manifest, code })]);
    for (const name of ["made", "own"]) await expect(plugins.command(name, [], call)).rejects.toMatchObject({ code: "INTERNAL", retryable: false });
  });

  it("is known by the trace of an error that nobody caught", async () => {
    const code = `${register('api.registerCommand("boom", () => { globalThis.boomed = new Error("boom"); return { text: "" }; });')}`;
    const plugins = await started([await entryOf("fx", { manifest: { commands: [{ name: "boom", description: "Boom" }] }, code })]);
    await plugins.command("boom", [], call);
    expect(plugins.blame(new Error("ours"))).toBe(false);
    expect(plugins.blame("a text")).toBe(false);
    expect(plugins.blame((globalThis as { boomed?: Error }).boomed)).toBe(true);
    expect(stateOf(plugins)).toMatchObject({ state: "quarantined", reason: expect.stringContaining("caught by nobody: boom") });
  });

  it("cannot take a name that somebody else has", async () => {
    const tool = (id: string) => ({ manifest: { id, tools: ["fx_say"] }, code: register(readTool("fx_say", "")) });
    const taken = { tools: () => ["FX_say"], channels: ["webchat"] };
    expect(stateOf(await started([await entryOf("fx", tool("fx"))], { taken }))).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("the tool fx_say is there already"),
    });
    const config = await entryOf("config", {
      manifest: { methods: [{ name: "config.all", scope: "operator.read" }] },
      code: register('api.registerMethod("config.all", () => ({}))'),
    });
    expect(stateOf(await started([config]), "config")).toMatchObject({ state: "failed", reason: expect.stringContaining("the gateway's own name") });
    const command = { manifest: { commands: [{ name: "rates", description: "Rates" }] }, code: register('api.registerCommand("rates", () => ({ text: "" }))') };
    const both = await started([await entryOf("one", command), await entryOf("two", command)]);
    expect(
      both
        .status()
        .map(({ state }) => state)
        .sort(),
    ).toEqual(["failed", "loaded"]);
  });
});

const turn: TurnScope = {
  runId: "run-1",
  agentId: "main",
  sessionKey: "agent:main:test:direct:ana",
  channel: "test",
  accountId: "default",
  chatType: "direct",
  peerId: "ana",
  timeZone: "UTC",
};

describe("the gate", () => {
  async function gateOf(plugins: Plugins, rules = "[]"): Promise<Gate> {
    const engine = openEngine({ path: ":memory:" });
    closing.push(() => engine.stop());
    const policy = parsePolicy([{ name: "test", text: `{ version: 1, rules: ${rules} }` }]);
    const gate = createGate({ db: engine.db, tools: () => plugins.tools([]), policy: () => policy });
    await gate.migrate();
    return plugins.gate(gate);
  }
  let calls = 0;
  const ask = (gate: Gate, name: string, args: unknown = {}) => gate.call({ toolCallId: `call-${++calls}`, name, args, tainted: false }, turn, call.signal);

  it("stands before the tools of plugins as before any: writes need a rule, arguments are checked, results are tainted", async () => {
    const write = `api.registerTool({ name: "fx_publish", description: "Publishes", effect: "write", writes: "third-party-message", parameters: { type: "object", properties: {} }, execute: () => ({ content: "published" }) });`;
    const plugins = await started([
      await entryOf("fx", { manifest: { tools: ["fx_say", "fx_publish"] }, code: register(readTool("fx_say", 'return { content: "hello" };') + write) }),
    ]);
    const gate = await gateOf(plugins);
    expect(await ask(gate, "fx_say")).toMatchObject({ status: "done", output: { content: "hello", tainted: true } });
    expect(await ask(gate, "fx_say", { extra: 1 })).toMatchObject({ status: "refused", error: { code: "INVALID_REQUEST" } });
    expect(await ask(gate, "fx_publish")).toMatchObject({ status: "refused", error: { code: "POLICY_DENIED" } });
    const allowing = await gateOf(plugins, '[{ id: "fx", tools: ["group:plugins"], then: { decision: "allow" } }]');
    expect(await ask(allowing, "fx_publish")).toMatchObject({ status: "done", output: { content: "published" } });
  });

  it("hears a no from a plugin, puts it on record, and hears nothing else from it", async () => {
    const code = register(`
      ${readTool("guard_say", 'return { content: "hello" };')}
      const seen = [];
      api.registerCommand("seen", () => ({ text: JSON.stringify(seen) }));
      api.on("before_tool_call", (event) => {
        event.turn.customerId = "somebody-else";
        if (event.args && typeof event.args === "object") event.args.extra = 1;
        if (event.args?.wish === "forbidden") return { deny: "not on Sundays" };
        return { allow: true, args: {}, deny: undefined };
      });
      api.on("after_tool_call", ({ tool, outcome, code }) => void seen.push([tool, outcome, code]));
    `).replace("properties: {} }", 'properties: { wish: { type: "string" } } }');
    const manifest = { tools: ["guard_say"], hooks: ["before_tool_call", "after_tool_call"], commands: [{ name: "seen", description: "Seen" }] };
    const plugins = await started([await entryOf("guard", { manifest, code })]);
    const gate = await gateOf(plugins);
    expect(await ask(gate, "guard_say")).toMatchObject({ status: "done" });
    expect(await ask(gate, "guard_say", { wish: "forbidden" })).toMatchObject({
      status: "refused",
      error: { code: "POLICY_DENIED", message: "not on Sundays", details: { ruleId: "plugin.guard" } },
    });
    // Silence of a plugin lets nothing through.
    expect(await ask(gate, "no_such_tool")).toMatchObject({ status: "refused", error: { code: "TOOL_NOT_ALLOWED" } });
    await expect
      .poll(async () => JSON.parse((await plugins.command("seen", [], call)).text))
      .toEqual([
        ["guard_say", "done", null],
        ["guard_say", "refused", "POLICY_DENIED"],
        ["no_such_tool", "refused", "TOOL_NOT_ALLOWED"],
      ]);
    expect(turn).not.toHaveProperty("customerId");
    expect((await gate.audit.list({ limit: 10 })).entries.map(({ ruleId }) => ruleId)).toContain("plugin.guard");
  });

  it("ends a tool that hangs, and the plugin puts up with that twice", async () => {
    const hangs = readTool("fx_hang", "return new Promise(() => {});").replace('effect: "read"', 'effect: "read", timeoutMs: 30');
    const plugins = await started([await entryOf("fx", { manifest: { tools: ["fx_hang"] }, code: register(hangs) })]);
    const gate = await gateOf(plugins);
    for (let time = 0; time < 3; time++) expect(await ask(gate, "fx_hang")).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
    expect(stateOf(plugins)).toMatchObject({ state: "quarantined", reason: expect.stringContaining("its tool fx_hang failed 3 times in a row") });
    expect(await ask(gate, "fx_hang")).toMatchObject({ status: "refused", error: { code: "TOOL_NOT_ALLOWED" } });
  });

  it("does not wait for a hook that hangs, and puts it away in the end", async () => {
    const code = register(`${readTool("fx_say", 'return { content: "hello" };')} api.on("before_tool_call", () => new Promise(() => {}));`);
    const plugins = await started([await entryOf("fx", { manifest: { tools: ["fx_say"], hooks: ["before_tool_call"] }, code })], { hookTimeoutMs: 30 });
    const gate = await gateOf(plugins);
    for (let time = 0; time < 2; time++) expect(await ask(gate, "fx_say")).toMatchObject({ status: "done" });
    expect(await ask(gate, "fx_say")).toMatchObject({ status: "refused", error: { code: "TOOL_NOT_ALLOWED" } });
    expect(stateOf(plugins)).toMatchObject({ state: "quarantined", reason: expect.stringContaining("hook before_tool_call") });
  });
});

describe("a channel of a plugin", () => {
  const channels = [{ id: "pager", features: { maxTextLength: 160, threads: false, cards: false } }];
  const adapter = (send: string) => `
    let host;
    api.registerCommand("hear", ([channel, text]) => host.receive({ address: { channel, accountId: "default", chatType: "direct", peerId: "ana" }, externalId: text, senderId: "ana", text, sentAt: 0 }).then(() => ({ text: "heard" })));
    api.registerChannel({ contract: 1, id: "pager", accountId: "default", features: { maxTextLength: 160, threads: false, cards: false },
      async start(given) { host = given; }, async stop() { globalThis.pagerStops = (globalThis.pagerStops ?? 0) + 1; }, async send() { ${send} }, showTyping() {} });`;
  const commands = [{ name: "hear", description: "Hear" }];
  const to = { channel: "pager", accountId: "default", chatType: "direct" as const, peerId: "ana" };
  const send = (plugins: Plugins) => plugins.channels[0]!.send(to, { text: "hello" }, { id: "1", signal: call.signal });

  it("is there before the code is, speaks for itself alone, and fails for good with its plugin", async () => {
    const entry = await entryOf("fx", { manifest: { channels, commands }, code: register(adapter('return { status: "sent" };')) });
    const plugins = await createPlugins({ entries: [entry], stage: join(home, "stage") });
    const [channel] = plugins.channels;
    expect(channel).toMatchObject({ id: "pager", accountId: "default", features: { maxTextLength: 160 } });
    expect(await send(plugins)).toMatchObject({ status: "failed", retryable: true });
    const host = fakeHost();
    const starting = channel!.start(host);
    plugins.start();
    await starting;
    expect(await send(plugins)).toEqual({ status: "sent" });
    expect(channel!.showTyping).toBeTypeOf("function");
    expect(channel!.reconcile).toBeUndefined();
    await plugins.command("hear", ["pager", "m1"], call);
    expect(host.received.map(({ text }) => text)).toEqual(["m1"]);
    await expect(plugins.command("hear", ["webchat", "m2"], call)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(host.received).toHaveLength(1);
    await channel!.stop();
    await plugins.stop("over");
    expect(await send(plugins)).toMatchObject({ status: "failed", retryable: false });
    await expect(plugins.command("hear", ["pager", "m3"], call)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("that throws while it sends leaves the outcome open", async () => {
    const plugins = await started([await entryOf("fx", { manifest: { channels, commands }, code: register(adapter('throw new Error("lost");')) })]);
    await plugins.channels[0]!.start(fakeHost());
    expect(await send(plugins)).toMatchObject({ status: "unknown" });
  });

  it("is stopped when its plugin is put away", async () => {
    const plugins = await started([await entryOf("fx", { manifest: { channels, commands }, code: register(adapter('throw new Error("lost");')) })]);
    await plugins.channels[0]!.start(fakeHost());
    (globalThis as { pagerStops?: number }).pagerStops = 0;
    for (let time = 0; time < 3; time++) await send(plugins);
    expect(stateOf(plugins)).toMatchObject({ state: "quarantined", reason: expect.stringContaining("channel pager default") });
    expect((globalThis as { pagerStops?: number }).pagerStops).toBe(1);
    expect(await send(plugins)).toMatchObject({ status: "failed", retryable: false });
  });

  it("never starts with a plugin that fails, and is not there where another one has its name", async () => {
    const plugins = await started([await entryOf("fx", { manifest: { channels }, code: "throw new Error('x')" })]);
    await expect(plugins.channels[0]!.start(fakeHost())).rejects.toMatchObject({ code: "CONFIG_INVALID", retryable: false });
    const two = await entryOf("two", { manifest: { channels: [{ ...channels[0], accountId: "other" }] } });
    const both = await started([await entryOf("one", { manifest: { channels, commands }, code: register(adapter("")) }), two]);
    expect(both.channels.map(({ id, accountId, pluginId }) => [id, accountId, pluginId])).toEqual([["pager", "default", "one"]]);
    const taken = { tools: () => [], channels: ["pager"] };
    const second = await started([await entryOf("fx", { manifest: { channels, commands }, code: register(adapter("")) })], { taken });
    expect(second.channels).toEqual([]);
    expect(stateOf(second)).toMatchObject({ state: "failed", reason: expect.stringContaining("the channel pager default is there already") });
  });
});

it("serves methods and routes as the manifest says, and nothing once the plugin is gone", async () => {
  const manifest = {
    methods: [
      { name: "fx.rate", scope: "operator.read", params: { type: "object", properties: { of: { type: "string" } }, required: ["of"] } },
      { name: "fx.set", scope: "operator.admin", idempotent: true },
      { name: "fx.all", scope: "operator.read" },
    ],
    httpRoutes: [
      { method: "GET", path: "/rates/*", public: true },
      { method: "POST", path: "/rates" },
    ],
  };
  const code = register(`
    api.registerMethod("fx.rate", ({ of }, { actor }) => ({ of, actor }));
    api.registerMethod("fx.set", (params) => params);
    api.registerMethod("fx.all", () => "no object");
    api.registerHttpRoute("GET", "/rates/*", ({ path }) => ({ json: { path } }));
    api.registerHttpRoute("POST", "/rates", async (request) => ({ status: 201, body: await request.body() }));`);
  const entry = await entryOf("fx", { manifest, code, entry: { publicRoutes: true } });
  const plugins = await started([entry]);
  const methods = plugins.methods();
  expect(plugins.methods()).toBe(methods);
  expect([...methods].map(([name, { spec }]) => [name, spec.scope, spec.idempotent ?? false])).toEqual([
    ["fx.rate", "operator.read", false],
    ["fx.set", "operator.admin", true],
    ["fx.all", "operator.read", false],
  ]);
  const { spec, handle } = methods.get("fx.rate")!;
  expect(spec.params.safeParse({ of: "EUR", more: 1 }).success).toBe(false);
  expect(spec.params.safeParse(undefined).success).toBe(false);
  expect(methods.get("fx.all")!.spec.params.safeParse(undefined)).toMatchObject({ success: true, data: {} });
  expect(methods.get("fx.set")!.spec.params.safeParse({}).success).toBe(false);
  expect(methods.get("fx.set")!.spec.params.safeParse({ idempotencyKey: "k" }).success).toBe(true);
  expect(await handle({ of: "EUR" }, call)).toEqual({ of: "EUR", actor: "ana" });
  await expect(methods.get("fx.all")!.handle({}, call)).rejects.toMatchObject({ code: "INTERNAL" });
  expect(plugins.httpRoutes.map(({ method, path, public: open }) => [method, path, open])).toEqual([
    ["GET", "/plugins/fx/rates/*", true],
    ["POST", "/plugins/fx/rates", false],
  ]);
  const request = { method: "GET" as const, path: "/rates/EUR", query: new URLSearchParams(), headers: {}, body: async () => new Uint8Array() };
  expect(await plugins.httpRoutes[0]!.handle(request)).toEqual({ json: { path: "/rates/EUR" } });
  expect((await started([{ ...entry, publicRoutes: false }])).httpRoutes[0]!.public).toBe(false);
  await plugins.stop("over");
  expect(plugins.methods().size).toBe(0);
  await expect(plugins.httpRoutes[0]!.handle(request)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

it("tells the end, and that there is no more: the signal aborts", async () => {
  const code = register(`
    globalThis.pluginNews = [];
    api.on("gateway_stop", ({ reason }) => void globalThis.pluginNews.push(reason));
    api.signal.addEventListener("abort", () => globalThis.pluginNews.push("aborted"));`);
  const plugins = await started([await entryOf("fx", { manifest: { hooks: ["gateway_stop"] }, code })]);
  await plugins.stop("the gateway is stopping");
  expect((globalThis as { pluginNews?: string[] }).pluginNews).toEqual(["the gateway is stopping", "aborted"]);
  expect(stateOf(plugins)).toMatchObject({ state: "stopped" });
});
