import * as z from "zod";
import { Booking, BookingStatus, Vertical } from "../booking.ts";
import { Money } from "../money.ts";
import { cursor, id, idempotencyKey, limit, open } from "./common.ts";
import { method } from "./define.ts";

/** What stands on one account, debit positive; `balance` is in the currency it says. */
const AccountBalance = z.strictObject({ account: z.string(), balance: Money });

export const travelMethods = {
  "bookings.list": method({
    scope: "operator.read",
    params: z
      .strictObject({
        customerId: z.string().optional(),
        status: BookingStatus.optional(),
        from: z.string().optional(),
        to: z.string().optional(),
        query: z.string().max(200).optional(),
        /** Only those that a person should look at: they wait for one, or a message to their customer does. */
        attention: z.boolean().optional(),
        limit,
        cursor,
      })
      .optional(),
    result: z.looseObject({ bookings: z.array(Booking), nextCursor: z.string().optional() }),
  }),
  "bookings.get": method({
    scope: "operator.read",
    params: z.strictObject({ id }),
    result: z.looseObject({
      booking: Booking,
      timeline: z.array(open),
      payments: z.array(open),
      documents: z.array(open),
      /** Messages to the customer about what the supplier did; those in the state `draft` wait for `bookings.release`. */
      notices: z.array(open).optional(),
      /** Lines of the double-entry ledger, oldest first. */
      ledger: z.array(open),
      /** What the customer owes, one amount for each currency; negative when we do. Empty when nothing is open. */
      balance: z.array(Money),
      /** What is earned with it, one amount for each currency. */
      margin: z.array(Money),
    }),
  }),
  "bookings.reconcile": method({ scope: "operator.write", params: z.strictObject({ id }), result: z.looseObject({ booking: Booking }) }),
  "bookings.attend": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({
      id,
      /**
       * `found`: the supplier has it. `never-happened`: supplier or provider surely knows nothing of it. `keep`: what stands is kept, the
       * rest given up. `accept-cost`: everything is taken back, whatever that costs. `settled`: put right outside; compare again.
       */
      resolution: z.enum(["found", "never-happened", "keep", "accept-cost", "settled"]),
      /** Number of the item, where several are in doubt. */
      item: z.int().min(1).optional(),
      /** Of `found`: what the supplier calls it. */
      supplierReference: z.string().min(1).max(200).optional(),
      /** Why, for the record. */
      note: z.string().trim().min(1).max(2000),
      idempotencyKey,
    }),
    result: z.looseObject({ booking: Booking }),
  }),
  /** A person approves the words in which a customer hears of what the supplier did, or gives others. */
  "bookings.release": method({
    scope: "operator.approvals",
    idempotent: true,
    params: z.strictObject({
      /** Of the notice. */
      id,
      text: z.string().trim().min(1).max(4000).optional(),
      idempotencyKey,
    }),
    result: z.looseObject({ notice: open }),
  }),
  "bookings.ledger": method({
    scope: "operator.read",
    /** Without an id: over all bookings. */
    params: z.strictObject({ id: id.optional() }).optional(),
    result: z.looseObject({
      accounts: z.array(AccountBalance),
      /** Of one booking, oldest first. */
      lines: z.array(open).optional(),
      balance: z.array(Money),
      margin: z.array(Money),
    }),
  }),
  "offers.search": method({
    scope: "operator.read",
    params: z.strictObject({ kind: Vertical, query: z.record(z.string(), z.unknown()) }),
    result: z.looseObject({ offers: z.array(open), suppliers: z.array(open) }),
  }),
} as const;
