import * as z from "zod";
import { Booking, BookingStatus, Vertical } from "../booking.ts";
import { cursor, id, limit, open } from "./common.ts";
import { method } from "./define.ts";

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
        limit,
        cursor,
      })
      .optional(),
    result: z.looseObject({ bookings: z.array(Booking), nextCursor: z.string().optional() }),
  }),
  "bookings.get": method({
    scope: "operator.read",
    params: z.strictObject({ id }),
    result: z.looseObject({ booking: Booking, timeline: z.array(open), payments: z.array(open), documents: z.array(open) }),
  }),
  "bookings.reconcile": method({ scope: "operator.write", params: z.strictObject({ id }), result: z.looseObject({ booking: Booking }) }),
  "offers.search": method({
    scope: "operator.read",
    params: z.strictObject({ kind: Vertical, query: z.record(z.string(), z.unknown()) }),
    result: z.looseObject({ offers: z.array(open), suppliers: z.array(open) }),
  }),
} as const;
