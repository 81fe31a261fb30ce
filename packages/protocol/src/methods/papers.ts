import * as z from "zod";
import { id, idempotencyKey, limit, open, str1 } from "./common.ts";
import { method } from "./define.ts";

const paper = z.enum(["itinerary", "calendar", "invoice"]);
const number = str1.max(20).describe("Of an invoice; left out, the latest.");

/** A file as text that JSON can carry. */
const File = z.looseObject({ name: z.string(), mimeType: z.string(), data: z.base64() });

export const paperMethods = {
  "bookings.document": method({ scope: "operator.read", params: z.strictObject({ id, kind: paper, number: number.optional() }), result: File }),
  /** Brings the invoices of a booking up to what is owed for it. */
  "bookings.invoice": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({
      id,
      buyer: z
        .strictObject({ name: str1.max(200), address: z.array(str1.max(200)).max(8).optional(), taxId: str1.max(50).optional(), email: z.email().optional() })
        .optional(),
      idempotencyKey,
    }),
    result: z.looseObject({ invoices: z.array(open) }),
  }),
  /** A link by which the customer opens a paper without signing in. */
  "bookings.share": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ id, kind: paper, number: number.optional(), days: z.int().min(1).max(365).optional(), idempotencyKey }),
    result: z.looseObject({ url: z.string(), expiresAt: z.string() }),
  }),
  "quotes.create": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({
      sessionKey: str1,
      offerIds: z.array(str1.max(100)).min(1).max(6),
      title: str1.max(120).optional(),
      message: str1.max(2000).optional(),
      expiresAt: z.iso.datetime().optional(),
      supersedes: id.optional().describe("A quote of this conversation that it takes the place of: nobody can accept that one any more."),
      idempotencyKey,
    }),
    result: z.looseObject({ quote: open, url: z.string() }),
  }),
  "quotes.list": method({
    scope: "operator.read",
    params: z.strictObject({ sessionKey: z.string().optional(), customerId: z.string().optional(), limit }).optional(),
    result: z.looseObject({ quotes: z.array(open) }),
  }),
  "quotes.withdraw": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ id, idempotencyKey }),
    result: z.looseObject({ quote: open }),
  }),
} as const;
