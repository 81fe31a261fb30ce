import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Tool } from "@travelagent/agent-runtime";
import type { Gate } from "@travelagent/agent-runtime/gate";
import type { SkillDirectory } from "@travelagent/agent-runtime/skills";
import { resolvePath } from "@travelagent/config";
import type { AdmissionRules, ExtraMethod, GatewayOptions, HttpRoute, ReadHealth } from "@travelagent/gateway-core";
import type { PluginStatus } from "@travelagent/plugin-kit/host";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { Settings } from "../configuration/settings.ts";
import { pluginRoute } from "../reaching/plugin-route.ts";
import { uncaughtFaults } from "./plugin-faults.ts";

/** The plugins as the gateway uses them: each part is there from the start, whatever becomes of a plugin. */
export interface GatewayPlugins {
  /** These, and behind them those of the plugins. The same array as long as they are the same. */
  tools(own: readonly Tool[]): readonly Tool[];
  gate(gate: Gate): Gate;
  readonly channels: GatewayOptions["channels"];
  /** Who may write to those channels. */
  readonly admission: Readonly<Record<string, AdmissionRules>>;
  /** By name. The same map as long as they are the same. */
  methods(): ReadonlyMap<string, ExtraMethod>;
  readonly routes: readonly HttpRoute[];
  readonly skills: readonly SkillDirectory[];
  readonly handlers: Handlers;
  readonly listeners: Pick<GatewayOptions, "onReceived" | "onSent">;
  /** The same listener for changes of sessions; plugins hear of an end as well. */
  onSession(listener: (sessionKey: string, reason: string) => void): (sessionKey: string, reason: string) => void;
  /** The same facts, and how the plugins are. */
  health(read: ReadHealth): ReadHealth;
  /** Runs their code. Resolves soon, with those that load slowly still loading. */
  start(): Promise<void>;
  /** Clients can connect. */
  ready(): void;
  stop(reason?: string): Promise<void>;
}

interface Parts {
  clock: Clock;
  log: Logger;
  /** Tools of others, by which names are taken. */
  tools(): readonly Tool[];
  /** Channels of others. */
  channels: GatewayOptions["channels"];
  /** A plugin is in another state than before. Not before `start`. */
  onState(): void;
}

/** How long the gateway waits for plugins before it is ready without those that are slow. */
const patienceMs = 750;

/** Reads and checks the plugins of the configuration; none of their code runs before `start`. */
export async function openPlugins({ config, configPath, paths }: Pick<Settings, "config" | "configPath" | "paths">, parts: Parts): Promise<GatewayPlugins> {
  const { load, entries: named } = config.plugins;
  const extensions = join(paths.base, "extensions");
  if (Object.keys(named).length === 0 && load.paths.length === 0 && !existsSync(extensions)) return without;

  // Loaded when there is something to load.
  const { createPlugins, isPluginUnwell, pluginHandlers, pluginSettings } = await import("@travelagent/plugin-kit/host");
  const { clock, log } = parts;
  const plugins = await createPlugins({
    ...pluginSettings(config.plugins, (path) => resolvePath(path, { home: homedir(), base: dirname(configPath) }), extensions),
    stage: join(paths.data, "plugins"),
    // Channels of the configuration have their names, also where nothing serves them yet.
    taken: {
      tools: () => parts.tools().map(({ name }) => name),
      channels: [...parts.channels.map(({ id }) => id), "webchat", "api", ...Object.keys(config.channels)],
    },
    clock,
    log,
    onState: parts.onState,
  });
  const faults = uncaughtFaults(plugins, log);
  return {
    tools: plugins.tools,
    gate: plugins.gate,
    channels: plugins.channels,
    admission: Object.fromEntries(plugins.channels.map(({ id, pluginId }) => [id, named[pluginId]?.channels[id] ?? { dmPolicy: "disabled" as const }])),
    methods: plugins.methods,
    routes: plugins.httpRoutes.map(pluginRoute),
    skills: plugins.skillFolders.map((path) => ({ path, source: "extra" })),
    handlers: pluginHandlers(plugins),
    listeners: {
      onReceived: (message) => plugins.hooks.tell("message_received", message),
      onSent: (message) => plugins.hooks.tell("message_sent", message),
    },
    onSession: (listener) => (sessionKey, reason) => {
      listener(sessionKey, reason);
      if (reason === "reset" || reason === "delete") plugins.hooks.tell("session_end", { sessionKey, reason });
    },
    health: (read) => async (probe) => withPlugins(await read(probe), plugins.status(), isPluginUnwell),
    async start() {
      faults.watch();
      plugins.start();
      await plugins.settled(patienceMs);
    },
    ready: plugins.ready,
    async stop(reason = "the gateway is stopping") {
      await plugins.stop(reason);
      faults.close();
    },
  };
}

const noPlugin = (details?: { command: string }): never => {
  throw new TravelAgentError("NOT_FOUND", "there are no plugins: none is configured in plugins.entries", details ? { details } : {});
};
const noMethods: ReadonlyMap<string, ExtraMethod> = new Map();

/** A gateway that has none. */
const without: GatewayPlugins = {
  tools: (own) => own,
  gate: (gate) => gate,
  channels: [],
  admission: {},
  methods: () => noMethods,
  routes: [],
  skills: [],
  handlers: { "plugins.list": () => ({ plugins: [] }), "plugins.inspect": () => noPlugin(), "plugins.command": ({ command }) => noPlugin({ command }) },
  listeners: {},
  onSession: (listener) => listener,
  health: (read) => read,
  start: async () => undefined,
  ready: () => undefined,
  stop: async () => undefined,
};

type Facts = Awaited<ReturnType<ReadHealth>>;

function withPlugins(facts: Facts, all: readonly PluginStatus[], isUnwell: (plugin: PluginStatus) => boolean): Facts {
  const having = (...states: readonly string[]) => all.filter(({ state }) => states.includes(state));
  const unwell = all.filter(isUnwell);
  return {
    ...facts,
    plugins: {
      loaded: having("loaded").map(({ id }) => id),
      errors: unwell.map(({ id, state, reason }) => ({ id, state, ...(reason === undefined ? {} : { reason }) })),
      unavailable: having("loading", "stopped").map(({ id }) => id),
    },
    degraded: [...(facts.degraded ?? []), ...unwell.map(({ id }) => `plugin:${id}`)],
  };
}
