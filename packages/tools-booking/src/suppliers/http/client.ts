import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { pause } from "../../deadline.ts";
import type { SupplierCall } from "../../supplier.ts";
import { failureOf, unreadable, type VendorProblem, withoutReply } from "./failure.ts";
import { type Reply, readReply } from "./reply.ts";
import type { TokenSource } from "./token.ts";

export interface SupplierHttpOptions {
  /** Named in errors and logs. */
  supplier: string;
  /** Never a default: an adapter without a configured address calls nobody. */
  baseUrl: string;
  clock?: Clock;
  log?: Logger;
  /** Default 15 s. */
  readTimeoutMs?: number;
  /** Default 60 s: suppliers take long to book, and giving up early leaves an outcome nobody knows. */
  writeTimeoutMs?: number;
  /** Pauses before a read is tried again. Default 200 ms and 800 ms. A longer `Retry-After` is not waited for. */
  readRetriesMs?: readonly number[];
  /** Headers of every request. */
  headers?: (request: SupplierRequest, requestId: string) => Record<string, string>;
  /** The access token, sent as `Authorization: Bearer`. One the vendor refuses is dropped and fetched again once. */
  token?: TokenSource;
  /** The vendor's error in a reply, whatever its status; many answer 200 with an error inside. Undefined when there is none. */
  problemIn?(reply: Reply, request: SupplierRequest): VendorProblem | undefined;
}

export interface SupplierRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Relative to the base URL, or a full address on the same host that the vendor gave as a link. */
  path: string;
  /** The path without identifiers, for the log: `orders/{id}`. */
  route: string;
  query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  json?: unknown;
  /** JSON to be sent to the byte as it is, where parsing and writing it again would change it. */
  jsonText?: string;
  form?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  /** Without the access token: for the request that fetches it. */
  anonymous?: boolean;
  timeoutMs?: number;
}

/** The one way adapters talk to a vendor. */
export interface SupplierHttp {
  /**
   * A request without effect: repeated on a broken connection, 429 and 5xx. Raises `SUPPLIER_UNAVAILABLE`, `RATE_LIMITED`, or
   * what `problemIn` says.
   */
  read(request: SupplierRequest, call: SupplierCall): Promise<Reply>;
  /**
   * A request with an effect: sent once. Raises `SUPPLIER_UNAVAILABLE` when it surely never arrived, `OUTCOME_UNKNOWN` when it
   * may have happened, or what `problemIn` says.
   */
  write(request: SupplierRequest, call: SupplierCall): Promise<Reply>;
}

const transient = (error: TravelAgentError): boolean => error.code === "SUPPLIER_UNAVAILABLE" || error.code === "RATE_LIMITED";

function addressOf(baseUrl: string, { path, query }: SupplierRequest): URL {
  const base = new URL(baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);
  const url = /^https?:\/\//.test(path) ? new URL(path) : new URL(path.replace(/^\//, ""), base);
  // A link out of a reply must not carry our credentials to another host.
  if (url.origin !== base.origin) throw new TravelAgentError("SUPPLIER_REJECTED", "the supplier gave a link to another host; it is not followed");
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [value]) url.searchParams.append(name, String(one));
  }
  return url;
}

export function supplierHttp(options: SupplierHttpOptions): SupplierHttp {
  const { supplier, baseUrl, clock = systemClock, log = silentLogger, token, problemIn } = options;
  const { readTimeoutMs = 15_000, writeTimeoutMs = 60_000, readRetriesMs = [200, 800] } = options;

  async function send(effect: "read" | "write", request: SupplierRequest, call: SupplierCall, bearer: string | undefined): Promise<Reply> {
    const url = addressOf(baseUrl, request);
    const { method, json, jsonText, form } = request;
    const headers: Record<string, string> = {
      accept: "application/json",
      ...(json === undefined && jsonText === undefined ? {} : { "content-type": "application/json" }),
      ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...options.headers?.(request, call.requestId),
      ...request.headers,
    };
    const body = jsonText ?? (json === undefined ? (form === undefined ? undefined : new URLSearchParams(form).toString()) : JSON.stringify(json));
    if (call.signal.aborted)
      throw new TravelAgentError("SUPPLIER_UNAVAILABLE", "the call was given up before it was sent; nothing happened", { cause: call.signal.reason });
    const late = new AbortController();
    const ms = request.timeoutMs ?? (effect === "write" ? writeTimeoutMs : readTimeoutMs);
    const stopTimer = clock.after(ms, () => late.abort(new TravelAgentError("TIMEOUT", `no answer within ${ms / 1000} s`)));
    try {
      const signal = AbortSignal.any([call.signal, late.signal]);
      // Redirects are not followed: they would send credentials elsewhere, or a write twice.
      const response = await fetch(url, { method, headers, redirect: "manual", signal, ...(body === undefined ? {} : { body }) });
      return await readReply(response);
    } catch (error) {
      throw withoutReply(supplier, effect, error);
    } finally {
      stopTimer();
    }
  }

  async function once(effect: "read" | "write", request: SupplierRequest, call: SupplierCall): Promise<Reply> {
    const started = clock.now();
    const bearer = token && !request.anonymous ? await token.get() : undefined;
    let reply = await send(effect, request, call, bearer);
    if (reply.status === 401 && token && bearer !== undefined) {
      // Refused at the door: nothing happened, so even a write may be sent again with a new token.
      token.drop(bearer);
      reply = await send(effect, request, call, await token.get());
    }
    const problem = problemIn?.(reply, request);
    log.debug("a supplier answered", {
      supplier,
      method: request.method,
      route: request.route,
      status: reply.status,
      ms: clock.now() - started,
      requestId: call.requestId,
      ...(problem?.vendorCode === undefined ? {} : { vendorCode: problem.vendorCode }),
    });
    if (problem || reply.status < 200 || reply.status >= 300) throw failureOf(supplier, effect, reply, problem, clock.now());
    if (!reply.readable) throw unreadable(supplier, effect);
    return reply;
  }

  return {
    async read(request, call) {
      for (let tries = 0; ; tries += 1) {
        try {
          return await once("read", request, call);
        } catch (error) {
          const failure = TravelAgentError.from(error);
          const delay = readRetriesMs[tries];
          if (!transient(failure) || delay === undefined || call.signal.aborted) throw error;
          const wait = Math.max(delay, failure.retryAfterMs ?? 0);
          if (wait > 5000) throw error;
          await pause(clock, wait, call.signal);
        }
      }
    },
    write: (request, call) => once("write", request, call),
  };
}

/**
 * Reads a part of a reply, such as an order out of a body. What it raises, a vendor's surprise included, becomes "cannot be read":
 * of a write that is an outcome nobody knows, never a refusal.
 */
export function understand<T>(supplier: string, effect: "read" | "write", read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (TravelAgentError.is(error)) throw error;
    throw unreadable(supplier, effect, error);
  }
}
