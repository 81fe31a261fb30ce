import * as z from "zod";
import { Booking } from "./booking.ts";
import { PresenceEntry } from "./frames.ts";
import { ChatMessage } from "./methods/chat.ts";
import { Approval, Conversation } from "./methods/conversations.ts";
import { PairingRequest } from "./methods/devices.ts";
import { ExecApprovalRequest } from "./methods/exec-approvals.ts";
import { NodePairRequest } from "./methods/nodes.ts";
import { ChannelPairingRequest } from "./methods/pairing.ts";
import { PromiseEntry } from "./methods/sales.ts";
import { SessionChange } from "./methods/sessions.ts";

/**
 * Events are hints to live clients and are never replayed. `audience` says who gets one:
 * `session` — connections that follow `payload.sessionKey`; `sessions` and `session.messages` — those that asked with
 * `sessions.subscribe` and `sessions.messages.subscribe`; a scope — operators who have it; `all` — every connection;
 * `directed` — one connection that the gateway picks, without a `seq`.
 */
export interface EventSpec<P extends z.ZodType = z.ZodType> {
  audience: "session" | "sessions" | "session.messages" | "all" | "directed" | "operator.read" | "operator.approvals" | "operator.pairing";
  /** Skipped for a client that reads too slowly instead of closing it. */
  dropIfSlow?: true;
  payload: P;
}
const event = <P extends z.ZodType>(spec: EventSpec<P>): EventSpec<P> => spec;

export const events = {
  "connect.challenge": event({ audience: "directed", payload: z.strictObject({ nonce: z.string(), ts: z.int() }) }),
  tick: event({ audience: "all", dropIfSlow: true, payload: z.strictObject({ ts: z.int() }) }),
  shutdown: event({ audience: "all", payload: z.strictObject({ reason: z.string(), restartExpectedMs: z.int().optional() }) }),
  presence: event({ audience: "operator.read", dropIfSlow: true, payload: z.strictObject({ presence: z.array(PresenceEntry) }) }),
  /** The run of one turn: `lifecycle` (phase start|end|error), `assistant` (delta), `tool` (phase start|result). */
  agent: event({
    audience: "session",
    dropIfSlow: true,
    payload: z.looseObject({
      runId: z.string(),
      sessionKey: z.string(),
      seq: z.int(),
      stream: z.string(),
      ts: z.int(),
      data: z.record(z.string(), z.unknown()),
    }),
  }),
  /** `delta` carries only what is new (`deltaText`); `final` carries the whole message in the form of `chat.history`. */
  chat: event({
    audience: "session",
    payload: z.looseObject({
      runId: z.string(),
      sessionKey: z.string(),
      seq: z.int(),
      state: z.enum(["delta", "final", "aborted", "error", "user"]),
      deltaText: z.string().optional(),
      message: ChatMessage.optional(),
      errorMessage: z.string().optional(),
    }),
  }),
  /** A row of the index of sessions is new, other or gone. */
  "sessions.changed": event({ audience: "sessions", dropIfSlow: true, payload: SessionChange }),
  /** A message of a session that is in its transcript. */
  "session.message": event({
    audience: "session.messages",
    payload: z.looseObject({ sessionKey: z.string(), messageId: z.string(), message: ChatMessage }),
  }),
  /** `ok` or what is degraded is another than before. */
  health: event({ audience: "operator.read", dropIfSlow: true, payload: z.looseObject({ ok: z.boolean(), ts: z.int(), degraded: z.array(z.string()) }) }),
  booking: event({ audience: "operator.read", payload: z.strictObject({ booking: Booking }) }),
  conversation: event({ audience: "operator.read", payload: z.strictObject({ conversation: Conversation }) }),
  approval: event({ audience: "operator.approvals", payload: z.strictObject({ approval: Approval }) }),
  /** The gateway runs with another configuration now, or was written one that it does not take over by itself. */
  "config.changed": event({
    audience: "operator.read",
    payload: z.looseObject({
      hash: z.string(),
      changedPaths: z.array(z.string()),
      restart: z.looseObject({ needed: z.boolean(), reasons: z.array(z.string()) }),
    }),
  }),
  /** Something a customer was promised is new, other or settled; or its time comes soon (`due`) or is over (`overdue`). */
  promise: event({ audience: "operator.read", payload: z.looseObject({ phase: z.enum(["changed", "due", "overdue"]), promise: PromiseEntry }) }),
  /** How far the forgetting of a person is: `done` of `of` parts. */
  "customers.erasure": event({
    audience: "operator.read",
    dropIfSlow: true,
    payload: z.looseObject({ id: z.string(), doing: z.string(), done: z.int(), of: z.int() }),
  }),
  /** A job was `added`, `updated` or `removed`, a run of it `started` or `finished`, or has got further (`progress`). */
  cron: event({
    audience: "operator.read",
    dropIfSlow: true,
    payload: z.looseObject({ jobId: z.string(), action: z.enum(["added", "updated", "removed", "started", "progress", "finished"]) }),
  }),
  /** The agent has looked at its main session by itself, or had no reason to. */
  heartbeat: event({
    audience: "operator.read",
    dropIfSlow: true,
    payload: z.looseObject({ ts: z.int(), status: z.enum(["sent", "ok-empty", "ok-token", "skipped", "failed"]) }),
  }),
  delivery: event({ audience: "operator.read", payload: z.looseObject({ id: z.string(), status: z.string() }) }),
  "device.pair.requested": event({ audience: "operator.pairing", dropIfSlow: true, payload: PairingRequest }),
  /** Also when a request was replaced or ran out, and when a device of this machine was paired without asking. */
  "device.pair.resolved": event({
    audience: "operator.pairing",
    dropIfSlow: true,
    payload: z.looseObject({ requestId: z.string(), deviceId: z.string(), decision: z.enum(["approved", "rejected", "replaced", "expired"]), ts: z.int() }),
  }),
  /** Somebody wrote on a channel that lets people in by code, for the first time. */
  "channels.pairing.requested": event({ audience: "operator.pairing", dropIfSlow: true, payload: ChannelPairingRequest }),
  "channels.pairing.resolved": event({
    audience: "operator.pairing",
    dropIfSlow: true,
    payload: z.looseObject({ channel: z.string(), accountId: z.string(), id: z.string(), decision: z.enum(["approved", "rejected"]), ts: z.int() }),
  }),
  "node.pair.requested": event({ audience: "operator.pairing", dropIfSlow: true, payload: NodePairRequest }),
  "node.pair.resolved": event({
    audience: "operator.pairing",
    dropIfSlow: true,
    payload: z.looseObject({ requestId: z.string(), nodeId: z.string(), decision: z.enum(["approved", "rejected"]), ts: z.int() }),
  }),
  /** A command for one node; it answers with `node.invoke.result`. */
  "node.invoke.request": event({
    audience: "directed",
    payload: z.strictObject({
      id: z.string(),
      nodeId: z.string(),
      command: z.string(),
      paramsJSON: z.string().optional(),
      timeoutMs: z.int().optional(),
      idempotencyKey: z.string().optional(),
    }),
  }),
  /** Nobody waits for the answer any more. */
  "node.invoke.cancel": event({ audience: "directed", payload: z.strictObject({ id: z.string(), nodeId: z.string() }) }),
  /** What a node told, and `connected` and `disconnected` about it. */
  "node.event": event({
    audience: "operator.read",
    dropIfSlow: true,
    payload: z.looseObject({ nodeId: z.string(), event: z.string(), ts: z.int(), payload: z.unknown().optional() }),
  }),
  "exec.approval.requested": event({
    audience: "operator.approvals",
    payload: z.looseObject({ id: z.string(), request: ExecApprovalRequest, createdAtMs: z.int(), expiresAtMs: z.int() }),
  }),
  /** `decision` is null when nobody decided in time. */
  "exec.approval.resolved": event({
    audience: "operator.approvals",
    payload: z.looseObject({ id: z.string(), decision: z.string().nullable(), resolvedBy: z.string().nullable(), ts: z.int() }),
  }),
} as const;

export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.output<(typeof events)[E]["payload"]>;
