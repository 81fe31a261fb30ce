import type { Shelf, World } from "../kit/index.ts";

// The objects as Stripe shows them, references unexpanded. Only what our kind of client reads or filters by.

export interface SessionObject {
  id: string;
  object: "checkout.session";
  amount_subtotal: number;
  amount_total: number;
  cancel_url: string | null;
  client_reference_id: string | null;
  created: number;
  currency: string;
  customer: string | null;
  customer_details: { email: string | null; name: string | null } | null;
  customer_email: string | null;
  expires_at: number;
  livemode: boolean;
  metadata: Record<string, string>;
  mode: "payment";
  payment_intent: string | null;
  payment_method_types: string[];
  payment_status: "unpaid" | "paid" | "no_payment_required";
  status: "open" | "complete" | "expired";
  success_url: string;
  ui_mode: string;
  url: string | null;
}

export interface IntentObject {
  id: string;
  object: "payment_intent";
  amount: number;
  amount_capturable: number;
  amount_received: number;
  canceled_at: number | null;
  cancellation_reason: string | null;
  capture_method: "manual" | "automatic" | "automatic_async";
  client_secret: string;
  confirmation_method: "automatic";
  created: number;
  currency: string;
  customer: string | null;
  description: string | null;
  last_payment_error: Record<string, unknown> | null;
  latest_charge: string | null;
  livemode: boolean;
  metadata: Record<string, string>;
  next_action: { type: "redirect_to_url"; redirect_to_url: { url: string; return_url: string | null } } | null;
  payment_method: string | null;
  payment_method_types: string[];
  receipt_email: string | null;
  status: "requires_payment_method" | "requires_confirmation" | "requires_action" | "processing" | "requires_capture" | "succeeded" | "canceled";
}

export interface ChargeObject {
  id: string;
  object: "charge";
  amount: number;
  amount_captured: number;
  amount_refunded: number;
  balance_transaction: string | null;
  captured: boolean;
  created: number;
  currency: string;
  livemode: boolean;
  metadata: Record<string, string>;
  paid: boolean;
  payment_intent: string;
  refunded: boolean;
  status: "succeeded" | "failed";
}

export interface RefundObject {
  id: string;
  object: "refund";
  amount: number;
  charge: string;
  created: number;
  currency: string;
  metadata: Record<string, string>;
  payment_intent: string;
  reason: string | null;
  status: "succeeded" | "pending" | "failed" | "canceled";
}

export interface TransactionObject {
  id: string;
  object: "balance_transaction";
  amount: number;
  currency: string;
  fee: number;
  net: number;
  source: string;
  type: "charge";
}

export interface EventObject {
  id: string;
  object: "event";
  api_version: string;
  created: number;
  data: { object: unknown };
  livemode: boolean;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: string;
}

/** What the plans of a payment intent hold beyond what Stripe shows. */
export interface SessionPlan {
  capture_method: IntentObject["capture_method"];
  description: string | null;
  metadata: Record<string, string>;
}

export interface StripeBooks {
  sessions: Shelf<SessionObject>;
  /** By session: how its payment intent is to be made. */
  plans: Shelf<SessionPlan>;
  intents: Shelf<IntentObject>;
  charges: Shelf<ChargeObject>;
  refunds: Shelf<RefundObject>;
  transactions: Shelf<TransactionObject>;
  events: Shelf<EventObject>;
  newId(prefix: string): string;
  /** Seconds, as everything at Stripe. */
  now(): number;
}

const signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

export function stripeBooks(world: World): StripeBooks {
  const shelf = <T>(name: string) => world.shelf<T>("stripe", name);
  return {
    sessions: shelf("session"),
    plans: shelf("plan"),
    intents: shelf("intent"),
    charges: shelf("charge"),
    refunds: shelf("refund"),
    transactions: shelf("transaction"),
    events: shelf("event"),
    newId: (prefix) => world.newId(prefix, 24, signs),
    now: () => Math.floor(world.clock.now() / 1000),
  };
}
