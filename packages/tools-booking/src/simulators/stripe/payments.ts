import type { ChargeObject, IntentObject, StripeBooks } from "./books.ts";
import type { Announce } from "./events.ts";
import { feeOf } from "./money.ts";
import { wrongState } from "./refusal.ts";

/** An authorisation is good for a week. */
const authorisationSeconds = 7 * 24 * 60 * 60;

export interface Payments {
  /** Authorises, or charges at once where capture is not manual. */
  succeed(intent: IntentObject): Promise<IntentObject>;
  fail(intent: IntentObject, declineCode: string): Promise<IntentObject>;
  askCustomer(intent: IntentObject, url: string, returnUrl: string | null): Promise<IntentObject>;
  capture(intent: IntentObject, amount: number, metadata: Record<string, string>): Promise<IntentObject>;
  cancel(intent: IntentObject, reason: string | null): Promise<IntentObject>;
  /** The intent as time has made it: one that was not captured for a week is cancelled. */
  load(id: string): Promise<IntentObject | undefined>;
}

/** What happens to payment intents and their charges. */
export function stripePaymentMoves(books: StripeBooks, announce: Announce): Payments {
  async function take(intent: IntentObject, amount: number): Promise<IntentObject> {
    const charge = (await books.charges.get(intent.latest_charge!))!;
    const transaction = {
      id: books.newId("txn_"),
      object: "balance_transaction" as const,
      amount,
      currency: intent.currency,
      fee: feeOf(amount, intent.currency),
      net: amount - feeOf(amount, intent.currency),
      source: charge.id,
      type: "charge" as const,
    };
    await books.transactions.put(transaction.id, transaction);
    await books.charges.put(charge.id, { ...charge, captured: true, amount_captured: amount, balance_transaction: transaction.id, metadata: intent.metadata });
    const after: IntentObject = { ...intent, status: "succeeded", amount_capturable: 0, amount_received: amount };
    await books.intents.put(intent.id, after);
    await announce("payment_intent.succeeded", after);
    await announce("charge.captured", await books.charges.get(charge.id));
    return after;
  }

  async function cancel(intent: IntentObject, reason: string | null): Promise<IntentObject> {
    const after: IntentObject = {
      ...intent,
      status: "canceled",
      amount_capturable: 0,
      canceled_at: books.now(),
      cancellation_reason: reason,
      next_action: null,
    };
    await books.intents.put(intent.id, after);
    await announce("payment_intent.canceled", after);
    return after;
  }

  return {
    async succeed(intent) {
      const charge: ChargeObject = {
        id: books.newId("ch_"),
        object: "charge",
        amount: intent.amount,
        amount_captured: 0,
        amount_refunded: 0,
        balance_transaction: null,
        captured: false,
        created: books.now(),
        currency: intent.currency,
        livemode: false,
        metadata: intent.metadata,
        paid: true,
        payment_intent: intent.id,
        refunded: false,
        status: "succeeded",
      };
      await books.charges.put(charge.id, charge);
      const base: IntentObject = { ...intent, latest_charge: charge.id, last_payment_error: null, next_action: null };
      if (intent.capture_method !== "manual") return take(base, intent.amount);
      const after: IntentObject = { ...base, status: "requires_capture", amount_capturable: intent.amount };
      await books.intents.put(intent.id, after);
      await announce("payment_intent.amount_capturable_updated", after);
      return after;
    },

    async fail(intent, declineCode) {
      const after: IntentObject = {
        ...intent,
        status: "requires_payment_method",
        next_action: null,
        last_payment_error: { type: "card_error", code: "card_declined", decline_code: declineCode, message: "Your card was declined." },
      };
      await books.intents.put(intent.id, after);
      await announce("payment_intent.payment_failed", after);
      return after;
    },

    async askCustomer(intent, url, returnUrl) {
      const after: IntentObject = {
        ...intent,
        status: "requires_action",
        next_action: { type: "redirect_to_url", redirect_to_url: { url, return_url: returnUrl } },
      };
      await books.intents.put(intent.id, after);
      await announce("payment_intent.requires_action", after);
      return after;
    },

    capture(intent, amount, metadata) {
      if (intent.status !== "requires_capture")
        throw wrongState(`This PaymentIntent could not be captured because it has a status of ${intent.status}.`, intent);
      return take({ ...intent, metadata: { ...intent.metadata, ...metadata } }, amount);
    },

    cancel,

    async load(id) {
      const intent = await books.intents.get(id);
      const charge = intent?.latest_charge ? await books.charges.get(intent.latest_charge) : undefined;
      if (intent?.status === "requires_capture" && charge && books.now() >= charge.created + authorisationSeconds) return cancel(intent, "automatic");
      return intent;
    },
  };
}
