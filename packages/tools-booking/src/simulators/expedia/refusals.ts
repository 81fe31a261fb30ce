import { createHash, timingSafeEqual } from "node:crypto";
import type { Answer, Dialect, RefusalKind, SimulatedRequest } from "../kit/index.ts";

export interface RapidAccount {
  apiKey: string;
  sharedSecret: string;
}

export const failure = (status: number, type: string, message: string, more: object = {}): Answer => ({ status, body: { type, message, ...more } });

export const invalid = (type: string, message: string, fields?: { name: string; type: string; value: string }[]): Answer =>
  failure(400, "invalid_input", "An invalid request was sent in, please check the nested errors for details.", {
    errors: [{ type, message, ...(fields ? { fields } : {}) }],
  });

export const badLink = (): Answer => invalid("link.invalid", "Link is invalid.");

/** Further off than this, and a signature is not believed. */
const toleranceSeconds = 300;

function signedRight(header: string | undefined, { apiKey, sharedSecret }: RapidAccount, now: number): boolean {
  const parts = new Map(
    (header?.replace(/^EAN\s+/i, "") ?? "").split(",").map((part) => [part.split("=")[0]!.trim().toLowerCase(), part.split("=")[1]?.trim() ?? ""]),
  );
  const stamp = parts.get("timestamp") ?? "";
  const right = createHash("sha512").update(`${apiKey}${sharedSecret}${stamp}`).digest();
  const given = Buffer.from(parts.get("signature") ?? "", "hex");
  const fresh = Math.abs(Number(stamp) - now / 1000) <= toleranceSeconds;
  return parts.get("apikey") === apiKey && given.length === right.length && timingSafeEqual(given, right) && fresh;
}

export function createGuard(account: RapidAccount, now: () => number): Required<Pick<Dialect, "guard" | "refuse">> {
  const answers: Record<RefusalKind, (message: string) => Answer> = {
    unauthorized: () =>
      failure(401, "request_unauthenticated", "Data required to authenticate your request is missing or inaccurate.", {
        fields: [{ name: "servertimestamp", type: "server", value: Math.floor(now() / 1000) }],
      }),
    auth_expired: () => answers.unauthorized(""),
    rate_limited: () => failure(429, "too_many_requests", "You have reached your capacity for this type of request."),
    server_error: () => failure(500, "unknown_internal_error", "An internal server error has occurred."),
    not_found: () => failure(404, "resource_not_found", "Itinerary was not found with provided request."),
    bad_request: (message) => invalid("request.invalid", message),
  };
  return {
    refuse: (kind, message) => answers[kind](message),
    guard: ({ headers }) => (signedRight(headers.authorization, account, now()) ? undefined : "unauthorized"),
  };
}

/** What every call must carry beside the signature, and what calls about bookings must. */
export function missingHeader({ headers }: SimulatedRequest, booking: boolean): Answer | undefined {
  if (!/gzip/.test(String(headers["accept-encoding"] ?? ""))) return invalid("accept_encoding.invalid", "The Accept-Encoding header must be gzip.");
  if (!/application\/json/.test(String(headers.accept ?? ""))) return invalid("accept.invalid", "The Accept header must be application/json.");
  if (!headers["user-agent"]) return invalid("user_agent.required", "The User-Agent header is required.");
  return booking && !headers["customer-ip"] ? invalid("customer_ip.required", "The Customer-Ip header is required.") : undefined;
}

/** Words of the `Test` header that answer by themselves, whatever the call. */
export function testAnswer({ headers }: SimulatedRequest): Answer | undefined {
  const word = headers.test;
  if (word === "service_unavailable") return failure(503, "service_unavailable", "This service is currently unavailable.");
  if (word === "unknown_internal_error" || word === "internal_server_error")
    return failure(500, "unknown_internal_error", "An internal server error has occurred.");
  return undefined;
}

export const testWord = ({ headers }: SimulatedRequest): string => String(headers.test ?? "");
