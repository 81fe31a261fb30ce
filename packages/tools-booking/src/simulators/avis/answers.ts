import { timingSafeEqual } from "node:crypto";
import type { SupplierCall } from "../../supplier.ts";
import type { Answer, Dialect, RefusalKind, Route, World } from "../kit/index.ts";

export interface AvisAccount {
  clientId: string;
  clientSecret: string;
}

export const anyCall: SupplierCall = { signal: new AbortController().signal, requestId: "simulator" };

interface Failure {
  code: string;
  message: string;
  reason: string;
  details: string;
}

/** Everything has a `status`, of success or of errors. */
export function envelopes(world: World) {
  const time = () => `${new Date(world.clock.now()).toISOString().slice(0, 19)}Z`;
  const success = (code: number, details: string) => [{ code: String(code), message: code === 201 ? "Created" : "Success", details }];
  const errors = (http: number, code: string, reason: string): Failure[] => {
    const message = { 400: "Bad Request", 404: "Not Found", 500: "Service exception" }[http] ?? "Error";
    const general = { code: String(http), message, reason: "invalid_request", details: message };
    // The first error often repeats the status.
    return [general, ...(code === String(http) ? [] : [{ code, message, reason, details: reason }])];
  };
  return {
    good: (status: number, details: string, body: object, transaction: unknown): Answer => ({
      status,
      body: { status: { request_time: time(), success: success(status, details) }, transaction: { transaction_id: String(transaction ?? "") }, ...body },
    }),
    bad: (status: number, code: string, reason: string): Answer => ({
      status,
      body: { status: { request_time: time(), request_errors: 1, errors: errors(status, code, reason) }, transaction: { system_id: world.newId("", 12) } },
    }),
    /** A success and errors in one. */
    both: (answer: Answer): Answer => {
      const body = answer.body as { status: object };
      return { ...answer, body: { ...body, status: { ...body.status, errors: errors(400, "14025", "Bad Request from e-Com backend.") } } };
    },
  };
}
export type Envelopes = ReturnType<typeof envelopes>;

const tokenMs = 2 * 3_600_000;

export function createDoor(world: World, { bad }: Envelopes, { clientId, clientSecret }: AvisAccount) {
  const live = new Map<string, number>();
  const same = (given: unknown, right: string) => {
    const text = String(given ?? "");
    return text.length === right.length && timingSafeEqual(Buffer.from(text), Buffer.from(right));
  };
  const unauthorized: Answer = { status: 401, body: { error: "invalid_grant", error_description: "token not found, expired or invalid" } };
  const refusals: Record<RefusalKind, () => Answer> = {
    unauthorized: () => unauthorized,
    auth_expired: () => unauthorized,
    rate_limited: () => bad(429, "429", "Too many requests"),
    server_error: () => bad(500, "610", "System exception from e-com backend."),
    not_found: () => bad(404, "404", "resource_failure"),
    bad_request: () => bad(400, "400", "invalid_request"),
  };
  const guard: Required<Pick<Dialect, "guard" | "refuse">> = {
    refuse: (kind) => refusals[kind](),
    guard: ({ headers }) => {
      const until = live.get(headers.authorization?.replace(/^Bearer /, "") ?? "") ?? 0;
      return headers.client_id === clientId && until > world.clock.now() ? undefined : "unauthorized";
    },
  };
  const route: Route = {
    method: "GET",
    path: "/oauth/token/v2",
    name: "token",
    open: true,
    handle({ headers }) {
      if (!same(headers.client_id, clientId) || !same(headers.client_secret, clientSecret)) return { status: 401, body: { error: "invalid_client" } };
      const token = world.newId("", 40);
      const until = world.clock.now() + tokenMs;
      live.set(token, until);
      return { status: 200, body: { access_token: token, token_type: "Bearer", expires_in: tokenMs / 1000 } };
    },
  };
  return { guard, route };
}
