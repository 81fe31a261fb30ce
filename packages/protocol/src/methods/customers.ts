import * as z from "zod";
import { cursor, id, idempotencyKey, limit } from "./common.ts";
import { method } from "./define.ts";

export const Customer = z.strictObject({
  id: z.string(),
  name: z.string(),
  email: z.string().optional(),
  phone: z.string().optional(),
  language: z.string().optional(),
  notes: z.string().optional(),
  tags: z.array(z.string()),
  createdAt: z.string(),
  updatedAt: z.string(),
  version: z.int(),
});
export type Customer = z.infer<typeof Customer>;

const fields = {
  name: z.string().min(1).max(200),
  email: z.email().max(254).optional(),
  /** E.164. */
  phone: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, "a phone number in international form, such as +34600111222")
    .optional(),
  language: z.string().max(35).optional(),
  notes: z.string().max(10_000).optional(),
  tags: z.array(z.string().min(1).max(64)).max(50).optional(),
};

export const customerMethods = {
  "customers.list": method({
    scope: "operator.read",
    params: z.strictObject({ query: z.string().max(200).optional(), limit, cursor }).optional(),
    result: z.looseObject({ customers: z.array(Customer), nextCursor: z.string().optional() }),
  }),
  "customers.get": method({ scope: "operator.read", params: z.strictObject({ id }), result: z.looseObject({ customer: Customer }) }),
  "customers.create": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ ...fields, idempotencyKey }),
    result: z.looseObject({ customer: Customer }),
  }),
  "customers.update": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ id, ...fields, name: fields.name.optional(), expectedVersion: z.int().optional(), idempotencyKey }),
    result: z.looseObject({ customer: Customer }),
  }),
} as const;
