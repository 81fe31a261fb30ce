import { type ConnectionRole, type EventName, events, type HelloOk, joinJson, memoizeJson, type PresenceEntry } from "@travelagent/protocol";
import type { HealthSnapshot } from "../health.ts";
import type { Admitted } from "./handshake.ts";
import { helloHealth } from "./hello-health.ts";

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
  readonly presence: PresenceEntry[];
  readonly health: HealthSnapshot;
  readonly stateVersion: { readonly presence: number; readonly health: number };
  readonly uptimeMs: number;
  readonly sessionDefaults?: SessionDefaults | undefined;
  readonly policy: { readonly maxPayload: number; readonly maxBufferedBytes: number; readonly tickIntervalMs: number };
}

/** Events that connections of other roles than operator may get; of those with audience `session`, only for their own. */
export const eventsOf: Readonly<Record<"visitor" | "node", ReadonlySet<EventName>>> = {
  // Of `agent` only what is published for visitors: what tools are asked is none of theirs.
  visitor: new Set(["connect.challenge", "tick", "shutdown", "chat", "agent"]),
  node: new Set(["connect.challenge", "tick", "shutdown", "node.invoke.request", "node.invoke.cancel"]),
};

/** The answer to `connect`. A visitor or a node learns nothing about operators, customers or the state of the system. */
export function helloFor({ role, scopes, protocol, visitorSessionKey, deviceToken, issuedAtMs }: Admitted, facts: HelloFacts): HelloOk {
  const operator = role === "operator";
  const defaults = facts.sessionDefaults && { ...facts.sessionDefaults, ...(visitorSessionKey === undefined ? {} : { mainSessionKey: visitorSessionKey }) };
  return joinJson({
    type: "hello-ok",
    protocol,
    server: { version: facts.version, connId: facts.connId },
    features: featuresOf(role, facts.methods),
    snapshot: joinJson({
      presence: operator ? facts.presence : [],
      health: !operator ? { ok: facts.health.ok } : protocol >= 4 ? helloHealth(facts.health) : facts.health,
      stateVersion: operator ? { ...facts.stateVersion } : { presence: 0, health: 0 },
      uptimeMs: operator ? facts.uptimeMs : 0,
      ...(defaults ? { sessionDefaults: defaults } : {}),
    }),
    auth: { role, scopes: [...scopes], ...(deviceToken === undefined ? {} : { deviceToken }), ...(issuedAtMs === undefined ? {} : { issuedAtMs }) },
    policy: { ...facts.policy },
  });
}

/** By the list of methods, which is the same object for everybody of a role: the longest part of a hello is written once. */
const knownFeatures = new WeakMap<readonly string[], Partial<Record<ConnectionRole, HelloOk["features"]>>>();
function featuresOf(role: ConnectionRole, methods: readonly string[]): HelloOk["features"] {
  const byRole = knownFeatures.get(methods) ?? {};
  knownFeatures.set(methods, byRole);
  byRole[role] ??= memoizeJson({
    methods: [...methods],
    events: (Object.keys(events) as EventName[]).filter((name) => role === "operator" || eventsOf[role].has(name)),
  });
  return byRole[role];
}
