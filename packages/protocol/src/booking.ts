import * as z from "zod";
import { Money } from "./money.ts";

/** A booking as every client sees it. Statuses: see the order state machine in `@travelagent/tools-booking`. */
export const BookingStatus = z.enum([
  "pending",
  "held",
  "confirmed",
  "ticketed",
  "unknown",
  "cancellation-pending",
  "cancelled",
  "voided",
  "refunded",
  "failed",
  "needs-human",
]);
export type BookingStatus = z.infer<typeof BookingStatus>;

export const TravelTime = z.strictObject({
  /** Wall clock at the place, `2027-03-28T10:15:00`. */
  local: z.string(),
  /** IANA zone of the place. */
  timeZone: z.string(),
  /** The same instant in UTC, `2027-03-28T08:15:00Z`. */
  utc: z.string(),
});
export type TravelTime = z.infer<typeof TravelTime>;

export const Vertical = z.enum(["flight", "hotel", "car"]);
export type Vertical = z.infer<typeof Vertical>;

export const BookingItem = z.strictObject({
  kind: Vertical,
  supplier: z.string(),
  supplierReference: z.string().optional(),
  locators: z.array(z.string()),
  status: BookingStatus,
  /** One line for a person: `LH1123 Barcelona BCN → Frankfurt FRA, Thu 12 Mar 2027 10:15`. */
  summary: z.string(),
  start: TravelTime,
  end: TravelTime,
  /** True for everything that comes from the sandbox and is no real travel. */
  sandbox: z.boolean(),
});
export type BookingItem = z.infer<typeof BookingItem>;

export const Booking = z.strictObject({
  id: z.string(),
  /** Six letters and digits a customer can read out. */
  reference: z.string(),
  status: BookingStatus,
  customerId: z.string(),
  sessionKey: z.string(),
  items: z.array(BookingItem),
  total: Money,
  /** What is still to be paid; negative when we owe the customer. */
  balance: Money,
  travellers: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  paymentTimeLimit: z.string().optional(),
  /** The provider's own page on which the customer pays; there while nothing goes on before that. */
  payUrl: z.string().optional(),
  /** ISO UTC; what was not paid by then is given up. */
  payUntil: z.string().optional(),
  /** What became of the last request when it came to nothing. */
  notice: z.string().optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
  version: z.int(),
});
export type Booking = z.infer<typeof Booking>;
