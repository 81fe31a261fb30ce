import type * as z from "zod";
import type { ConnectionRole } from "./frames.ts";
import { chatMethods } from "./methods/chat.ts";
import { conversationMethods } from "./methods/conversations.ts";
import { customerMethods } from "./methods/customers.ts";
import type { MethodSpec } from "./methods/define.ts";
import { systemMethods } from "./methods/system.ts";
import { travelMethods } from "./methods/travel.ts";

/** Every method of the wire after `connect`. A gateway offers those it was given a handler for. */
export const methods = { ...systemMethods, ...chatMethods, ...conversationMethods, ...travelMethods, ...customerMethods } as const;

export type MethodName = keyof typeof methods;
export type Params<M extends MethodName> = z.input<(typeof methods)[M]["params"]>;
export type ParsedParams<M extends MethodName> = z.output<(typeof methods)[M]["params"]>;
export type Result<M extends MethodName> = z.input<(typeof methods)[M]["result"]>;

/** Who calls, as a handler sees it. */
export interface Call {
  readonly requestId: string;
  readonly connectionId: string;
  readonly role: ConnectionRole;
  readonly scopes: readonly string[];
  /** The visitor's own session; a handler of a `visitor` method serves no other to a visitor. */
  readonly visitorSessionKey?: string;
  readonly visitorId?: string;
  /** Of a connection with role `node`: the id of its device. */
  readonly nodeId?: string;
  /** Name for the audit log. */
  readonly actor: string;
  readonly timeZone?: string;
  /** Aborts when the request times out; not when the socket closes: what was accepted goes on. */
  readonly signal: AbortSignal;
  /** From now on this connection gets the events of that session. */
  follow(sessionKey: string): void;
  /** For two-stage methods: the second answer under the same request id. */
  later(outcome: Promise<unknown>): void;
}

export type Handler<M extends MethodName> = (params: ParsedParams<M>, call: Call) => Promise<Result<M>> | Result<M>;
/** Services contribute handlers by wire name; the gateway imports no service. */
export type Handlers = { [M in MethodName]?: Handler<M> };

export const methodSpec = (name: string): MethodSpec | undefined => (Object.hasOwn(methods, name) ? (methods[name as MethodName] as MethodSpec) : undefined);
