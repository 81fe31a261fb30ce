import type { ChannelAdapter } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { HookName, PluginManifest } from "../folder/manifest.ts";
import type { HookEvents, PluginApi, PluginTool } from "../plugin.ts";
import { checkPluginTool } from "./plugin-tool.ts";

type MethodHandler = Parameters<PluginApi["registerMethod"]>[1];
type RouteHandler = Parameters<PluginApi["registerHttpRoute"]>[2];
type CommandHandler = Parameters<PluginApi["registerCommand"]>[1];
type Listener = (event: HookEvents[HookName]) => unknown;

/** What a plugin brought, by name. */
export interface Registrations {
  readonly tools: Map<string, PluginTool>;
  /** By id and account, as `channelKey` writes it. */
  readonly channels: Map<string, ChannelAdapter>;
  readonly methods: Map<string, MethodHandler>;
  /** By method and path: `GET /rates`. */
  readonly httpRoutes: Map<string, RouteHandler>;
  readonly commands: Map<string, CommandHandler>;
  readonly hooks: Map<HookName, Listener[]>;
}

export const channelKey = ({ id, accountId }: { id: string; accountId: string }): string => `${id} ${accountId}`;
export const routeKey = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`;

export interface Registering {
  readonly registrars: Pick<PluginApi, "registerTool" | "registerChannel" | "registerMethod" | "registerHttpRoute" | "registerCommand" | "on">;
  /** The end of registering. Raises `FORBIDDEN` when something was registered that the manifest does not declare, also when the plugin caught the refusal. */
  close(): void;
  /** What was registered. Raises `CONFIG_INVALID` when something the manifest declares is missing. */
  all(): Registrations;
}

/** Takes what the manifest declares, once each, until `close`. `onLate` hears of what comes after. */
export function openRegistrations(manifest: PluginManifest, onLate: (fault: string) => void): Registering {
  const made: Registrations = { tools: new Map(), channels: new Map(), methods: new Map(), httpRoutes: new Map(), commands: new Map(), hooks: new Map() };
  const declared = {
    tool: manifest.tools,
    channel: manifest.channels.map(channelKey),
    method: manifest.methods.map(({ name }) => name),
    "HTTP route": manifest.httpRoutes.map(routeKey),
    command: manifest.commands.map(({ name }) => name),
    hook: manifest.hooks as readonly string[],
  };
  const faults: string[] = [];
  let open = true;

  const refuse = (fault: string): never => {
    if (open) faults.push(fault);
    else onLate(fault);
    throw new TravelAgentError("FORBIDDEN", `the plugin ${manifest.id} ${fault}`);
  };
  const check = (kind: keyof typeof declared, name: string): void => {
    if (!open) refuse(`registers the ${kind} ${name} after its start`);
    if (!declared[kind].includes(name)) refuse(`registers the ${kind} ${name}, which its manifest does not declare`);
  };
  const add = <T>(kind: keyof typeof declared, into: Map<string, T>, name: string, value: T): void => {
    check(kind, name);
    if (into.has(name)) refuse(`registers the ${kind} ${name} twice`);
    into.set(name, value);
  };

  return {
    registrars: {
      registerTool(tool) {
        check("tool", String(tool?.name));
        checkPluginTool(tool);
        add("tool", made.tools, tool.name, tool);
      },
      registerChannel(adapter) {
        const key = channelKey(adapter);
        check("channel", key);
        const { features } = manifest.channels.find((channel) => channelKey(channel) === key)!;
        for (const [name, value] of Object.entries(features))
          if (adapter.features[name as keyof typeof features] !== value)
            throw new TravelAgentError("CONFIG_INVALID", `the channel ${key} says another ${name} than the manifest`);
        add("channel", made.channels, key, adapter);
      },
      registerMethod: (name, handle) => add("method", made.methods, name, handle),
      registerHttpRoute: (method, path, handle) => add("HTTP route", made.httpRoutes, routeKey({ method, path }), handle),
      registerCommand: (name, run) => add("command", made.commands, name, run),
      on(hook, listener) {
        check("hook", hook);
        made.hooks.set(hook, [...(made.hooks.get(hook) ?? []), listener as Listener]);
      },
    },
    close() {
      open = false;
      if (faults.length > 0) throw new TravelAgentError("FORBIDDEN", `it ${faults.join("; ")}`);
    },
    all() {
      const has: Record<keyof typeof declared, { has(name: string): boolean }> = {
        tool: made.tools,
        channel: made.channels,
        method: made.methods,
        "HTTP route": made.httpRoutes,
        command: made.commands,
        hook: made.hooks as Map<string, unknown>,
      };
      const missing = (Object.keys(declared) as (keyof typeof declared)[]).flatMap((kind) =>
        declared[kind].filter((name) => !has[kind].has(name)).map((name) => `the ${kind} ${name}`),
      );
      if (missing.length > 0) throw new TravelAgentError("CONFIG_INVALID", `it declares ${missing.join(", ")} and does not register it`);
      return made;
    },
  };
}
