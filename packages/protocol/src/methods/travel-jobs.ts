import * as z from "zod";
import { Money } from "../money.ts";
import { id, idempotencyKey, limit, open, str1 } from "./common.ts";
import { method } from "./define.ts";

const place = z.string().regex(/^[A-Z]{3}$/);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const currency = z.string().regex(/^[A-Z]{3}$/);

const PriceLook = z.looseObject({
  at: z.string(),
  /** Absent: the same travel was not for sale. */
  price: Money.optional(),
});
const WatchEntry = z.looseObject({
  id: z.string(),
  sessionKey: z.string(),
  customerId: z.string().optional(),
  flight: z.looseObject({ origin: z.string(), destination: z.string(), departureDate: z.string(), returnDate: z.string().optional(), adults: z.int() }),
  below: Money,
  state: z.enum(["open", "told", "stopped", "over"]),
  createdAt: z.string(),
  /** The last look, and what it cost then. */
  checkedAt: z.string().optional(),
  price: Money.optional(),
});

/** What the jobs of the agency found out, and what customers asked them to look at. */
export const travelJobMethods = {
  /** Prices of a booking's items over time, oldest first. */
  "prices.history": method({
    scope: "operator.read",
    /** Id or reference. */
    params: z.strictObject({ booking: id, limit }),
    result: z.looseObject({
      bookingId: z.string(),
      reference: z.string(),
      items: z.array(z.looseObject({ item: z.int(), summary: z.string(), paid: Money, looks: z.array(PriceLook) })),
    }),
  }),
  "watches.list": method({
    scope: "operator.read",
    params: z
      .strictObject({
        sessionKey: z.string().optional(),
        customerId: z.string().optional(),
        /** Those that ended, too. */
        all: z.boolean().optional(),
        limit,
      })
      .optional(),
    result: z.looseObject({ watches: z.array(WatchEntry) }),
  }),
  "watches.add": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({
      sessionKey: str1.max(300),
      origin: place,
      destination: place,
      departureDate: day,
      returnDate: day.optional(),
      adults: z.int().min(1).max(9).optional(),
      /** For all travellers together, in the currency's main unit. */
      below: z.number().positive().max(1_000_000),
      /** Default EUR. */
      currency: currency.optional(),
      idempotencyKey,
    }),
    result: z.looseObject({ watch: WatchEntry }),
  }),
  "watches.remove": method({ scope: "operator.write", params: z.strictObject({ id }), result: z.looseObject({ watch: WatchEntry }) }),
  /** The agency's figures of a day. */
  "digest.get": method({
    scope: "operator.read",
    params: z
      .strictObject({
        /** On the agency's calendar. Default yesterday. */
        date: day.optional(),
        /** `text` and `page` (HTML) come beside the figures. */
        format: z.enum(["figures", "text", "page"]).optional(),
      })
      .optional(),
    result: z.looseObject({ digest: open, text: z.string().optional(), page: z.string().optional() }),
  }),
} as const;
