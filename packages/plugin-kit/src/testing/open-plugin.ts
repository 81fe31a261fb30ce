import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ToolContext, ToolOutput } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { PluginStatus } from "../folder/entry.ts";
import { readPluginFolder } from "../folder/read-folder.ts";
import { createPlugins, type Plugins } from "../host/plugins.ts";
import type { PluginCall, PluginHttpReply, PluginHttpRequest } from "../plugin.ts";

export interface OpenPluginOptions {
  /** `plugins.entries.<id>.config`. */
  config?: Record<string, unknown>;
  clock?: Clock;
  log?: Logger;
}

/** A plugin as a gateway loads it, for the tests of its author. */
export interface OpenPlugin {
  readonly plugins: Plugins;
  status(): PluginStatus;
  /** Checks the arguments and runs the tool, without the gate's rules. */
  callTool(name: string, args: unknown): Promise<ToolOutput>;
  callMethod(name: string, params?: unknown): Promise<unknown>;
  runCommand(name: string, ...args: string[]): Promise<{ text: string; data?: unknown }>;
  /** A path such as `/rates?of=EUR`, below the plugin's own. */
  request(method: PluginHttpRequest["method"], path: string, body?: string): Promise<PluginHttpReply>;
  /** Tells the plugin that the gateway stops, and takes its copy away. */
  close(): Promise<void>;
}

const call: PluginCall = { requestId: "test", actor: "test", scopes: ["operator.admin"], signal: new AbortController().signal };

/** Loads the plugin in this folder as a gateway does, its own hash approved. Look at `status()` for what became of it. */
export async function openPlugin(folder: string, { config = {}, clock = systemClock, log = silentLogger }: OpenPluginOptions = {}): Promise<OpenPlugin> {
  const { manifest, sha256 } = await readPluginFolder(folder);
  const home = await mkdtemp(join(tmpdir(), "plugin-"));
  const plugins = await createPlugins({
    entries: [{ id: manifest.id, enabled: true, path: folder, sha256, config, publicRoutes: false }],
    stage: join(home, "copies"),
    clock,
    log,
  });
  plugins.start();
  await plugins.settled(10_000);
  const missing = (what: string): never => {
    throw new TravelAgentError("NOT_FOUND", `${what} is not there: ${plugins.status()[0]?.reason ?? "the plugin does not register it"}`);
  };
  const checked = <T>(schema: { safeParse(value: unknown): { success: boolean; data?: T; error?: Error } }, value: unknown): T => {
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new TravelAgentError("INVALID_REQUEST", parsed.error?.message ?? "");
    return parsed.data as T;
  };
  return {
    plugins,
    status: () => plugins.status()[0]!,
    async callTool(name, args) {
      const tool = plugins.tools([]).find((one) => one.name === name) ?? missing(`the tool ${name}`);
      const turn: ToolContext["turn"] = {
        runId: "run-1",
        agentId: "main",
        sessionKey: "agent:main:test:direct:ana",
        channel: "test",
        accountId: "default",
        chatType: "direct",
        peerId: "ana",
        timeZone: "UTC",
      };
      const context: ToolContext = { turn, toolCallId: "call-1", idempotencyKey: "run-1:call-1", signal: call.signal, now: clock.now() };
      return tool.execute(checked(tool.args, args), context);
    },
    async callMethod(name, params) {
      const method = plugins.methods().get(name) ?? missing(`the method ${name}`);
      return method.handle(checked(method.spec.params, params), call);
    },
    runCommand: (name, ...args) => plugins.command(name, args, call),
    async request(method, path, body = "") {
      const url = new URL(path, "http://gateway");
      const below = `/plugins/${manifest.id}${url.pathname}`;
      const fits = (pattern: string) => (pattern.endsWith("/*") ? below.startsWith(pattern.slice(0, -1)) : below === pattern);
      const route = plugins.httpRoutes.find((one) => one.method === method && fits(one.path)) ?? missing(`the HTTP route ${method} ${url.pathname}`);
      return route.handle({ method, path: url.pathname, query: url.searchParams, headers: {}, body: async () => new TextEncoder().encode(body) });
    },
    async close() {
      await plugins.stop("the test is over");
      await rm(home, { recursive: true, force: true });
    },
  };
}
