import * as z from "zod";
import { Booking } from "./booking.ts";
import { PresenceEntry } from "./frames.ts";
import { ChatMessage } from "./methods/chat.ts";
import { Approval, Conversation } from "./methods/conversations.ts";

/**
 * Events are hints to live clients and are never replayed. `audience` says who gets one:
 * `session` — connections that follow `payload.sessionKey`; a scope — operators who have it; `all` — every connection;
 * `directed` — one connection that the gateway picks, without a `seq`.
 */
export interface EventSpec<P extends z.ZodType = z.ZodType> {
  audience: "session" | "all" | "directed" | "operator.read" | "operator.approvals" | "operator.pairing";
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
  booking: event({ audience: "operator.read", payload: z.strictObject({ booking: Booking }) }),
  conversation: event({ audience: "operator.read", payload: z.strictObject({ conversation: Conversation }) }),
  approval: event({ audience: "operator.approvals", payload: z.strictObject({ approval: Approval }) }),
  delivery: event({ audience: "operator.read", payload: z.looseObject({ id: z.string(), status: z.string() }) }),
} as const;

export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.output<(typeof events)[E]["payload"]>;
