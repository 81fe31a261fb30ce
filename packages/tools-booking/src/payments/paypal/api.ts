import { randomUUID } from "node:crypto";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { z } from "zod";
import { singleFlightToken, supplierHttp, understand } from "../../suppliers/http/index.ts";
import { problemIn } from "./problems.ts";
import { Token } from "./wire.ts";

/** PayPal's REST as far as payments need it. */
export interface PayPalApi {
  get<T>(schema: z.ZodType<T>, path: string, route: string, signal: AbortSignal): Promise<T>;
  /** `requestId`: PayPal gives the first answer again for the same one, of orders for six hours. */
  post<T>(schema: z.ZodType<T>, path: string, route: string, body: unknown, requestId: string, signal: AbortSignal): Promise<T>;
  /** A question that is a POST and changes nothing; `text` is JSON. */
  ask<T>(schema: z.ZodType<T>, path: string, text: string, signal: AbortSignal): Promise<T>;
}

interface ApiOptions {
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  clock: Clock;
  log: Logger;
}

export function payPalApi({ baseUrl, clientId, clientSecret, clock, log }: ApiOptions): PayPalApi {
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  const token = singleFlightToken(
    async () => {
      const { body } = await http.read(
        {
          method: "POST",
          path: "/v1/oauth2/token",
          route: "oauth2/token",
          form: { grant_type: "client_credentials" },
          headers: { authorization: basic },
          anonymous: true,
        },
        call(new AbortController().signal),
      );
      const { access_token: fresh, expires_in: seconds } = understand("paypal", "read", () => Token.parse(body));
      return { token: fresh, expiresInMs: seconds * 1000 };
    },
    { clock },
  );
  const http = supplierHttp({ supplier: "paypal", baseUrl, clock, log, problemIn, token });
  const call = (signal: AbortSignal) => ({ signal, requestId: randomUUID() });
  return {
    async get(schema, path, route, signal) {
      const { body } = await http.read({ method: "GET", path, route }, call(signal));
      return understand("paypal", "read", () => schema.parse(body));
    },
    async post(schema, path, route, json, requestId, signal) {
      const headers = { "paypal-request-id": requestId, prefer: "return=representation" };
      const { body } = await http.write({ method: "POST", path, route, json, headers }, call(signal));
      return understand("paypal", "write", () => schema.parse(body));
    },
    async ask(schema, path, jsonText, signal) {
      const { body } = await http.read({ method: "POST", path, route: path.replace(/^\/v\d+\//, ""), jsonText }, call(signal));
      return understand("paypal", "read", () => schema.parse(body));
    },
  };
}
