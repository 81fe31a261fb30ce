import * as z from "zod";

export const str1 = z.string().min(1);
export const id = z.string().min(1).max(200);
export const idempotencyKey = z.string().min(1).max(200);
export const limit = z.int().min(1).max(500).optional();
export const cursor = z.string().max(500).optional();
/** Results may gain keys; a client ignores what it does not know. */
export const open = z.looseObject({});
