import * as z from "zod";
import { cursor, limit, open, str1 } from "./common.ts";
import { method } from "./define.ts";

export const systemMethods = {
  health: method({
    scope: "operator.read",
    params: z.strictObject({ probe: z.boolean().optional() }).optional(),
    result: z.looseObject({ ok: z.boolean(), ts: z.number() }),
  }),
  status: method({ scope: "operator.read", params: z.strictObject({}).optional(), result: open }),
  "system-presence": method({ scope: "operator.read", params: z.strictObject({}).optional(), result: z.array(open) }),
  "agents.list": method({
    scope: "operator.read",
    params: z.strictObject({}).optional(),
    result: z.looseObject({ defaultId: z.string(), agents: z.array(open) }),
  }),
  "models.list": method({ scope: "operator.read", params: z.strictObject({}).optional(), result: z.looseObject({ models: z.array(open) }) }),
  "channels.status": method({ scope: "operator.read", params: z.strictObject({ probe: z.boolean().optional() }).optional(), result: open }),
  "suppliers.status": method({ scope: "operator.read", params: z.strictObject({}).optional(), result: z.looseObject({ suppliers: z.array(open) }) }),
  "sessions.list": method({
    scope: "operator.read",
    params: z
      .strictObject({
        limit: z.int().min(1).max(1000).optional(),
        cursor,
        activeMinutes: z.int().min(1).optional(),
        includeGlobal: z.boolean().optional(),
        includeUnknown: z.boolean().optional(),
        includeDerivedTitles: z.boolean().optional(),
        includeLastMessage: z.boolean().optional(),
        label: z.string().min(1).max(64).optional(),
        spawnedBy: str1.optional(),
        agentId: str1.optional(),
        search: z.string().max(200).optional(),
      })
      .optional(),
    result: z.looseObject({ ts: z.number(), count: z.number(), sessions: z.array(open), nextCursor: z.string().optional() }),
  }),
  "sessions.reset": method({
    scope: "operator.admin",
    params: z.strictObject({ key: str1.max(300) }),
    result: z.looseObject({ ok: z.boolean(), key: z.string() }),
  }),
  "config.get": method({ scope: "operator.admin", params: z.strictObject({}).optional(), result: open }),
  "config.set": method({ scope: "operator.admin", params: z.strictObject({ raw: str1, baseHash: z.string().optional() }), result: open }),
  "config.patch": method({
    scope: "operator.admin",
    params: z.strictObject({
      raw: str1,
      baseHash: z.string().optional(),
      note: z.string().optional(),
      sessionKey: z.string().optional(),
      restartDelayMs: z.int().min(0).optional(),
    }),
    result: open,
  }),
  "config.schema": method({ scope: "operator.admin", params: z.strictObject({}).optional(), result: open }),
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
