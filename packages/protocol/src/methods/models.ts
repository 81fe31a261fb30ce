import * as z from "zod";
import { method } from "./define.ts";

export const modelMethods = {
  /** Models with what became of their last calls, and the keys of their providers: which rests until when. Asks nobody. */
  "models.status": method({
    scope: "operator.read",
    params: z.strictObject({}).optional(),
    result: z.looseObject({
      models: z.array(
        z.looseObject({
          /** `provider/id`. */
          id: z.string(),
          provider: z.string(),
          alias: z.string().optional(),
          state: z.enum(["untried", "ok", "auth-error", "rate-limited", "overloaded", "failing"]),
          /** Milliseconds since the epoch: not asked before, because it failed. */
          restsUntil: z.number().optional(),
        }),
      ),
      keys: z.array(
        z.looseObject({
          /** `provider:name`; never the key itself. */
          id: z.string(),
          provider: z.string(),
          state: z.enum(["ready", "resting"]),
          until: z.number().optional(),
          code: z.string().optional(),
          /** The provider says that nobody pays for it. */
          billing: z.boolean().optional(),
          failures: z.number().optional(),
        }),
      ),
    }),
  }),
} as const;
