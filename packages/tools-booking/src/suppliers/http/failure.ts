import { type ErrorCode, TravelAgentError } from "@travelagent/protocol";
import type { Reply } from "./reply.ts";

/** A failure as the vendor words it, in our terms. */
export interface VendorProblem {
  /** What it means for the caller. Left out, the status decides. */
  code?: Extract<ErrorCode, "SOLD_OUT" | "PRICE_CHANGED" | "OFFER_EXPIRED" | "SUPPLIER_REJECTED" | "SUPPLIER_UNAVAILABLE" | "RATE_LIMITED" | "OUTCOME_UNKNOWN">;
  /** The vendor's own code, such as `37200`; goes into the error's details. */
  vendorCode?: string;
  /** For the log and the agency's people; personal data must not be in it. */
  message: string;
  /** Further facts a program may use, such as the new price. */
  details?: Record<string, unknown>;
}

/** Whether the request surely never left: then nothing happened, whatever it was. */
const neverLeft = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT", "CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID"]);

/** These may also end a connection that was there and over which the request had left. */
const whileConnecting = new Set(["EHOSTUNREACH", "ENETUNREACH"]);

function causeCodes(error: unknown): string[] {
  const codes: string[] = [];
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const { code, syscall } = at as NodeJS.ErrnoException;
    if (typeof code === "string") codes.push(whileConnecting.has(code) && syscall === "connect" ? "ECONNREFUSED" : code);
    // Several addresses were tried: nothing left only when none could be reached.
    if (at instanceof AggregateError && at.errors.length > 0 && at.errors.every((one) => causeCodes(one).some((c) => neverLeft.has(c))))
      codes.push("ECONNREFUSED");
  }
  return codes;
}

/** No reply came. A write may have happened then, unless the request never left. */
export function withoutReply(supplier: string, effect: "read" | "write", error: unknown): TravelAgentError {
  if (effect === "write" && !causeCodes(error).some((code) => neverLeft.has(code)))
    return new TravelAgentError("OUTCOME_UNKNOWN", `${supplier} did not answer; whether it happened has to be asked for`, { cause: error });
  return new TravelAgentError("SUPPLIER_UNAVAILABLE", `${supplier} cannot be reached; try again in a minute`, { cause: error });
}

const retryAfter = ({ headers }: Reply, now: number): number | undefined => {
  const given = headers.get("retry-after");
  if (given === null) return undefined;
  const ms = /^\d+$/.test(given) ? Number(given) * 1000 : Date.parse(given) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
};

/** A reply that is no success, as the error the supplier port asks for. */
export function failureOf(supplier: string, effect: "read" | "write", reply: Reply, problem: VendorProblem | undefined, now: number): TravelAgentError {
  const { status } = reply;
  const details = { supplier, status, ...(problem?.vendorCode === undefined ? {} : { code: problem.vendorCode }), ...problem?.details };
  const message = problem?.message ?? `${supplier} answered ${status}`;
  const wait = retryAfter(reply, now);
  const make = (code: ErrorCode) => new TravelAgentError(code, message, { details, ...(wait === undefined ? {} : { retryAfterMs: wait }) });
  if (problem?.code) return make(problem.code);
  if (status === 429) return make("RATE_LIMITED");
  if (status >= 500 || status === 408) return make(effect === "write" ? "OUTCOME_UNKNOWN" : "SUPPLIER_UNAVAILABLE");
  // A redirect after a write may be how somebody says "done, look there": it is not followed, and it is no refusal.
  if (status >= 300 && status < 400 && effect === "write") return make("OUTCOME_UNKNOWN");
  if (status === 401 || status === 403)
    return new TravelAgentError("SUPPLIER_REJECTED", `${supplier} refuses our credentials; check them in the configuration`, { details });
  return make("SUPPLIER_REJECTED");
}

/** A success that cannot be read: of a write it may have happened, of a read nothing is known. */
export function unreadable(supplier: string, effect: "read" | "write", cause?: unknown): TravelAgentError {
  return effect === "write"
    ? new TravelAgentError("OUTCOME_UNKNOWN", `${supplier} answered in a form that cannot be read; what happened has to be asked for`, { cause })
    : new TravelAgentError("SUPPLIER_UNAVAILABLE", `${supplier} answered in a form that cannot be read; try again in a minute`, { cause });
}
