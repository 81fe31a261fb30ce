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
  /** What has to be known of travellers and contact beyond names and e-mail address: `bornOn`, `gender`, `phone`. */
  requires?: readonly string[];
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
  status: "booked" | "held" | "changed" | "cancelled" | "awaiting-payment" | "unknown" | "needs-person";
  booking: Booking;
  /** Cancelled or changed: what it cost and what comes back. */
  penalty?: Money;
  refund?: Money;
  /** For the customer, where there is more to say. */
  note?: string;
  /** It was done before; nothing was done again. */
  already?: true;
}
