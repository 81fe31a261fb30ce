import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import * as z from "zod";
import type { GraphError } from "./graph-error.ts";

export type Answer =
  | { kind: "done"; body: Record<string, unknown> }
  | { kind: "refused"; httpStatus: number; error: GraphError; retryAfterMs?: number }
  /** It cannot have arrived. */
  | { kind: "unreached"; reason: string }
  /** It may have arrived. */
  | { kind: "unclear"; reason: string };

export interface GraphOptions {
  /** With the version: `https://graph.facebook.com/v24.0`. */
  graphUrl: string;
  accessToken: string;
  /** Hosts beside Graph's own that files are fetched from; what is below them counts. */
  mediaHosts: readonly string[];
  clock: Clock;
  /** An answer that takes longer is not waited for. */
  timeoutMs: number;
}

/** Graph, as far as WhatsApp needs it. Nothing is called but the host of `graphUrl` and `mediaHosts`, and nobody else gets the token. */
export interface Graph {
  /** Never rejects. */
  post(path: string, body: Record<string, unknown> | FormData, signal?: AbortSignal): Promise<Answer>;
  get(path: string, signal?: AbortSignal): Promise<Answer>;
  /**
   * The bytes behind an address that Graph named. Raises `FORBIDDEN` for another host, `UNAVAILABLE` for what cannot be fetched now and
   * `NOT_FOUND` for what is gone. Ends with an error, not short, when the connection breaks.
   */
  download(url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

const failure = z.looseObject({
  error: z.looseObject({ code: z.number(), message: z.string().default("refused"), error_data: z.looseObject({ details: z.string().optional() }).optional() }),
});

/** Before a connection was there. */
const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "CERT_HAS_EXPIRED", "UND_ERR_CONNECT_TIMEOUT"]);

function codeOf(error: unknown): string | undefined {
  for (let at: unknown = error; typeof at === "object" && at !== null; at = (at as { cause?: unknown }).cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
  }
  return undefined;
}

export function createGraph({ graphUrl, accessToken, mediaHosts, clock, timeoutMs }: GraphOptions): Graph {
  const root = graphUrl.replace(/\/$/, "");
  const own = new URL(root);
  const authorization = { authorization: `Bearer ${accessToken}` };

  const mayFetch = ({ protocol, host, hostname, username }: URL): boolean =>
    username === "" &&
    (host === own.host
      ? protocol === own.protocol
      : protocol === "https:" && mediaHosts.some((allowed) => hostname === allowed || hostname.endsWith(`.${allowed}`)));

  async function inTime<R>(signal: AbortSignal | undefined, ask: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const late = new AbortController();
    const disarm = clock.after(timeoutMs, () => late.abort(new Error(`no answer within ${timeoutMs / 1000} s`)));
    try {
      return await ask(signal ? AbortSignal.any([signal, late.signal]) : late.signal);
    } finally {
      disarm();
    }
  }

  async function call(method: "GET" | "POST", path: string, body: Record<string, unknown> | FormData | undefined, signal?: AbortSignal): Promise<Answer> {
    if (signal?.aborted) return { kind: "unreached", reason: "cancelled before it was sent" };
    try {
      return await inTime(signal, async (inner) => {
        const response = await fetch(`${root}/${path}`, {
          method,
          signal: inner,
          redirect: "error",
          headers: { ...authorization, ...(body === undefined || body instanceof FormData ? {} : { "content-type": "application/json" }) },
          ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
        });
        return answerOf(response.status, response.headers.get("retry-after"), await response.text());
      });
    } catch (error) {
      const code = codeOf(error);
      if (code !== undefined && neverSent.has(code)) return { kind: "unreached", reason: `WhatsApp cannot be reached (${code})` };
      return { kind: "unclear", reason: `WhatsApp did not answer${code === undefined ? "" : ` (${code})`}` };
    }
  }

  return {
    post: (path, body, signal) => call("POST", path, body, signal),
    get: (path, signal) => call("GET", path, undefined, signal),

    async download(address, signal) {
      const url = URL.canParse(address) ? new URL(address) : undefined;
      if (!url || !mayFetch(url)) throw new TravelAgentError("FORBIDDEN", "the file is at an address that is not WhatsApp's; it was not fetched");
      let response: Response;
      try {
        response = await inTime(signal, (inner) => fetch(url, { headers: authorization, redirect: "error", signal: AbortSignal.any([inner, signal]) }));
      } catch (error) {
        throw new TravelAgentError("UNAVAILABLE", "the file cannot be fetched from WhatsApp now", { cause: error });
      }
      if (response.ok && response.body) return response.body as unknown as AsyncIterable<Uint8Array>;
      await response.body?.cancel();
      throw new TravelAgentError(
        response.status === 404 || response.status === 410 ? "NOT_FOUND" : "UNAVAILABLE",
        `WhatsApp does not give the file (${response.status})`,
      );
    },
  };
}

function answerOf(httpStatus: number, retryAfter: string | null, text: string): Answer {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { kind: "unclear", reason: `WhatsApp's answer cannot be read (${httpStatus})` };
  }
  if (httpStatus < 300 && typeof body === "object" && body !== null) return { kind: "done", body: body as Record<string, unknown> };
  const read = failure.safeParse(body);
  if (!read.success) return { kind: "unclear", reason: `WhatsApp's answer cannot be read (${httpStatus})` };
  const { code, message, error_data } = read.data.error;
  const seconds = Number(retryAfter);
  return {
    kind: "refused",
    httpStatus,
    error: { code, message, ...(error_data?.details === undefined ? {} : { details: error_data.details }) },
    ...(retryAfter !== null && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}),
  };
}
