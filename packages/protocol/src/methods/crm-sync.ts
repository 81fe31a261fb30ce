import * as z from "zod";
import { cursor, id, idempotencyKey, limit } from "./common.ts";
import { method } from "./define.ts";

const Status = z.looseObject({
  provider: z.string(),
  /** `unusable`: it is configured, and something is missing; `reason` says what. */
  state: z.enum(["untried", "ok", "degraded", "unauthorized", "unusable"]),
  reason: z.string().optional(),
  /** Customers that have a record there. */
  linked: z.int().optional(),
  waiting: z.int().optional(),
  held: z.int().optional(),
  aside: z.int().optional(),
  /** That wait for a person. */
  conflicts: z.int().optional(),
});

const Conflict = z.looseObject({ id: z.string(), kind: z.string(), state: z.enum(["open", "settled", "resolved"]), createdAt: z.string() });

export const crmSyncMethods = {
  "crm.status": method({ scope: "operator.read", params: z.strictObject({}).optional(), result: Status }),
  "crm.conflicts": method({
    scope: "operator.read",
    params: z.strictObject({ state: z.enum(["open", "settled", "resolved"]).optional(), limit, cursor }).optional(),
    result: z.looseObject({ conflicts: z.array(Conflict), nextCursor: z.string().optional() }),
  }),
  "crm.resolve": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({
      id,
      action: z.enum(["ours", "theirs", "link", "apart", "recreate", "retry", "dismiss"]),
      customerId: id.optional(),
      idempotencyKey,
    }),
    result: z.looseObject({ conflict: Conflict }),
  }),
  /** One exchange now; answers when it has begun, since a first one can take long. */
  "crm.sync": method({ scope: "operator.write", idempotent: true, params: z.strictObject({ idempotencyKey }), result: Status }),
} as const;
