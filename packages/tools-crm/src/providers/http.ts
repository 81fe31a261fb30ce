import { type ErrorCode, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { CrmCall } from "./provider.ts";

export interface CrmReply {
  status: number;
  headers: Headers;
  /** Parsed JSON, or the text where it is none; undefined when empty. */
  body: unknown;
  readable: boolean;
}

/** A refusal in the vendor's words. Nothing of the request may be in `message`. */
export interface CrmProblem {
  code?: Extract<ErrorCode, "CONFLICT" | "NOT_FOUND" | "SUPPLIER_REJECTED" | "UNAUTHORIZED" | "RATE_LIMITED" | "UNAVAILABLE" | "OUTCOME_UNKNOWN">;
  message: string;
  details?: Record<string, unknown>;
  /** Where the vendor tells it otherwise than by `Retry-After`. */
  retryAfterMs?: number;
}

export interface CrmHttpOptions {
  /** Named in errors and logs. */
  provider: string;
  /** Asked for each request: some vendors tell it with the access token. */
  baseUrl(): string | Promise<string>;
  clock?: Clock;
  log?: Logger;
  /** Default 15 s. */
  readTimeoutMs?: number;
  /** Default 30 s. */
  writeTimeoutMs?: number;
  /** Pauses before a read is tried again. Default 200 ms and 800 ms; a longer `Retry-After` is the caller's. */
  readRetriesMs?: readonly number[];
  /** Sent as `Authorization: Bearer`. One the vendor refuses is dropped and fetched again once. */
  token: CrmToken;
  /** Undefined: the status decides. */
  problemIn?(reply: CrmReply): CrmProblem | undefined;
}

export interface CrmRequest {
  effect: "read" | "write";
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Relative to the base URL; a full address only on the same host. */
  path: string;
  /** The path without ids and values, for the log. */
  route: string;
  query?: Readonly<Record<string, string | undefined>>;
  json?: unknown;
  headers?: Readonly<Record<string, string>>;
}

/** One access token for all calls: whoever needs one while it is being fetched waits for the same fetch. */
export interface CrmToken {
  get(): Promise<string>;
  /** The vendor refused it. False when there is no other to be had. */
  drop(token: string): boolean;
}

export const fixedToken = (token: string): CrmToken => ({ get: async () => token, drop: () => false });

export function fetchedToken(fetchToken: () => Promise<{ token: string; expiresInMs: number }>, clock: Clock): CrmToken {
  let current: { token: string; until: number } | undefined;
  let underWay: Promise<string> | undefined;
  return {
    async get() {
      if (current && clock.now() < current.until) return current.token;
      underWay ??= fetchToken()
        .then(({ token, expiresInMs }) => {
          current = { token, until: clock.now() + Math.max(expiresInMs - 60_000, expiresInMs / 2) };
          return token;
        })
        .finally(() => {
          underWay = undefined;
        });
      return underWay;
    },
    drop(token) {
      if (current?.token === token) current = undefined;
      return true;
    },
  };
}

const largestReply = 8 * 1024 * 1024;

async function readReply(response: Response): Promise<CrmReply> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > largestReply) throw new Error("the reply is larger than 8 MiB");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  const { status, headers } = response;
  if (text === "") return { status, headers, body: undefined, readable: true };
  try {
    return { status, headers, body: JSON.parse(text) as unknown, readable: true };
  } catch {
    return { status, headers, body: text, readable: !response.ok };
  }
}

/** Whether the request surely never left. */
const neverLeft = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT", "CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID"]);

function neverSent(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (neverLeft.has(String((at as NodeJS.ErrnoException).code))) return true;
    if (at instanceof AggregateError && at.errors.length > 0 && at.errors.every(neverSent)) return true;
  }
  return false;
}

export function retryAfterOf(headers: Headers, now: number): number | undefined {
  const given = headers.get("retry-after");
  if (given === null) return undefined;
  const ms = /^\d+$/.test(given) ? Number(given) * 1000 : Date.parse(given) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** What a status means where the vendor says nothing more. */
function codeOf(status: number, effect: CrmRequest["effect"]): ErrorCode {
  if (status === 429) return "RATE_LIMITED";
  if (status === 401 || status === 403) return "UNAUTHORIZED";
  if (status === 404 || status === 410) return "NOT_FOUND";
  if (status === 409 || status === 412) return "CONFLICT";
  // A redirect is not followed, and after a write it may be how somebody says "done, look there".
  if (status >= 500 || status === 408 || status < 400) return effect === "read" ? "UNAVAILABLE" : "OUTCOME_UNKNOWN";
  return "SUPPLIER_REJECTED";
}

export interface CrmHttp {
  /** Reads are repeated on a broken connection, 429 and 5xx; writes are sent once. Raises what the port of CRM providers says. */
  send(request: CrmRequest, call: CrmCall): Promise<CrmReply>;
}

/** The one way adapters here talk to a vendor: deadlines, one token for all, no redirects, nothing personal in the log. */
export function crmHttp(options: CrmHttpOptions): CrmHttp {
  const { provider, baseUrl, clock = systemClock, log = silentLogger, token, problemIn } = options;
  const { readTimeoutMs = 15_000, writeTimeoutMs = 30_000, readRetriesMs = [200, 800] } = options;
  const unreachable = (cause: unknown) => new TravelAgentError("UNAVAILABLE", `${provider} cannot be reached`, { cause });
  const unknown = (cause: unknown) => new TravelAgentError("OUTCOME_UNKNOWN", `${provider} did not answer; whether it happened has to be asked for`, { cause });

  async function attempt({ effect, method, path, query, json, headers }: CrmRequest, call: CrmCall, bearer: string): Promise<CrmReply> {
    const given = await baseUrl();
    const base = new URL(given.endsWith("/") ? given : `${given}/`);
    const url = path.startsWith("/") ? new URL(path, base.origin) : new URL(path, base);
    // A link out of a reply must not carry our credentials to another host.
    if (url.origin !== base.origin) throw new TravelAgentError("SUPPLIER_REJECTED", `${provider} gave a link to another host; it is not followed`);
    for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(name, value);
    if (call.signal.aborted) throw unreachable(call.signal.reason);
    const late = new AbortController();
    const disarm = clock.after(effect === "read" ? readTimeoutMs : writeTimeoutMs, () => late.abort(new TravelAgentError("TIMEOUT", "no answer in time")));
    try {
      const response = await fetch(url, {
        method,
        redirect: "manual",
        signal: AbortSignal.any([call.signal, late.signal]),
        headers: {
          accept: "application/json",
          authorization: `Bearer ${bearer}`,
          ...(json === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      return await readReply(response);
    } catch (error) {
      throw effect === "read" || neverSent(error) ? unreachable(error) : unknown(error);
    } finally {
      disarm();
    }
  }

  function failureOf({ effect }: CrmRequest, reply: CrmReply): TravelAgentError | undefined {
    const { status, readable } = reply;
    const good = status >= 200 && status < 300;
    if (good && readable) return undefined;
    if (good) return effect === "read" ? unreachable("unreadable") : unknown("unreadable");
    const problem = problemIn?.(reply);
    const wait = retryAfterOf(reply.headers, clock.now()) ?? problem?.retryAfterMs;
    const code = problem?.code ?? codeOf(status, effect);
    return new TravelAgentError(code, problem?.message ?? `${provider} answered ${status}`, {
      details: { provider, status, ...problem?.details },
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
    });
  }

  async function once(request: CrmRequest, call: CrmCall): Promise<CrmReply> {
    const started = clock.now();
    const bearer = await token.get();
    let reply = await attempt(request, call, bearer);
    // Refused at the door: nothing happened, so even a write may be sent again with a new token.
    if (reply.status === 401 && token.drop(bearer)) reply = await attempt(request, call, await token.get());
    log.debug("a crm answered", { provider, method: request.method, route: request.route, status: reply.status, ms: clock.now() - started });
    const failure = failureOf(request, reply);
    if (failure) throw failure;
    return reply;
  }

  return {
    async send(request, call) {
      for (let tries = 0; ; tries += 1) {
        try {
          return await once(request, call);
        } catch (error) {
          const failure = TravelAgentError.from(error);
          const delay = request.effect === "read" ? readRetriesMs[tries] : undefined;
          if (delay === undefined || !failure.retryable || call.signal.aborted || (failure.retryAfterMs ?? 0) > 2000) throw error;
          await new Promise<void>((resolve) => clock.after(Math.max(delay, failure.retryAfterMs ?? 0), resolve));
        }
      }
    },
  };
}
