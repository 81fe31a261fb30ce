import type { Booking, Money, Vertical } from "@travelagent/protocol";

/** The JSON a model reads after a booking tool. Built-in and other models rely on these shapes; add, do not change. */

export interface OfferSummary {
  /** 1, 2, … in the order shown; a customer may answer with it. */
  number: number;
  offerId: string;
  supplier: string;
  title: string;
  /** Facts a customer compares by, one per line. */
  lines: string[];
  price: Money;
  tags: string[];
  expiresAt: string;
  /** Always present and true for sandbox offers. */
  sandbox: boolean;
}

export interface SearchResult {
  status: "ok" | "no-offers";
  vertical: Vertical;
  /** The search as it was understood, defaults filled in. */
  query: Record<string, unknown>;
  offers: OfferSummary[];
  suppliers: { id: string; status: "ok" | "error" | "timeout"; error?: string; ms: number }[];
}

export type AvailabilityResult =
  | { status: "available" | "price-changed"; offerId: string; price: Money; was?: Money; expiresAt: string }
  | { status: "sold-out" | "expired"; offerId: string };

/** After a write that went through: `create_booking`, `modify_booking`, `cancel_booking`. */
export interface BookingResult {
  status: "booked" | "held" | "changed" | "cancelled" | "unknown" | "needs-person";
  booking: Booking;
  /** Cancelled or changed: what it cost and what comes back. */
  penalty?: Money;
  refund?: Money;
  /** For the customer, where there is more to say. */
  note?: string;
}

/**
 * The gate answers for a write that still needs a yes; the card with the details is already on its way to the customer.
 * `lines` are what the card says. The same tool is called by the runtime itself once the yes is there: a model never repeats it.
 */
export interface PendingResult {
  status: "confirmation-required" | "approval-required";
  confirmationId: string;
  tool: string;
  title: string;
  lines: string[];
  total?: Money;
  penalty?: Money;
  expiresAt: string;
}

/** Every tool failure, with `isError` set on the result message. */
export interface ErrorResult {
  error: { code: string; message: string; details?: unknown };
}
