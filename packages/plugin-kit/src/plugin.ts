import type { Tool, ToolContext, ToolOutput } from "@travelagent/agent-runtime";
import type { GateOutcome } from "@travelagent/agent-runtime/gate";
import type { ChannelAdapter } from "@travelagent/channel-kit";
import type { Call, ErrorCode, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { HookName } from "./folder/manifest.ts";

type Awaitable<T> = T | Promise<T>;

/** What the main module of a plugin exports as its default. */
export interface Plugin {
  /**
   * Called once for each start of the gateway. Registers all that the manifest declares and nothing else, within five seconds; afterwards
   * nothing can be registered any more. What it throws keeps the plugin from being loaded, and nobody else from anything.
   */
  register(api: PluginApi): Awaitable<void>;
}

/** Keeps the types of a plugin. */
export const definePlugin = (plugin: Plugin): Plugin => plugin;

/** What a plugin gets. It has no database, no credentials and no configuration but its own. */
export interface PluginApi {
  readonly id: string;
  /** `plugins.entries.<id>.config`, checked by the manifest's `configSchema`, defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly log: Logger;
  readonly clock: Clock;
  /** Aborts when the plugin is over: the gateway stops, or the plugin is put away. End timers and connections then. */
  readonly signal: AbortSignal;
  registerTool(tool: PluginTool): void;
  registerChannel(adapter: ChannelAdapter): void;
  /** `params` were checked by the manifest's schema. What it returns is sent as JSON. */
  registerMethod(name: string, handle: (params: Readonly<Record<string, unknown>>, call: PluginCall) => Awaitable<object>): void;
  registerHttpRoute(method: PluginHttpRequest["method"], path: string, handle: (request: PluginHttpRequest) => Awaitable<PluginHttpReply>): void;
  /** For `travelagent <name> …`; runs in the gateway. What it returns is printed. */
  registerCommand(name: string, run: (args: readonly string[], call: PluginCall) => Awaitable<PluginCommandOutput>): void;
  on<H extends HookName>(hook: H, listener: HookListener<H>): void;
  /** An error whose message may be told to models and clients. Anything else that is thrown counts as a fault of the plugin. */
  error(code: ErrorCode, message: string): TravelAgentError;
}

/** A tool as agents have it, with its arguments as JSON Schema. It is of group `plugins` and stands behind the gate like any other. */
export interface PluginTool extends Pick<Tool, "name" | "description" | "effect" | "writes" | "optIn" | "egress" | "repeatable" | "timeoutMs"> {
  /** Of an object; keys it does not name are refused. */
  readonly parameters: Readonly<Record<string, unknown>>;
  claims?(args: Readonly<Record<string, unknown>>, turn: TurnScope): ReturnType<NonNullable<Tool["claims"]>>;
  describe?(args: Readonly<Record<string, unknown>>, context: ToolContext): ReturnType<NonNullable<Tool["describe"]>>;
  /** What comes back counts as words of third parties unless it says `tainted: false`. More than 50,000 characters are cut. */
  execute(args: Readonly<Record<string, unknown>>, context: ToolContext): Awaitable<ToolOutput>;
}

/** Who calls, and for how long. */
export type PluginCall = Pick<Call, "requestId" | "actor" | "scopes" | "signal">;

export interface PluginHttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/plugins/<id>`, such as `/rates/EUR`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** In lower case. Without cookies and credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Raises `PAYLOAD_TOO_LARGE` and `TIMEOUT`. Read it once. */
  body(maxBytes?: number): Promise<Uint8Array>;
}

export interface PluginHttpReply {
  /** Default 200. */
  status?: number;
  /** Those that set cookies or loosen what browsers guard are left out. */
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, instead of `body`. */
  json?: unknown;
  body?: string | Uint8Array;
}

export interface PluginCommandOutput {
  /** For people. */
  text: string;
  /** What `--json` prints. Default the text. */
  data?: unknown;
}

/** Hooks carry ids and names, and no words of customers but the arguments of a tool. */
export interface HookEvents {
  /** Clients can connect. */
  gateway_start: Readonly<Record<string, never>>;
  /** Two seconds are left. */
  gateway_stop: { readonly reason: string };
  /** Before the gate decides. Arguments are a copy, as the model wrote them and unchecked. */
  before_tool_call: { readonly tool: string; readonly args: unknown; readonly turn: TurnScope };
  /** `interrupted`: the turn ended first. */
  after_tool_call: {
    readonly tool: string;
    readonly turn: TurnScope;
    readonly outcome: GateOutcome["status"] | "interrupted";
    readonly code?: string;
    readonly ms: number;
  };
  /** A message is durable and was let in. */
  message_received: { readonly runId: string; readonly sessionKey: string; readonly channel: string };
  /** A message reached its channel. */
  message_sent: {
    readonly deliveryId: string;
    readonly runId?: string;
    readonly sessionKey: string;
    readonly channel: string;
    readonly author: "agent" | "operator" | "system";
  };
  /** A conversation begins afresh or was put away. */
  session_end: { readonly sessionKey: string; readonly reason: "reset" | "delete" };
}

type Listener<Event, Answer> = (event: Event) => Awaitable<Answer>;
type Denial = { readonly deny: string } | undefined;

/** Only `before_tool_call` is asked something, and it can only say no; what the others return is nobody's. */
export type HookListener<H extends HookName> = H extends "before_tool_call"
  ? Listener<HookEvents[H], Denial> | ((event: HookEvents[H]) => void) | ((event: HookEvents[H]) => Promise<void>)
  : Listener<HookEvents[H], unknown>;
