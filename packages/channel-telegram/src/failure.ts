import type { Receipt } from "@travelagent/protocol/messages";
import { GrammyError, HttpError } from "grammy";

type Failed = Exclude<Receipt, { status: "sent" }>;

/** Before a connection was there: the message cannot have arrived. */
const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "CERT_HAS_EXPIRED", "UND_ERR_CONNECT_TIMEOUT"]);

function codeOf(error: unknown): string | undefined {
  for (let at: unknown = error; typeof at === "object" && at !== null; at = (at as { error?: unknown }).error ?? (at as { cause?: unknown }).cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
  }
  return undefined;
}

/** Telegram's wait, in milliseconds. */
export const waitOf = (error: unknown): number | undefined =>
  error instanceof GrammyError && error.error_code === 429 ? (error.parameters.retry_after ?? 1) * 1000 : undefined;

/** Telegram could not read our markup: the same can be said without. */
export const isMarkupError = (error: unknown): boolean =>
  error instanceof GrammyError && error.error_code === 400 && /can't parse entities|unsupported start tag|entity/i.test(error.description);

/**
 * What a send that failed means. Telegram has no reference of the sender's by which one could ask afterwards: what it may have taken
 * is `unknown` and is never sent again.
 */
export function failureOf(error: unknown): Failed {
  if (error instanceof GrammyError) {
    const reason = error.description;
    const retryAfterMs = waitOf(error);
    if (retryAfterMs !== undefined) return { status: "failed", reason, retryable: true, retryAfterMs };
    // An answer in Telegram's own form with such a code is a refusal; it did not send.
    return { status: "failed", reason, retryable: error.error_code >= 500 };
  }
  if (error instanceof HttpError) {
    const code = codeOf(error);
    if (code !== undefined && neverSent.has(code)) return { status: "failed", reason: `Telegram cannot be reached (${code})`, retryable: true };
    return { status: "unknown", reason: `Telegram did not answer${code === undefined ? "" : ` (${code})`}` };
  }
  return { status: "unknown", reason: `Telegram did not answer: ${error instanceof Error ? error.message : String(error)}` };
}

/** No restart cures this: the token is wrong or was taken back. */
export const isRevoked = (error: unknown): boolean => error instanceof GrammyError && (error.error_code === 401 || error.error_code === 404);
/** Somebody else reads the messages of this bot, or a webhook is set. */
export const isConflict = (error: unknown): boolean => error instanceof GrammyError && error.error_code === 409;
