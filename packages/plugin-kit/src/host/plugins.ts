import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Tool } from "@travelagent/agent-runtime";
import type { Gate } from "@travelagent/agent-runtime/gate";
import { type Call, type MethodSpec, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import * as z from "zod";
import { checkEntry, type EntryRules, findPlugins } from "../folder/check-entry.ts";
import type { PluginEntry, PluginStatus } from "../folder/entry.ts";
import { availableOf } from "../folder/inspect-plugins.ts";
import { objectSchema } from "../folder/json-schema.ts";
import type { PluginManifest } from "../folder/manifest.ts";
import { clearStage } from "../folder/stage.ts";
import type { PluginCall, PluginCommandOutput, PluginHttpReply, PluginHttpRequest } from "../plugin.ts";
import { hookedGate } from "./hooked-gate.ts";
import { createHooks, type PluginHooks } from "./hooks.ts";
import { type PluginChannel, pluginChannel } from "./plugin-channel.ts";
import { asTool } from "./plugin-tool.ts";
import { createUnit, type PluginUnit } from "./plugin-unit.ts";
import { channelKey, type Registrations, routeKey } from "./registrations.ts";
import { within } from "./within.ts";

export interface PluginsOptions extends Partial<EntryRules> {
  /** What may be loaded; nothing else ever is. */
  entries: readonly PluginEntry[];
  /** Folders in which plugins may lie. What is found there is listed. */
  searchPaths?: readonly string[];
  /** A directory of its own for the copies that are loaded. It is emptied. */
  stage: string;
  /** Names that somebody else has: a plugin that brings one is not loaded. Asked when a plugin is loaded. */
  taken?: { tools(): readonly string[]; channels: readonly string[] };
  clock?: Clock;
  log?: Logger;
  /** A plugin is in another state than before. Not called before `start`. */
  onState?(): void;
  /** How long import and `register` may take together. Default 5 s. */
  loadTimeoutMs?: number;
  /** How long a hook may take. Default 2 s. */
  hookTimeoutMs?: number;
  /** How a module is loaded. For runners of tests with a loader of their own. */
  importModule?(url: string): Promise<unknown>;
}

export interface PluginMethod {
  readonly spec: MethodSpec;
  handle(params: unknown, call: PluginCall): Promise<unknown>;
}

export interface PluginRoute {
  readonly pluginId: string;
  readonly method: PluginHttpRequest["method"];
  /** Whole, such as `/plugins/fx/rates`. */
  readonly path: string;
  /** Nobody is asked for a secret: the manifest says so, and so does the configuration. */
  readonly public: boolean;
  handle(request: PluginHttpRequest): Promise<PluginHttpReply>;
}

/** The plugins of a gateway. What a manifest declares is known before any code runs, so channels and routes have their place from the start. */
export interface Plugins {
  /** Those of the configuration in its order, then what else lies in the search paths. */
  status(): PluginStatus[];
  /** Runs the code of all that may run, each on its own. Once. */
  start(): void;
  /** The gateway serves: plugins hear `gateway_start`, also those that are loaded later. Once. */
  ready(): void;
  /** Resolves when all have been loaded or given up, at the latest after `ms`. */
  settled(ms: number): Promise<void>;
  /** These and behind them those of the plugins: the same array as long as both are the same. */
  tools(own: readonly Tool[]): readonly Tool[];
  /** The accounts of one channel are of one plugin. */
  readonly channels: readonly PluginChannel[];
  /** By name. The same map as long as they are the same. */
  methods(): ReadonlyMap<string, PluginMethod>;
  readonly httpRoutes: readonly PluginRoute[];
  /** Folders of skills of the plugins that may run. */
  readonly skillFolders: readonly string[];
  readonly hooks: PluginHooks;
  /** The same gate, with the hooks around it. */
  gate(gate: Gate): Gate;
  /** Raises `NOT_FOUND` with the name as `details.command` when there is no such command now. */
  command(name: string, args: readonly string[], call: PluginCall): Promise<PluginCommandOutput>;
  /** An error that nobody caught came out of a plugin's code: it is put away. False when it is none of theirs. */
  blame(error: unknown): boolean;
  /** Tells them, and ends them. Their channels are stopped by whoever started them. */
  stop(reason: string): Promise<void>;
}

/** Reads and checks the plugins; none of their code runs before `start`. Never rejects because of a plugin. */
export async function createPlugins(options: PluginsOptions): Promise<Plugins> {
  const { entries, searchPaths = [], stage, clock = systemClock, log = silentLogger, onState, loadTimeoutMs = 5_000, hookTimeoutMs = 2_000 } = options;
  const { allow = [], deny = [], taken, importModule = (url) => import(url) } = options;
  const candidates = await findPlugins(searchPaths);
  let version = 0;
  let begun = false;
  const unitOf = async (entry: PluginEntry): Promise<PluginUnit> =>
    createUnit({
      entry,
      checked: await checkEntry(entry, { allow, deny }, candidates),
      stage,
      clock,
      log,
      loadTimeoutMs,
      importModule,
      claim: (made) => claim(entry.id, made),
      onChange() {
        version += 1;
        if (begun) onState?.();
      },
    });
  const units = await Promise.all(entries.map(unitOf));
  const runnable = units.filter((unit) => unit.mayRun);
  if (runnable.length > 0)
    await clearStage(stage).catch((error: unknown) => log.error("the directory of plugins cannot be written", { stage, error: String(error) }));
  await Promise.all(runnable.map((unit) => unit.stage()));

  function claim(id: string, made: Registrations): void {
    const others = units.filter((unit) => unit.id !== id);
    const refuse = (what: string): never => {
      throw new TravelAgentError("CONFLICT", `${what} is there already: the plugin needs another name for its own`);
    };
    const tools = new Set([...(taken?.tools() ?? []), ...others.flatMap((unit) => [...unit.made.tools.keys()])].map((name) => name.toLowerCase()));
    for (const name of made.tools.keys()) if (tools.has(name.toLowerCase())) refuse(`the tool ${name}`);
    for (const name of made.commands.keys()) if (others.some((unit) => unit.made.commands.has(name))) refuse(`the command ${name}`);
    for (const key of made.channels.keys()) if (channels.get(key)?.pluginId !== id) refuse(`the channel ${key}`);
  }

  /** First come, first served; who comes second is not loaded. */
  const channels = new Map<string, PluginChannel>();
  for (const unit of runnable)
    for (const declared of unit.folder!.manifest.channels) {
      const owner = [...channels.values()].find(({ id }) => id === declared.id)?.pluginId ?? unit.id;
      if (owner === unit.id && !taken?.channels.includes(declared.id)) channels.set(channelKey(declared), pluginChannel(unit, declared));
    }

  const hooks = createHooks(() => units, hookTimeoutMs);
  const loading: Promise<void>[] = [];
  let theirTools: { version: number; own: readonly Tool[]; all: readonly Tool[] } = { version: -1, own: [], all: [] };
  let theirMethods: { version: number; methods: ReadonlyMap<string, PluginMethod> } = { version: 0, methods: new Map() };

  return {
    status: () => [...units.map((unit) => unit.status()), ...availableOf(candidates, entries)],
    start() {
      begun = true;
      for (const unit of runnable) loading.push(unit.load());
    },
    ready() {
      for (const unit of runnable)
        void unit.loaded().then(
          () => hooks.tell("gateway_start", {}, unit),
          () => undefined,
        );
    },
    settled: (ms) => within(clock, ms, async () => void (await Promise.all(loading)), new TravelAgentError("TIMEOUT", "")).catch(() => undefined),
    tools(own) {
      if (theirTools.version !== version || theirTools.own !== own) {
        const brought = units.flatMap((unit) => [...unit.made.tools.values()].map((tool) => asTool(tool, unit.guard)));
        theirTools = { version, own, all: brought.length === 0 ? own : [...own, ...brought] };
      }
      return theirTools.all;
    },
    channels: [...channels.values()],
    methods() {
      if (theirMethods.version !== version) theirMethods = { version, methods: new Map(units.flatMap(methodsOf)) };
      return theirMethods.methods;
    },
    httpRoutes: runnable.flatMap((unit) => unit.folder!.manifest.httpRoutes.map((route) => routeOf(unit, route))),
    skillFolders: runnable.flatMap((unit) => (unit.copy() === undefined ? [] : unit.folder!.manifest.skills.map((folder) => join(unit.copy()!, folder)))),
    hooks,
    gate: (gate) => hookedGate(gate, hooks, clock),
    async command(name, args, call) {
      const unit = units.find((one) => one.made.commands.has(name));
      if (!unit)
        throw new TravelAgentError("NOT_FOUND", `no plugin that runs has a command ${name}; travelagent plugins list shows the plugins`, {
          details: { command: name },
        });
      const output = await unit.guard.run(`command ${name}`, () => unit.made.commands.get(name)!(args, callOf(call)), { signal: call.signal });
      if (typeof output?.text !== "string") throw new TravelAgentError("INTERNAL", `the command ${name} of the plugin ${unit.id} returned no text`);
      return output;
    },
    blame(error) {
      const trace = error instanceof Error ? (error.stack ?? "") : "";
      const isOf = (copy: string | undefined): boolean => copy !== undefined && (trace.includes(pathToFileURL(copy).href) || trace.includes(copy));
      const unit = runnable.find((one) => isOf(one.copy()));
      unit?.quarantine(`an error of its code was caught by nobody: ${error instanceof Error ? error.message : ""}`.slice(0, 500));
      return unit !== undefined;
    },
    async stop(reason) {
      await hooks.told("gateway_stop", { reason });
      for (const unit of units) unit.stop();
    },
  };
}

/** An answer over HTTP that is not there by then is none. */
const requestTimeoutMs = 30_000;

const callOf = ({ requestId, actor, scopes, signal }: Call | PluginCall): PluginCall => ({ requestId, actor, scopes, signal });

function methodsOf(unit: PluginUnit): (readonly [string, PluginMethod])[] {
  return [...unit.made.methods].map(([name, handle]) => {
    const { scope, params, idempotent } = unit.folder!.manifest.methods.find((declared) => declared.name === name)!;
    const schema = objectSchema(params, name);
    const key = z.string().min(1).max(200);
    const spec: MethodSpec = {
      scope,
      params: idempotent && schema instanceof z.ZodObject ? schema.extend({ idempotencyKey: key }) : z.preprocess((given) => given ?? {}, schema),
      result: z.looseObject({}),
      ...(idempotent ? { idempotent } : {}),
    };
    const run = async (given: unknown, call: PluginCall) => {
      const result = await handle(given as Record<string, unknown>, callOf(call));
      if (typeof result !== "object" || result === null) throw new TypeError(`${name} returned no object`);
      return result;
    };
    return [name, { spec, handle: (given, call) => unit.guard.run(`method ${name}`, () => run(given, call), { signal: call.signal }) }] as const;
  });
}

function routeOf(unit: PluginUnit, declared: PluginManifest["httpRoutes"][number]): PluginRoute {
  const { method, path } = declared;
  return {
    pluginId: unit.id,
    method,
    path: `/plugins/${unit.id}${path}`,
    public: declared.public && unit.entry.publicRoutes,
    handle: (request) =>
      unit.guard.run(
        `HTTP route ${routeKey(declared)}`,
        async () => {
          const reply = await unit.made.httpRoutes.get(routeKey(declared))!(request);
          if (typeof reply !== "object" || reply === null) throw new TypeError("a route returns an object");
          return reply;
        },
        { timeoutMs: requestTimeoutMs },
      ),
  };
}
