import { type ErrorCode, type ErrorShape, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { withDeadline } from "./deadline.ts";

/** How a write outside ended, as data, so that a restart remembers it. */
export type WriteOutcome<T> = { done: T } | { refused: ErrorShape } | { unknown: string };

/** Only these say that surely nothing happened. Everything else, a bug of an adapter included, leaves the outcome open. */
const nothingHappened: ReadonlySet<ErrorCode> = new Set([
  "SUPPLIER_UNAVAILABLE",
  "SUPPLIER_REJECTED",
  "OFFER_EXPIRED",
  "OFFER_NOT_FOUND",
  "PRICE_CHANGED",
  "SOLD_OUT",
  "INVALID_REQUEST",
  "NOT_FOUND",
  "CONFLICT",
  "IDEMPOTENCY_MISMATCH",
  "RATE_LIMITED",
]);

/** Whether a write that raised `error` surely did nothing outside. */
export const surelyNothingHappened = (error: unknown): boolean => TravelAgentError.is(error) && nothingHappened.has(error.code);

/** After an earlier attempt, that this one surely did nothing says nothing about the earlier one. */
export const undecided = (error: unknown): unknown =>
  TravelAgentError.is(error, "SUPPLIER_UNAVAILABLE") || TravelAgentError.is(error, "RATE_LIMITED")
    ? new TravelAgentError("OUTCOME_UNKNOWN", "what became of an earlier attempt is not known yet; ask again", { cause: error })
    : error;

/** Calls a write and says how it ended. Never rejects: whatever is not a clear answer is `unknown`. */
export async function attemptWrite<T>(
  clock: Clock,
  timeoutMs: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<WriteOutcome<T>> {
  try {
    return { done: await withDeadline(clock, timeoutMs, signal, call) };
  } catch (error) {
    if (surelyNothingHappened(error)) return { refused: TravelAgentError.from(error).toShape() };
    return { unknown: TravelAgentError.is(error) ? error.code : "INTERNAL" };
  }
}
