import * as z from "zod";

/** Decimal string with exactly the minor units ISO 4217 gives the currency. Never a float. */
export const Money = z.strictObject({
  amount: z.string().regex(/^-?\d{1,15}(\.\d{1,4})?$/),
  currency: z.string().regex(/^[A-Z]{3}$/),
});
export type Money = z.infer<typeof Money>;
