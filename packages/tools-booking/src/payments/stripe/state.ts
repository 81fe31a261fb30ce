import { zero } from "../../money.ts";
import type { PaymentState } from "../../payment.ts";
import { fromStripe } from "./amounts.ts";
import type { Intent, Session } from "./wire.ts";

/** What Stripe does not say of a payment. */
export interface Facts {
  reference: string;
  key: string;
  currency: string;
  /** ISO UTC: until when the customer may pay by our own decision. */
  payUntil?: string;
}

export const intentOf = (session: Session): Intent | undefined =>
  typeof session.payment_intent === "object" ? (session.payment_intent ?? undefined) : undefined;

const earlier = (a: string, b: string | undefined): string => (b !== undefined && Date.parse(b) < Date.parse(a) ? b : a);

function settled(intent: Intent, facts: Facts): Omit<PaymentState, "status"> {
  const nothing = zero(facts.currency);
  const charge = typeof intent.latest_charge === "object" ? intent.latest_charge : null;
  const taken = intent.status === "succeeded";
  const transaction = typeof charge?.balance_transaction === "object" ? charge.balance_transaction : null;
  // The fee is in the currency Stripe settles in; another one would be no part of this payment's sums.
  const fee = taken && transaction?.currency === intent.currency ? fromStripe(transaction.fee, transaction.currency) : undefined;
  return {
    reference: facts.reference,
    key: facts.key,
    authorised:
      taken || intent.status === "requires_capture" || (intent.status === "canceled" && charge) ? fromStripe(intent.amount, intent.currency) : nothing,
    captured: taken ? fromStripe(intent.amount_received ?? 0, intent.currency) : nothing,
    refunded: taken ? fromStripe(charge?.amount_refunded ?? 0, intent.currency) : nothing,
    ...(fee ? { fee } : {}),
  };
}

function statusOf(intent: Intent): PaymentState["status"] {
  switch (intent.status) {
    case "requires_capture":
      return "authorised";
    case "canceled":
      return "voided";
    case "requires_payment_method":
      return "declined";
    case "succeeded": {
      const refunded = (typeof intent.latest_charge === "object" ? intent.latest_charge?.amount_refunded : undefined) ?? 0;
      return refunded === 0 ? "captured" : refunded >= (intent.amount_received ?? 0) ? "refunded" : "partially-refunded";
    }
    default:
      return "awaiting-customer";
  }
}

/** A payment made with a means the customer has on file. */
export function stateOfIntent(intent: Intent, facts: Facts): PaymentState {
  const status = statusOf(intent);
  const payUrl = intent.next_action?.redirect_to_url?.url;
  return {
    ...settled(intent, facts),
    status,
    ...(status === "awaiting-customer" && payUrl ? { payUrl } : {}),
    ...(status === "awaiting-customer" && facts.payUntil !== undefined ? { payUntil: facts.payUntil } : {}),
  };
}

/** A payment on Stripe's page. A card that was declined there leaves the page open: the customer may take another one. */
export function stateOfSession(session: Session, facts: Facts): PaymentState {
  const intent = intentOf(session);
  if (session.status === "complete" && intent) return stateOfIntent(intent, facts);
  const nothing = zero(facts.currency);
  const unpaid = { reference: facts.reference, key: facts.key, authorised: nothing, captured: nothing, refunded: nothing };
  if (session.status === "expired") return { ...unpaid, status: "voided" };
  return {
    ...unpaid,
    status: "awaiting-customer",
    ...(session.status === "open" && session.url ? { payUrl: session.url } : {}),
    payUntil: earlier(new Date(session.expires_at * 1000).toISOString(), facts.payUntil),
  };
}
