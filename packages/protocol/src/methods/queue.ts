import * as z from "zod";
import { cursor, id, idempotencyKey, limit, str1 } from "./common.ts";
import { method } from "./define.ts";

/** Work that ended without doing what it was for. Kept until a person tries it again or puts it aside. */
export const DeadLetter = z.looseObject({
  id: z.string(),
  /** `turn`: a message without an answer but the apology. `saga`: a booking flow that gave up. */
  kind: z.enum(["turn", "saga"]),
  state: z.enum(["open", "retried", "dropped"]),
  /** What failed. */
  runId: z.string(),
  /** Such as `TIMEOUT` or `MODEL_OVERLOADED`. */
  code: z.string(),
  reason: z.string(),
  sessionKey: z.string().optional(),
  agentId: z.string().optional(),
  channel: z.string().optional(),
  /** Beginning of what the customer wrote. */
  preview: z.string().optional(),
  at: z.string(),
  /** The run that does it again. */
  retriedAs: z.string().optional(),
  /** Who tried it again or put it aside, when, and why. */
  resolvedBy: z.string().optional(),
  resolvedAt: z.string().optional(),
  note: z.string().optional(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

const Pause = z.looseObject({ agentId: z.string(), reason: z.string(), by: z.string(), at: z.string() });

export const queueMethods = {
  /** What waits and what runs. `waiting` are messages, by class in `classes` and by the mode of their session in `modes`. */
  "queue.status": method({
    scope: "operator.read",
    params: z.strictObject({}).optional(),
    result: z.looseObject({
      waiting: z.int(),
      running: z.int(),
      parked: z.int(),
      slots: z.int().optional(),
      oldestAt: z.string().optional(),
      classes: z.record(z.string(), z.int()),
      modes: z.record(z.string(), z.int()),
      deadLetters: z.int(),
    }),
  }),
  "queue.dlq.list": method({
    scope: "operator.read",
    params: z
      .strictObject({ kind: z.enum(["turn", "saga"]).optional(), state: z.enum(["open", "retried", "dropped", "all"]).optional(), limit, cursor })
      .optional(),
    result: z.looseObject({ deadLetters: z.array(DeadLetter), nextCursor: z.string().optional() }),
  }),
  "queue.dlq.get": method({
    scope: "operator.read",
    params: z.strictObject({ id }),
    result: z.looseObject({ deadLetter: DeadLetter, messages: z.array(z.looseObject({ text: z.string(), receivedAt: z.string() })) }),
  }),
  /** A turn is done again as a run of its own, a flow goes on from its memoized steps. Once: a repeat is answered with the first run. */
  "queue.dlq.retry": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ id, idempotencyKey }),
    result: z.looseObject({ runId: z.string(), deadLetter: DeadLetter }),
  }),
  "queue.dlq.drop": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ id, reason: str1.max(500), idempotencyKey }),
    result: z.looseObject({ deadLetter: DeadLetter }),
  }),
  /**
   * The kill switch: from now on no model is asked for this agent (default all agents). What runs is stopped, and what waits and
   * comes is handed to a person at once. Holds over restarts, until `agents.resume`.
   */
  "agents.pause": method({
    scope: "operator.admin",
    params: z.strictObject({ agentId: str1.max(64).optional(), reason: str1.max(500) }),
    result: z.looseObject({ paused: z.array(Pause), handedOver: z.int() }),
  }),
  /** Without `agentId` every pause ends. Conversations that were handed over stay with people until those hand them back. */
  "agents.resume": method({
    scope: "operator.admin",
    params: z.strictObject({ agentId: str1.max(64).optional() }).optional(),
    result: z.looseObject({ paused: z.array(Pause) }),
  }),
  "agents.paused": method({
    scope: "operator.read",
    params: z.strictObject({}).optional(),
    result: z.looseObject({ paused: z.array(Pause) }),
  }),
} as const;
