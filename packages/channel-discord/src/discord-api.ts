import { TravelAgentError } from "@travelagent/protocol";
import type { Receipt } from "@travelagent/protocol/messages";
import type { Clock } from "@travelagent/protocol/ports";

export type Failed = Exclude<Receipt, { status: "sent" }>;

export interface DiscordFile {
  name: string;
  bytes: Uint8Array;
}

export interface CallOptions {
  body?: unknown;
  files?: readonly DiscordFile[];
  signal?: AbortSignal;
  /** An interaction is answered with its own token. */
  withoutToken?: boolean;
}

export interface DiscordApi {
  /** Raises what `failureOf`, `codeOf` and `isRevoked` read, and nothing else. The body of an answer; undefined where there is none. */
  call<T = Record<string, unknown>>(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, options?: CallOptions): Promise<T>;
  /** A file of somebody, from where Discord keeps files. No token goes along. Raises the same. */
  download(url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

interface Trouble {
  failure: Failed;
  httpStatus?: number;
  /** Discord's own number for it. */
  code?: number;
}

const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "CERT_HAS_EXPIRED", "UND_ERR_CONNECT_TIMEOUT"]);
const timeoutMs = 20_000;
/** Longer than that nobody waits for a limit here: it is tried again later. */
const patienceMs = 15_000;
/** Unknown channel, guild, member, message, user, thread; missing access. */
const nobody = new Set([10003, 10004, 10007, 10013, 50001]);
/** Direct messages are closed to us: by the person's own settings, or because they blocked the bot. */
const closedToUs = 50007;

const trouble = (failure: Failed, more: Omit<Trouble, "failure"> = {}): TravelAgentError =>
  new TravelAgentError(failure.status === "failed" && !failure.retryable ? "INVALID_REQUEST" : "UNAVAILABLE", failure.reason, {
    details: { failure, ...more } satisfies Trouble,
  });
const troubleOf = (error: unknown): Partial<Trouble> => (TravelAgentError.is(error) ? ((error.details as Trouble | undefined) ?? {}) : {});

export const failureOf = (error: unknown): Failed =>
  troubleOf(error).failure ?? { status: "unknown", reason: `Discord did not answer: ${error instanceof Error ? error.message : String(error)}` };
export const codeOf = (error: unknown): number | undefined => troubleOf(error).code;
export const isRevoked = (error: unknown): boolean => troubleOf(error).httpStatus === 401;
export const unsent = (reason: string, retryable: boolean): TravelAgentError => trouble({ status: "failed", reason, retryable });

function causeOf(error: unknown): string | undefined {
  for (let at: unknown = error; typeof at === "object" && at !== null; at = (at as { cause?: unknown }).cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
  }
  return undefined;
}

/** Paths that share a limit: ids count only where Discord says that they do. */
export const routeOf = (method: string, path: string): string =>
  `${method} ${path
    .replace(/\?.*$/, "")
    .replace(
      /^(\/(?:channels|guilds|webhooks)\/\d+)?(.*)$/,
      (_, major: string | undefined, rest: string) => `${major ?? ""}${rest.replace(/\/\d+/g, "/:id").replace(/\/(callback|webhooks)\/.*/, "/$1")}`,
    )}`;

/** Discord's REST interface. Keeps each limit that Discord states before it has to enforce it. */
export function createDiscordApi({ root, token, clock }: { root: string; token: string; clock: Clock }): DiscordApi {
  const own = new URL(root);
  const buckets = new Map<string, { remaining: number; resetAt: number }>();
  let allUntil = 0;

  async function ask(url: string, init: RequestInit, given: AbortSignal | undefined): Promise<Response> {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      return await fetch(url, { ...init, redirect: "error", signal: given ? AbortSignal.any([given, limit]) : limit });
    } catch (error) {
      const code = causeOf(error);
      if (code !== undefined && neverSent.has(code)) throw trouble({ status: "failed", reason: `Discord cannot be reached (${code})`, retryable: true });
      throw trouble({ status: "unknown", reason: `Discord did not answer${code === undefined ? "" : ` (${code})`}` });
    }
  }

  async function ready(route: string, signal: AbortSignal | undefined): Promise<void> {
    const bucket = buckets.get(route);
    const wait = Math.max(allUntil, bucket && bucket.remaining < 1 ? bucket.resetAt : 0) - clock.now();
    if (wait <= 0) return;
    if (wait > patienceMs) throw trouble({ status: "failed", reason: "Discord's limit is reached; it is tried again", retryable: true, retryAfterMs: wait });
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        cancel();
        reject(trouble({ status: "failed", reason: "cancelled before it was sent", retryable: false }));
      };
      const cancel = clock.after(wait, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      if (signal?.aborted) onAbort();
      else signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  function note(route: string, headers: Headers): void {
    const remaining = headers.get("x-ratelimit-remaining");
    const resetAfter = Number(headers.get("x-ratelimit-reset-after"));
    if (remaining === null || !Number.isFinite(resetAfter)) return;
    buckets.set(route, { remaining: Number(remaining), resetAt: clock.now() + resetAfter * 1000 });
    if (buckets.size > 2000) for (const [key, { resetAt }] of buckets) if (resetAt < clock.now()) buckets.delete(key);
  }

  return {
    async call<T>(method: string, path: string, { body, files = [], signal, withoutToken = false }: CallOptions = {}): Promise<T> {
      const route = routeOf(method, path);
      await ready(route, signal);
      const headers: Record<string, string> = { "user-agent": "DiscordBot (https://www.npmjs.com/package/@travelagent/channel-discord, 1)" };
      if (!withoutToken) headers.authorization = `Bot ${token}`;
      let content: string | FormData | undefined;
      if (files.length > 0) {
        content = new FormData();
        content.set("payload_json", JSON.stringify(body));
        for (const [at, { name, bytes }] of files.entries()) content.set(`files[${at}]`, new Blob([Buffer.from(bytes)]), name);
      } else if (body !== undefined) {
        headers["content-type"] = "application/json";
        content = JSON.stringify(body);
      }
      const response = await ask(new URL(path.slice(1), own).href, { method, headers, ...(content === undefined ? {} : { body: content }) }, signal);
      note(route, response.headers);
      if (response.status === 204) return undefined as T;
      let answer: { message?: unknown; code?: unknown; retry_after?: unknown; global?: unknown };
      try {
        answer = (await response.json()) as typeof answer;
      } catch {
        if (response.status === 429) throw limited(route, 1000, false);
        throw trouble({ status: "unknown", reason: `Discord answered ${response.status} without saying what happened` }, { httpStatus: response.status });
      }
      if (response.ok) return answer as T;
      if (response.status === 429) throw limited(route, Math.ceil(Number(answer.retry_after ?? 1) * 1000), answer.global === true);
      // An error of Discord's own may come after the message went out.
      if (response.status >= 500) throw trouble({ status: "unknown", reason: `Discord failed midway (${response.status})` }, { httpStatus: response.status });
      const code = Number(answer.code ?? 0);
      throw trouble(
        {
          status: "failed",
          reason: `Discord refused it: ${typeof answer.message === "string" ? answer.message : response.status}`,
          retryable: false,
          ...(code === closedToUs ? { code: "opted-out" as const } : nobody.has(code) ? { code: "no-such-recipient" as const } : {}),
        },
        { httpStatus: response.status, code },
      );
    },

    async download(url, signal) {
      const address = URL.canParse(url) ? new URL(url) : undefined;
      const isDiscords =
        address?.origin === own.origin || (address?.protocol === "https:" && /(^|\.)(discordapp\.(com|net)|discord\.com)$/.test(address.hostname));
      if (!address || !isDiscords) throw trouble({ status: "failed", reason: "the file is not kept by Discord", retryable: false });
      const response = await ask(address.href, {}, signal);
      if (!response.ok || !response.body)
        throw trouble({ status: "failed", reason: `Discord did not give the file (${response.status})`, retryable: response.status >= 500 });
      return response.body as unknown as AsyncIterable<Uint8Array>;
    },
  };

  function limited(route: string, waitMs: number, global: boolean): TravelAgentError {
    if (global) allUntil = clock.now() + waitMs;
    else buckets.set(route, { remaining: 0, resetAt: clock.now() + waitMs });
    return trouble({ status: "failed", reason: "Discord's limit is reached", retryable: true, retryAfterMs: waitMs }, { httpStatus: 429 });
  }
}
