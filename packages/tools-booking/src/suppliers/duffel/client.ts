import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { z } from "zod";
import type { SupplierCall } from "../../supplier.ts";
import { type Reply, type SupplierRequest, supplierHttp, understand } from "../http/index.ts";
import { problemIn, rateLimitReset } from "./problems.ts";

export interface DuffelTimeouts {
  /** Default 30 s. */
  readMs?: number;
  /** Default 130 s: airlines take up to two minutes, and Duffel asks for a longer deadline than that. */
  writeMs?: number;
}

export interface DuffelClient {
  /** How long Duffel may wait for airlines, in milliseconds: less than we wait for Duffel, so that what came in time arrives. */
  readonly supplierTimeoutMs: number;
  /** The `data` of a reply. Repeated where that helps. */
  read<T>(schema: z.ZodType<T>, request: SupplierRequest, call: SupplierCall): Promise<T>;
  /** Sent once. 202 Accepted is `OUTCOME_UNKNOWN` with the code `accepted`: Duffel tells later, by webhook, what became of it. */
  write<T>(schema: z.ZodType<T>, request: SupplierRequest, call: SupplierCall): Promise<T>;
  /** Every item of a list, page by page. */
  pages<T>(schema: z.ZodType<T>, path: string, query: Readonly<Record<string, string | number>>, call: SupplierCall): AsyncGenerator<T>;
}

/** Vendor code of a failed call; undefined for what is no answer of Duffel's. */
export const vendorCodeOf = (error: unknown): string | undefined =>
  TravelAgentError.is(error) ? (error.details as { code?: string } | undefined)?.code : undefined;

/**
 * Reads that follow a write which went through. Whatever they raise must not look as if nothing had happened.
 */
export async function afterWrite<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new TravelAgentError("OUTCOME_UNKNOWN", "it may have gone through at duffel, and the order cannot be read just now; ask again what became of it", {
      cause: error,
    });
  }
}

const mostPages = 100;
/** Duffel's limit counts by the minute; a clock that differs from ours must not silence us for longer. */
const limitWindowMs = 60_000;
const page = z.looseObject({ data: z.array(z.unknown()), meta: z.looseObject({ after: z.string().nullish() }).nullish() });

export function duffelClient({
  baseUrl,
  accessToken,
  clock,
  log,
  timeouts: { readMs = 30_000, writeMs = 130_000 } = {},
}: {
  baseUrl: string;
  accessToken: string;
  clock: Clock;
  log: Logger;
  timeouts?: DuffelTimeouts | undefined;
}): DuffelClient {
  let limitedUntil = 0;
  const writes = new WeakSet<SupplierRequest>();
  const http = supplierHttp({
    supplier: "duffel",
    baseUrl,
    clock,
    log,
    readTimeoutMs: readMs,
    writeTimeoutMs: writeMs,
    headers() {
      const wait = limitedUntil - clock.now();
      // Asking again before the limit begins anew is refused for certain, so it is not even sent.
      if (wait > 0) throw new TravelAgentError("RATE_LIMITED", "duffel takes no more requests for a moment; try again then", { retryAfterMs: wait });
      return { authorization: `Bearer ${accessToken}`, "duffel-version": "v2" };
    },
    problemIn(reply, request) {
      limitedUntil = Math.max(limitedUntil, Math.min(rateLimitReset(reply) ?? 0, clock.now() + limitWindowMs));
      return problemIn(reply, writes.has(request) ? "write" : "read");
    },
  });
  const dataOf = <T>(effect: "read" | "write", schema: z.ZodType<T>, reply: Reply): T =>
    understand("duffel", effect, () => schema.parse((reply.body as { data?: unknown } | undefined)?.data));
  return {
    supplierTimeoutMs: Math.max(2000, Math.min(60_000, readMs - 5000)),
    read: async (schema, request, call) => dataOf("read", schema, await http.read(request, call)),
    async write(schema, request, call) {
      writes.add(request);
      const reply = await http.write(request, call);
      if (reply.status === 202)
        throw new TravelAgentError("OUTCOME_UNKNOWN", "duffel accepted the order and works on it; its webhook tells what became of it", {
          details: { supplier: "duffel", status: 202, code: "accepted" },
        });
      return dataOf("write", schema, reply);
    },
    async *pages(schema, path, query, call) {
      let after: string | undefined;
      for (let count = 0; count < mostPages; count += 1) {
        const reply = await http.read({ method: "GET", path, route: path, query: { ...query, limit: 200, ...(after ? { after } : {}) } }, call);
        const { data, meta } = understand("duffel", "read", () => page.parse(reply.body));
        for (const item of data) yield understand("duffel", "read", () => schema.parse(item));
        if (!meta?.after) return;
        after = meta.after;
      }
      throw new TravelAgentError("OUTCOME_UNKNOWN", `duffel lists more than ${mostPages * 200} entries at ${path}; look for this one in its dashboard`);
    },
  };
}
