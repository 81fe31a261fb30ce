import * as z from "zod";
import { cursor, limit, open, str1 } from "./common.ts";
import { method } from "./define.ts";

export const systemMethods = {
  health: method({
    scope: "operator.read",
    params: z.strictObject({ probe: z.boolean().optional() }).optional(),
    result: z.looseObject({ ok: z.boolean(), ts: z.number() }),
  }),
  /** Lines of the log after `cursor`, a place in bytes in `file`; see the gateway's page on observability. */
  "logs.tail": method({
    scope: "operator.read",
    params: z
      .strictObject({
        cursor: z.int().min(0).optional(),
        limit: z.int().min(1).max(5000).optional(),
        maxBytes: z.int().min(1).max(1_000_000).optional(),
        /** The file that the cursor belongs to, as an earlier answer named it. Default the newest. */
        file: z.string().max(100).optional(),
      })
      .optional(),
    result: z.looseObject({
      file: z.string(),
      cursor: z.int().min(0),
      size: z.int().min(0),
      lines: z.array(z.string()),
      truncated: z.boolean(),
      reset: z.boolean(),
    }),
  }),
  status: method({ scope: "operator.read", params: z.strictObject({}).optional(), result: open }),
  "system-presence": method({ scope: "operator.read", params: z.strictObject({}).optional(), result: z.array(open) }),
  /** A note about a machine or a person, for others to see in `system-presence` for five minutes. The same device again replaces it. */
  "system-event": method({
    scope: "operator.admin",
    params: z.strictObject({
      text: str1.max(2000),
      deviceId: str1.max(200).optional(),
      instanceId: str1.max(200).optional(),
      host: z.string().max(200).optional(),
      ip: z.string().max(100).optional(),
      mode: z.string().max(64).optional(),
      version: z.string().max(100).optional(),
      platform: z.string().max(200).optional(),
      deviceFamily: z.string().max(100).optional(),
      modelIdentifier: z.string().max(100).optional(),
      lastInputSeconds: z.number().min(0).max(1e9).optional(),
      reason: z.string().max(200).optional(),
      roles: z.array(str1.max(64)).max(20).optional(),
      scopes: z.array(str1.max(64)).max(20).optional(),
      tags: z.array(str1.max(64)).max(20).optional(),
    }),
    result: z.looseObject({ ok: z.boolean() }),
  }),
  "suppliers.status": method({ scope: "operator.read", params: z.strictObject({}).optional(), result: z.looseObject({ suppliers: z.array(open) }) }),
  "policy.evaluate": method({
    scope: "operator.read",
    params: z.strictObject({
      tool: str1,
      args: z.record(z.string(), z.unknown()),
      customerId: z.string().optional(),
      sessionKey: z.string().optional(),
      context: z.record(z.string(), z.unknown()).optional(),
    }),
    result: z.looseObject({ decision: z.string() }),
  }),
  "audit.list": method({
    scope: "operator.read",
    params: z.strictObject({ sessionKey: z.string().optional(), tool: z.string().optional(), decision: z.string().optional(), limit, cursor }).optional(),
    result: z.looseObject({ entries: z.array(open), nextCursor: z.string().optional() }),
  }),
} as const;
