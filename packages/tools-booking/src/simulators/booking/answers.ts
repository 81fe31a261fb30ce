import { timingSafeEqual } from "node:crypto";
import type { SupplierCall } from "../../supplier.ts";
import type { Answer, Dialect, RefusalKind, World } from "../kit/index.ts";

export interface DemandAccount {
  apiToken: string;
  affiliateId: string;
}

const requestId = (world: World) => world.newId("01", 24);

/** Everything is `{request_id, data}` or `{request_id, errors}`. */
export const envelopes = (world: World) => ({
  good: (data: unknown, more: object = {}): Answer => ({ status: 200, body: { request_id: requestId(world), data, ...more } }),
  bad: (status: number, id: string, message: string, more: object = {}): Answer => ({
    status,
    body: { request_id: requestId(world), errors: [{ id, message, ...more }] },
  }),
});
export type Envelopes = ReturnType<typeof envelopes>;

export function createGuard({ bad }: Envelopes, { apiToken, affiliateId }: DemandAccount): Required<Pick<Dialect, "guard" | "refuse">> {
  const same = (given: string, right: string) => given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right));
  const refusals: Record<RefusalKind, [status: number, id: string]> = {
    unauthorized: [401, "unauthorized"],
    auth_expired: [401, "unauthorized"],
    rate_limited: [429, "too_many_requests"],
    server_error: [500, "500"],
    not_found: [404, "not_found"],
    bad_request: [400, "invalid_request"],
  };
  return {
    refuse: (kind, message) => bad(...refusals[kind], message),
    guard: ({ headers }) => (same(headers.authorization ?? "", `Bearer ${apiToken}`) && headers["x-affiliate-id"] === affiliateId ? undefined : "unauthorized"),
  };
}

/** `2027-03-10T18:00:00+00:00`, as the vendor writes moments. */
export const moment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}+00:00`;

export const anyCall: SupplierCall = { signal: new AbortController().signal, requestId: "simulator" };

/** Ids are numbers: the world's `LIS07` is one. */
export const toNumber = (code: string): number => Number.parseInt(code, 36);
export const toCode = (id: number): string => id.toString(36).toUpperCase();
