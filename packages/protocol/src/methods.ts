import type * as z from "zod";
import type { ConnectionRole } from "./frames.ts";
import type { Address } from "./messages.ts";
import { automationMethods } from "./methods/automation.ts";
import { catalogueMethods } from "./methods/catalogue.ts";
import { channelMethods } from "./methods/channels.ts";
import { chatMethods } from "./methods/chat.ts";
import { configMethods } from "./methods/config.ts";
import { consentMethods, retentionMethods } from "./methods/consent.ts";
import { conversationMethods } from "./methods/conversations.ts";
import { crmSyncMethods } from "./methods/crm-sync.ts";
import { cronMethods } from "./methods/cron.ts";
import { customerMethods } from "./methods/customers.ts";
import type { MethodSpec } from "./methods/define.ts";
import { deviceMethods } from "./methods/devices.ts";
import { erasureMethods } from "./methods/erasure.ts";
import { execApprovalMethods } from "./methods/exec-approvals.ts";
import { mcpMethods } from "./methods/mcp.ts";
import { modelMethods } from "./methods/models.ts";
import { nodeMethods } from "./methods/nodes.ts";
import { pairingMethods } from "./methods/pairing.ts";
import { paperMethods } from "./methods/papers.ts";
import { pluginMethods } from "./methods/plugins.ts";
import { portalMethods } from "./methods/portal.ts";
import { queueMethods } from "./methods/queue.ts";
import { routingMethods } from "./methods/routing.ts";
import { salesMethods } from "./methods/sales.ts";
import { sessionMethods } from "./methods/sessions.ts";
import { systemMethods } from "./methods/system.ts";
import { templateMethods } from "./methods/templates.ts";
import { travelMethods } from "./methods/travel.ts";
import { travelJobMethods } from "./methods/travel-jobs.ts";
import { vaultMethods } from "./methods/vault.ts";
import { webhookMethods } from "./methods/webhooks.ts";

/** Every method of the wire after `connect`. A gateway offers those it was given a handler for. */
export const methods = {
  ...systemMethods,
  ...catalogueMethods,
  ...channelMethods,
  ...modelMethods,
  ...automationMethods,
  ...cronMethods,
  ...sessionMethods,
  ...configMethods,
  ...chatMethods,
  ...conversationMethods,
  ...routingMethods,
  ...queueMethods,
  ...travelMethods,
  ...travelJobMethods,
  ...paperMethods,
  ...customerMethods,
  ...crmSyncMethods,
  ...vaultMethods,
  ...salesMethods,
  ...templateMethods,
  ...webhookMethods,
  ...consentMethods,
  ...retentionMethods,
  ...erasureMethods,
  ...deviceMethods,
  ...pairingMethods,
  ...nodeMethods,
  ...execApprovalMethods,
  ...mcpMethods,
  ...pluginMethods,
  ...portalMethods,
} as const;

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
  /** The version this connection speaks: forms that differ between 3 and 4 are given as it knows them. Default 3. */
  readonly protocol?: number;
  /** The visitor's own session; a handler of a `visitor` method serves no other to a visitor. */
  readonly visitorSessionKey?: string;
  readonly visitorId?: string;
  /** Of a visitor who is known by name: where what they write comes from. */
  readonly guest?: { readonly address: Address; readonly name: string };
  /** Of a connection with role `node`: the id of its device. */
  readonly nodeId?: string;
  /** Name for the audit log. */
  readonly actor: string;
  readonly timeZone?: string;
  /** W3C trace context for what this call causes; absent when nobody traces. */
  readonly traceparent?: string;
  /** Aborts when the request times out; not when the socket closes: what was accepted goes on. */
  readonly signal: AbortSignal;
  /** From now on this connection gets the events of that session. */
  follow(sessionKey: string): void;
  /** The end of that. A visitor never stops following their own session. */
  unfollow(sessionKey: string): void;
  /** For two-stage methods: the second answer under the same request id. */
  later(outcome: Promise<unknown>): void;
}

export type Handler<M extends MethodName> = (params: ParsedParams<M>, call: Call) => Promise<Result<M>> | Result<M>;
/** Services contribute handlers by wire name; the gateway imports no service. */
export type Handlers = { [M in MethodName]?: Handler<M> };

export const methodSpec = (name: string): MethodSpec | undefined => (Object.hasOwn(methods, name) ? (methods[name as MethodName] as MethodSpec) : undefined);
