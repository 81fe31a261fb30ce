import { type ErrorCode, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";

/** What a provider's failure looks like, whichever SDK raised it. */
interface RawFailure {
  status?: unknown;
  headers?: unknown;
  /** The body, or its `error` part. */
  error?: unknown;
}

export interface FailureContext {
  provider: string;
  apiKey: string | undefined;
  clock: Clock;
  /** The answer had begun. */
  begun: boolean;
}

const byStatus = (status: number): ErrorCode => {
  if (status === 401 || status === 402 || status === 403) return "MODEL_AUTH";
  if (status === 429) return "MODEL_RATE_LIMITED";
  if (status === 408 || status === 409 || status >= 500) return "MODEL_OVERLOADED";
  return "MODEL_REJECTED";
};

/** Errors inside a stream have no status, only the provider's word for it. */
const byWord: Readonly<Record<string, ErrorCode>> = {
  authentication_error: "MODEL_AUTH",
  permission_error: "MODEL_AUTH",
  billing_error: "MODEL_AUTH",
  invalid_api_key: "MODEL_AUTH",
  API_KEY_INVALID: "MODEL_AUTH",
  UNAUTHENTICATED: "MODEL_AUTH",
  PERMISSION_DENIED: "MODEL_AUTH",
  rate_limit_error: "MODEL_RATE_LIMITED",
  rate_limit_exceeded: "MODEL_RATE_LIMITED",
  insufficient_quota: "MODEL_RATE_LIMITED",
  RESOURCE_EXHAUSTED: "MODEL_RATE_LIMITED",
  overloaded_error: "MODEL_OVERLOADED",
  api_error: "MODEL_OVERLOADED",
  timeout_error: "MODEL_OVERLOADED",
  server_error: "MODEL_OVERLOADED",
  invalid_request_error: "MODEL_REJECTED",
  not_found_error: "MODEL_REJECTED",
  request_too_large: "MODEL_REJECTED",
  invalid_prompt: "MODEL_REJECTED",
  context_length_exceeded: "MODEL_REJECTED",
  INVALID_ARGUMENT: "MODEL_REJECTED",
  FAILED_PRECONDITION: "MODEL_REJECTED",
  NOT_FOUND: "MODEL_REJECTED",
};

/** The key is good, but nobody pays for it: waiting a minute does not help. Some providers say so with a status of another meaning. */
const billingWords: ReadonlySet<string> = new Set(["billing_error", "insufficient_quota", "billing_not_active", "billing_hard_limit_reached"]);
const billingMessage = /^(your credit balance is too low|insufficient (credits|balance|funds)|payment required)/i;
const isBilling = (status: number | undefined, words: readonly string[], message: unknown): boolean =>
  status === 402 || words.some((word) => billingWords.has(word)) || (typeof message === "string" && billingMessage.test(message));

const advice: Partial<Record<ErrorCode, string>> = {
  MODEL_AUTH: "refused our credentials; check the API key and what it is allowed to use",
  MODEL_RATE_LIMITED: "limits our requests; wait or use another model",
  MODEL_OVERLOADED: "cannot answer right now; try again later or use another model",
  MODEL_REJECTED: "does not accept the request",
  MODEL_INTERRUPTED: "broke off in the middle of its answer; ask again",
};

const record = (value: unknown): Record<string, unknown> => (typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {});

/** The part of a body that has `type`, `code` and `message`; SDKs hand over the whole body or that part. */
const detailOf = (body: unknown): Record<string, unknown> => (typeof record(body).error === "object" ? record(record(body).error) : record(body));

/** The entries that one vendor puts beside its message, each with its `@type`. */
const annexesOf = (detail: Record<string, unknown>): Record<string, unknown>[] => (Array.isArray(detail.details) ? detail.details.map(record) : []);

const wordsOf = (detail: Record<string, unknown>): string[] =>
  [...annexesOf(detail).map(({ reason }) => reason), detail.code, detail.type, detail.status].filter((word): word is string => typeof word === "string");

/** A provider's own words, without anything that could be a key. */
function redacted(text: string, apiKey: string | undefined): string {
  const withoutKey = apiKey ? text.replaceAll(apiKey, "[redacted]") : text;
  return withoutKey
    .replace(/\b(sk|key|pk|rk)[-_][\w*.-]{4,}/gi, "[redacted]")
    .replace(/\bbearer\s+\S+/gi, "[redacted]")
    .slice(0, 300);
}

/** Of an annex such as `{retryDelay: "34.5s"}`. */
function retryDelayMs(detail: Record<string, unknown>): number | undefined {
  const delay = annexesOf(detail).find(({ retryDelay }) => typeof retryDelay === "string")?.retryDelay;
  const seconds = Number(/^(\d+(?:\.\d+)?)s$/.exec(String(delay))?.[1] ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.ceil(seconds * 1000) : undefined;
}

function retryAfterMs(headers: unknown, detail: Record<string, unknown>, clock: Clock): number | undefined {
  return retryHeaderMs(headers, clock) ?? retryDelayMs(detail);
}

function retryHeaderMs(headers: unknown, clock: Clock): number | undefined {
  if (!(headers instanceof Headers)) return undefined;
  const ms = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return Math.ceil(ms);
  const value = headers.get("retry-after");
  if (value === null || value.trim() === "") return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.ceil(seconds * 1000) : undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.now());
}

export const modelFailure = (
  provider: string,
  code: ErrorCode,
  options: { reason?: string | undefined; status?: number; words?: string[]; billing?: boolean; retryAfterMs?: number | undefined } = {},
): TravelAgentError =>
  new TravelAgentError(code, `${provider} ${advice[code] ?? "failed"}${options.reason ? `: ${options.reason}` : ""}`, {
    details: {
      provider,
      ...(options.status === undefined ? {} : { status: options.status }),
      ...(options.words?.length ? { type: options.words[0] } : {}),
      ...(options.billing ? { billing: true } : {}),
    },
    ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
  });

/** A provider's error event inside a stream, `{type, code, message}`. */
export function failureFromBody(body: unknown, context: Omit<FailureContext, "begun">, headers?: unknown): TravelAgentError {
  const detail = detailOf(body);
  const words = wordsOf(detail);
  const known = words.find((word) => Object.hasOwn(byWord, word));
  const billing = isBilling(undefined, words, detail.message);
  const code = billing ? "MODEL_AUTH" : (known && byWord[known]) || "MODEL_OVERLOADED";
  return modelFailure(context.provider, code, {
    words,
    billing,
    ...(code === "MODEL_REJECTED" && typeof detail.message === "string" ? { reason: redacted(detail.message, context.apiKey) } : {}),
    ...(code === "MODEL_RATE_LIMITED" ? { retryAfterMs: retryAfterMs(headers, detail, context.clock) } : {}),
  });
}

/**
 * What an SDK threw, in our codes. The thrown value is not kept as `cause`: it holds headers and bodies, and with them
 * may hold a key. The provider's words are passed on only where a person can act on them, with keys taken out.
 */
export function asFailure(thrown: unknown, context: FailureContext): TravelAgentError {
  if (TravelAgentError.is(thrown)) return thrown;
  const { status, headers, error } = record(thrown) as RawFailure;
  if (typeof status === "number") {
    const detail = detailOf(error);
    const words = wordsOf(detail);
    const billing = isBilling(status, words, detail.message);
    // One vendor calls a wrong key a wrong request.
    const code = billing || words.includes("API_KEY_INVALID") ? "MODEL_AUTH" : byStatus(status);
    const message = typeof detail.message === "string" ? redacted(detail.message, context.apiKey) : undefined;
    return modelFailure(context.provider, code, {
      status,
      words,
      billing,
      reason: code === "MODEL_REJECTED" ? (message ?? `HTTP ${status}`) : `HTTP ${status}`,
      ...(code === "MODEL_AUTH" ? {} : { retryAfterMs: retryAfterMs(headers, detail, context.clock) }),
    });
  }
  if (typeof error === "object" && error !== null) return failureFromBody(error, context, headers);
  return modelFailure(context.provider, context.begun ? "MODEL_INTERRUPTED" : "MODEL_OVERLOADED", context.begun ? {} : { reason: "it cannot be reached" });
}
