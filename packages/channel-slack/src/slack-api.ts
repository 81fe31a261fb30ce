import { TravelAgentError } from "@travelagent/protocol";
import type { Receipt } from "@travelagent/protocol/messages";

export type Failed = Exclude<Receipt, { status: "sent" }>;

/** An answer of the Web API. Everything beside `ok` depends on the method. */
export interface SlackAnswer {
  ok: true;
  [key: string]: unknown;
}

/** What a call that did not end well means for a message, and Slack's own word for it where Slack answered. */
interface Trouble {
  failure: Failed;
  error?: string | undefined;
}

const trouble = (failure: Failed, error?: string): TravelAgentError =>
  new TravelAgentError(failure.status === "failed" && !failure.retryable ? "INVALID_REQUEST" : "UNAVAILABLE", failure.reason, {
    details: { failure, error } satisfies Trouble,
  });
/** Surely nothing was sent, and it may go better later. */
export const unsent = (reason: string): TravelAgentError => trouble({ status: "failed", reason, retryable: true });
const troubleOf = (error: unknown): Trouble | undefined => (TravelAgentError.is(error) ? (error.details as Trouble | undefined) : undefined);
/** Slack's word, such as `already_reacted`. */
export const slackErrorOf = (error: unknown): string | undefined => troubleOf(error)?.error;

export interface SlackApi {
  /** Raises what `failureOf` and `slackErrorOf` read, and nothing else. Objects among the parameters go as JSON; what is undefined does not go. */
  call(method: string, params?: Record<string, unknown>, options?: { signal?: AbortSignal; token?: string }): Promise<SlackAnswer>;
  /** A file of a customer. Raises the same; never goes anywhere but to Slack, since our token goes along. */
  download(url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** To an address that Slack gave us for it. Raises the same. */
  upload(url: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
}

/** Before a connection was there: it cannot have arrived. */
const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "CERT_HAS_EXPIRED", "UND_ERR_CONNECT_TIMEOUT"]);
const timeoutMs = 30_000;

/** Slack says of these itself that something may have happened before they were raised. */
const mayHaveHappened = new Set(["internal_error", "fatal_error"]);
const again = new Set(["ratelimited", "rate_limited", "service_unavailable", "request_timeout", "team_added_to_org"]);
const nobody = new Set(["channel_not_found", "user_not_found", "users_not_found", "is_archived", "not_in_channel", "user_disabled", "cannot_dm_bot"]);
/** No restart cures these: a token is wrong or was taken back. */
const revoked = new Set(["invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type"]);

export const isRevoked = (error: unknown): boolean => revoked.has(slackErrorOf(error) ?? "");
export const failureOf = (error: unknown): Failed =>
  troubleOf(error)?.failure ?? { status: "unknown", reason: `Slack did not answer: ${error instanceof Error ? error.message : String(error)}` };

function codeOf(error: unknown): string | undefined {
  for (let at: unknown = error; typeof at === "object" && at !== null; at = (at as { cause?: unknown }).cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
  }
  return undefined;
}

function refused(error: string, retryAfterMs?: number): TravelAgentError {
  const reason = `Slack refused it: ${error}`;
  if (mayHaveHappened.has(error)) return trouble({ status: "unknown", reason: `Slack says it failed midway: ${error}` }, error);
  return trouble(
    {
      status: "failed",
      reason,
      retryable: again.has(error),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(nobody.has(error) ? { code: "no-such-recipient" as const } : {}),
    },
    error,
  );
}

export interface SlackApiOptions {
  /** With a slash at the end: `https://slack.com/api/`. */
  root: string;
  token: string;
}

export function createSlackApi({ root, token }: SlackApiOptions): SlackApi {
  const own = new URL(root);

  async function ask(url: string, init: RequestInit, given: AbortSignal | undefined): Promise<Response> {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      return await fetch(url, { ...init, redirect: "error", signal: given ? AbortSignal.any([given, limit]) : limit });
    } catch (error) {
      const code = codeOf(error);
      if (code !== undefined && neverSent.has(code)) throw trouble({ status: "failed", reason: `Slack cannot be reached (${code})`, retryable: true });
      throw trouble({ status: "unknown", reason: `Slack did not answer${code === undefined ? "" : ` (${code})`}` });
    }
  }

  const waitOf = (response: Response): number | undefined => {
    const seconds = Number(response.headers.get("retry-after"));
    return response.status === 429 ? (Number.isFinite(seconds) && seconds > 0 ? seconds : 1) * 1000 : undefined;
  };

  /** Our token goes to Slack only, whatever address stands in a message. */
  const isSlacks = (url: URL): boolean =>
    url.origin === own.origin || (url.protocol === "https:" && (url.hostname === "slack.com" || url.hostname.endsWith(".slack.com")));

  return {
    async call(method, params = {}, options = {}) {
      const body = new URLSearchParams();
      for (const [key, value] of Object.entries(params))
        if (value !== undefined) body.set(key, typeof value === "object" && value !== null ? JSON.stringify(value) : String(value));
      const response = await ask(
        new URL(method, own).href,
        { method: "POST", headers: { authorization: `Bearer ${options.token ?? token}` }, body },
        options.signal,
      );
      const wait = waitOf(response);
      let answer: { ok?: unknown; error?: unknown };
      try {
        answer = (await response.json()) as typeof answer;
      } catch {
        if (wait !== undefined) throw refused("ratelimited", wait);
        throw trouble({ status: "unknown", reason: `Slack answered ${response.status} without saying what happened` });
      }
      if (answer.ok === true) return answer as SlackAnswer;
      throw refused(typeof answer.error === "string" ? answer.error : `HTTP ${response.status}`, wait);
    },

    async download(url, signal) {
      const address = URL.canParse(url) ? new URL(url) : undefined;
      if (!address || !isSlacks(address)) throw trouble({ status: "failed", reason: "the file is not kept by Slack", retryable: false });
      const response = await ask(address.href, { headers: { authorization: `Bearer ${token}` } }, signal);
      // Whoever may not read a file is shown a page to sign in.
      if (!response.ok || !response.body || /^text\/html/i.test(response.headers.get("content-type") ?? ""))
        throw trouble({ status: "failed", reason: `Slack did not give the file (${response.status})`, retryable: response.status >= 500 });
      return response.body as unknown as AsyncIterable<Uint8Array>;
    },

    async upload(url, bytes, signal) {
      const address = URL.canParse(url) ? new URL(url) : undefined;
      if (!address || !isSlacks(address)) throw trouble({ status: "failed", reason: "Slack gave no address to upload to", retryable: false });
      const response = await ask(address.href, { method: "POST", headers: { "content-type": "application/octet-stream" }, body: Buffer.from(bytes) }, signal);
      if (!response.ok) throw trouble({ status: "failed", reason: `Slack did not take the file (${response.status})`, retryable: response.status >= 500 });
    },
  };
}
