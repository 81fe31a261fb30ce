import * as z from "zod";
import { id, idempotencyKey } from "./common.ts";
import { method } from "./define.ts";

export const portalMethods = {
  /** A link to the page of a customer. With `conversationId`, one of theirs, it is also sent there. */
  "portal.invite": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ customerId: id, conversationId: id.optional(), days: z.int().min(1).max(90).optional(), idempotencyKey }),
    result: z.looseObject({ url: z.string(), expiresAt: z.string() }),
  }),
  /** Closes every page and link of a customer now. */
  "portal.revoke": method({
    scope: "operator.write",
    params: z.strictObject({ customerId: id }),
    result: z.looseObject({ links: z.int(), pages: z.int() }),
  }),
} as const;
