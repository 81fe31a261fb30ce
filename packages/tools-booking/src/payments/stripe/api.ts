import { randomUUID } from "node:crypto";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { z } from "zod";
import { supplierHttp, understand } from "../../suppliers/http/index.ts";
import { problemIn } from "./problems.ts";

/** The version whose shapes the wire schemas read. An account's default version may be years old. */
const apiVersion = "2026-10-28.endive";

export type Fields = Readonly<Record<string, string>>;

/** Stripe's REST as far as payments need it. */
export interface StripeApi {
  get<T>(schema: z.ZodType<T>, path: string, route: string, query: Fields, signal: AbortSignal): Promise<T>;
  /** `idempotencyKey`: the same key with the same fields gives the first answer again for a day, failures included. */
  post<T>(schema: z.ZodType<T>, path: string, route: string, fields: Fields, idempotencyKey: string, signal: AbortSignal): Promise<T>;
}

export function stripeApi({ baseUrl, apiKey, clock, log }: { baseUrl: string; apiKey: string; clock: Clock; log: Logger }): StripeApi {
  const http = supplierHttp({
    supplier: "stripe",
    baseUrl,
    clock,
    log,
    problemIn,
    headers: () => ({ authorization: `Bearer ${apiKey}`, "stripe-version": apiVersion }),
  });
  const call = (signal: AbortSignal) => ({ signal, requestId: randomUUID() });
  return {
    async get(schema, path, route, query, signal) {
      const { body } = await http.read({ method: "GET", path, route, query }, call(signal));
      return understand("stripe", "read", () => schema.parse(body));
    },
    async post(schema, path, route, fields, idempotencyKey, signal) {
      const request = { method: "POST", path, route, form: fields, headers: { "idempotency-key": idempotencyKey } } as const;
      const { body } = await http.write(request, call(signal));
      return understand("stripe", "write", () => schema.parse(body));
    },
  };
}
