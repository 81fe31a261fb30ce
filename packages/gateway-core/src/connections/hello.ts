import { type EventName, events, type HelloOk, type PresenceEntry } from "@travelagent/protocol";
import type { HealthSnapshot } from "../health.ts";
import type { Admitted } from "./handshake.ts";

/** The session a client without a choice of its own talks to. */
export interface SessionDefaults {
  readonly defaultAgentId: string;
  readonly mainKey: string;
  readonly mainSessionKey: string;
}

export interface HelloFacts {
  readonly version: string;
  readonly connId: string;
  readonly methods: readonly string[];
  readonly presence: readonly PresenceEntry[];
  readonly health: HealthSnapshot;
  readonly stateVersion: { readonly presence: number; readonly health: number };
  readonly uptimeMs: number;
  readonly sessionDefaults?: SessionDefaults | undefined;
  readonly policy: { readonly maxPayload: number; readonly maxBufferedBytes: number; readonly tickIntervalMs: number };
}

/** Events that connections of other roles than operator may get; of those with audience `session`, only for their own. */
export const eventsOf: Readonly<Record<"visitor" | "node", ReadonlySet<EventName>>> = {
  visitor: new Set(["connect.challenge", "tick", "shutdown", "chat"]),
  node: new Set(["connect.challenge", "tick", "shutdown"]),
};

/** The answer to `connect`. A visitor or a node learns nothing about operators, customers or the state of the system. */
export function helloFor({ role, scopes, protocol, visitorSessionKey }: Admitted, facts: HelloFacts): HelloOk {
  const operator = role === "operator";
  const defaults = facts.sessionDefaults && { ...facts.sessionDefaults, ...(visitorSessionKey === undefined ? {} : { mainSessionKey: visitorSessionKey }) };
  return {
    type: "hello-ok",
    protocol,
    server: { version: facts.version, connId: facts.connId },
    features: { methods: [...facts.methods], events: (Object.keys(events) as EventName[]).filter((name) => role === "operator" || eventsOf[role].has(name)) },
    snapshot: {
      presence: operator ? [...facts.presence] : [],
      health: operator ? facts.health : { ok: facts.health.ok },
      stateVersion: operator ? { ...facts.stateVersion } : { presence: 0, health: 0 },
      uptimeMs: operator ? facts.uptimeMs : 0,
      ...(defaults ? { sessionDefaults: defaults } : {}),
    },
    auth: { role, scopes: [...scopes] },
    policy: { ...facts.policy },
  };
}
