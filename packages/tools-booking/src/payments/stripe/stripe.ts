import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { compare, minorUnits, subtract } from "../../money.ts";
import type { PaymentProvider, PaymentRequest, PaymentState } from "../../payment.ts";
import type { SupplierMemory } from "../../suppliers/http/index.ts";
import { surelyNothingHappened, undecided } from "../../write-outcome.ts";
import { createWrites } from "../writes.ts";
import { toStripe } from "./amounts.ts";
import { stripeApi } from "./api.ts";
import { stripeNews } from "./news.ts";
import { type PaymentNote, paymentNotes } from "./notes.ts";
import { captureField, checkoutFields, intentFields, keyField, refundField } from "./pay.ts";
import { hasRefund, lookUp, readPayment, type Seen, searchByKey } from "./read.ts";
import { type Facts, stateOfIntent, stateOfSession } from "./state.ts";
import { Intent, PaymentMethod, Refund, Session } from "./wire.ts";

export interface StripeOptions {
  /** Stripe's, or a simulator's. */
  baseUrl: string;
  /** A secret or restricted key with rights to checkout sessions, payment intents, payment methods and refunds. */
  apiKey: string;
  /** Of the webhook endpoint; several while one is being rotated. Without it there is no `news`. */
  webhookSecret?: string | readonly string[];
  /** Where Stripe's page sends the customer when done, or when they turn back. */
  returnUrl: string;
  /** Whether real money moves. Default true. */
  live?: boolean;
  memory: SupplierMemory;
  clock?: Clock;
  log?: Logger;
}

/** Stripe keeps an answer under its key for at least this long, less an hour for clocks that differ. */
const keyLifeMs = 23 * 60 * 60_000;
const dayMs = 24 * 60 * 60_000;

const rejected = (code: string, message: string) => new TravelAgentError("SUPPLIER_REJECTED", message, { details: { code } });
const declined = () => rejected("card_declined", "the payment was declined; ask for another way to pay");

/**
 * Payments over Stripe with manual capture. The customer pays on Stripe's own page; no card number is ever seen, sent or stored here.
 * Raises `CONFIG_INVALID` when the key and `live` contradict each other.
 */
export function stripePayments(options: StripeOptions): PaymentProvider {
  const { baseUrl, apiKey, webhookSecret, returnUrl, live = true, memory, clock = systemClock, log = silentLogger } = options;
  const isTest = /^[sr]k_test_/.test(apiKey);
  if (isTest === live && /^[sr]k_(test|live)_/.test(apiKey))
    throw new TravelAgentError("CONFIG_INVALID", `the Stripe key is a ${isTest ? "test" : "live"} key; set live to ${!isTest} or use the other key`);
  const api = stripeApi({ baseUrl, apiKey, clock, log });
  const notes = paymentNotes(memory);
  const writes = createWrites(memory, clock);
  const underWay = new Map<string, Promise<PaymentState>>();

  const factsOf = (key: string, reference: string, { amount, payUntil }: PaymentNote): Facts => ({
    reference,
    key,
    currency: amount.currency,
    ...(payUntil === undefined ? {} : { payUntil }),
  });

  async function see(key: string, note: PaymentNote & { reference: string }, signal: AbortSignal): Promise<Seen> {
    const seen = await readPayment(api, factsOf(key, note.reference, note), signal);
    if (seen.intent && seen.intent.id !== note.reference) await notes.belongs(seen.intent.id, key);
    return seen;
  }

  async function of(reference: string): Promise<{ key: string; note: PaymentNote & { reference: string } }> {
    const key = await notes.keyOf(reference);
    const note = key === null ? null : await notes.of(key);
    if (key === null || !note?.reference) throw rejected("payment_not_found", `there is no payment ${reference} of ours at Stripe; check the reference`);
    return { key, note: { ...note, reference: note.reference } };
  }

  /** So that nobody pays any more. Afterwards the state tells whether somebody just did. */
  async function close(key: string, { state, intent, pageOpen }: Seen, note: PaymentNote & { reference: string }, signal: AbortSignal): Promise<Seen> {
    if (state.status !== "awaiting-customer") return { state, intent, pageOpen };
    try {
      if (pageOpen)
        await api.post(Session, `/v1/checkout/sessions/${note.reference}/expire`, "checkout/sessions/{id}/expire", {}, `${key}:close:${clock.now()}`, signal);
      else if (intent)
        await api.post(Intent, `/v1/payment_intents/${intent.id}/cancel`, "payment_intents/{id}/cancel", {}, `${key}:close:${clock.now()}`, signal);
    } catch (error) {
      // Refused: the customer was quicker. Whatever else went wrong shows in the state.
      log.debug("a page of Stripe's could not be closed", { key, error: error instanceof Error ? error.message : String(error) });
    }
    return see(key, note, signal);
  }

  async function current(key: string, note: PaymentNote & { reference: string }, signal: AbortSignal): Promise<PaymentState> {
    const seen = await see(key, note, signal);
    const { payUntil } = seen.state;
    if (payUntil === undefined || Date.parse(payUntil) > clock.now()) return seen.state;
    return (await close(key, seen, note, signal)).state;
  }

  async function fieldsOf(request: PaymentRequest, signal: AbortSignal) {
    if (request.method === undefined) return checkoutFields(request, returnUrl, clock.now());
    const path = `/v1/payment_methods/${encodeURIComponent(request.method)}`;
    const { id, customer } = await api.get(PaymentMethod, path, "payment_methods/{id}", {}, signal);
    return intentFields(request, { id, ...(customer ? { customer } : {}) }, returnUrl);
  }

  async function send(key: string, note: PaymentNote, signal: AbortSignal): Promise<PaymentState> {
    const idempotencyKey = `${key}:authorise`;
    const fields = note.fields ?? {};
    if (note.path === "checkout") {
      const session = await api.post(Session, "/v1/checkout/sessions", "checkout/sessions", fields, idempotencyKey, signal);
      await notes.known(key, note, session.id);
      return stateOfSession(session, factsOf(key, session.id, note));
    }
    const intent = await api.post(Intent, "/v1/payment_intents", "payment_intents", { ...fields, "expand[]": "latest_charge" }, idempotencyKey, signal);
    await notes.known(key, note, intent.id);
    return stateOfIntent(intent, factsOf(key, intent.id, note));
  }

  /** The note with its reference, looked up at Stripe where the answer was lost. */
  async function seek(key: string, note: PaymentNote, signal: AbortSignal): Promise<(PaymentNote & { reference: string }) | null> {
    if (note.reference !== undefined) return { ...note, reference: note.reference };
    const reference = await lookUp(api, key, note, signal);
    return reference === null ? null : { ...(await notes.known(key, note, reference)), reference };
  }

  /** A key that was used before: what is there, or the same request again where that is safe. */
  async function again(key: string, note: PaymentNote, signal: AbortSignal): Promise<PaymentState> {
    const found = await seek(key, note, signal);
    if (found) return current(key, found, signal);
    if (clock.now() - note.since >= keyLifeMs)
      throw rejected("key_too_old", "this payment was asked for a day ago and never reached Stripe; ask for it anew under another key");
    return send(key, note, signal);
  }

  async function authorise(request: PaymentRequest, signal: AbortSignal): Promise<PaymentState> {
    const { key, amount, payUntil } = request;
    if (minorUnits(amount) <= 0n) throw rejected("invalid_amount", "a payment needs an amount above zero");
    const earlier = await notes.of(key);
    if (!earlier && request.method === undefined && payUntil !== undefined && !(Date.parse(payUntil) > clock.now()))
      throw rejected("too_late", "the time to pay is over already; give a later one");
    const { created, value: note } = earlier
      ? { created: false, value: earlier }
      : await notes.claim(key, {
          since: clock.now(),
          amount,
          path: request.method === undefined ? "checkout" : "intent",
          // A bank's page has no end of its own.
          ...(payUntil !== undefined ? { payUntil } : request.method === undefined ? {} : { payUntil: new Date(clock.now() + dayMs).toISOString() }),
          fields: await fieldsOf(request, signal),
        });
    if (!created)
      return again(key, note, signal).catch((error: unknown) => {
        throw undecided(error);
      });
    try {
      return await send(key, note, signal);
    } catch (error) {
      const intent = TravelAgentError.is(error) ? (error.details as { paymentIntent?: string } | undefined)?.paymentIntent : undefined;
      // A declined card leaves a payment behind at Stripe; a refused request leaves nothing.
      if (intent !== undefined) await notes.known(key, note, intent);
      else if (surelyNothingHappened(error)) await notes.forget(key);
      throw error;
    }
  }

  const authorised = async (request: PaymentRequest, signal: AbortSignal): Promise<PaymentState> => {
    const state = await authorise(request, signal);
    if (state.status === "declined") throw declined();
    return state;
  };

  return {
    id: "stripe",
    live,

    authorise(request, signal) {
      const running = underWay.get(request.key) ?? authorised(request, signal).finally(() => underWay.delete(request.key));
      underWay.set(request.key, running);
      return running;
    },

    async capture(reference, amount, key, signal) {
      const { key: payment, note } = await of(reference);
      return writes.once(
        { operation: "capture", reference, key, amount },
        {
          async act({ number }) {
            const { state, intent } = await see(payment, note, signal);
            if (state.status !== "authorised" || !intent) throw rejected("not_authorised", `a payment that is ${state.status} cannot be captured`);
            if (minorUnits(amount) <= 0n || compare(amount, state.authorised) > 0)
              throw rejected("invalid_amount", "capture between zero and what was set aside");
            const fields = {
              amount_to_capture: String(toStripe(amount).amount),
              [`metadata[${captureField}]`]: key,
              "expand[]": "latest_charge.balance_transaction",
            };
            const path = `/v1/payment_intents/${intent.id}/capture`;
            const after = await api.post(Intent, path, "payment_intents/{id}/capture", fields, `${key}:capture:${number}`, signal);
            return stateOfIntent(after, factsOf(payment, reference, note));
          },
          async settled() {
            const { state, intent } = await see(payment, note, signal);
            return intent?.metadata?.[captureField] === key && minorUnits(state.captured) > 0n ? state : null;
          },
          freshAfterFailure: true,
        },
      );
    },

    async void(reference, key, signal) {
      const { key: payment, note } = await of(reference);
      const voided = async () => {
        const { state } = await see(payment, note, signal);
        return state.status === "voided" ? state : null;
      };
      return writes.once(
        { operation: "void", reference, key },
        {
          async act({ number }) {
            const { state, intent } = await close(payment, await see(payment, note, signal), note, signal);
            if (state.status === "voided" || state.status === "declined") return { ...state, status: "voided" };
            if (state.status === "awaiting-customer")
              throw new TravelAgentError("OUTCOME_UNKNOWN", "Stripe's page could not be closed; the customer may still pay there");
            if (state.status !== "authorised" || !intent) throw rejected("not_authorised", `a payment that is ${state.status} cannot be voided`);
            const path = `/v1/payment_intents/${intent.id}/cancel`;
            const fields = { "expand[]": "latest_charge" };
            const after = await api.post(Intent, path, "payment_intents/{id}/cancel", fields, `${key}:void:${number}`, signal);
            return stateOfIntent(after, factsOf(payment, reference, note));
          },
          settled: voided,
          freshAfterFailure: true,
        },
      );
    },

    async refund(reference, amount, key, signal) {
      const { key: payment, note } = await of(reference);
      return writes.once(
        { operation: "refund", reference, key, amount },
        {
          async act() {
            const { state, intent } = await see(payment, note, signal);
            if ((state.status !== "captured" && state.status !== "partially-refunded") || !intent)
              throw rejected("not_captured", `a payment that is ${state.status} cannot be refunded`);
            if (minorUnits(amount) <= 0n || compare(amount, subtract(state.captured, state.refunded)) > 0)
              throw rejected("invalid_amount", "refund between zero and what is left of the capture");
            const fields = {
              payment_intent: intent.id,
              amount: String(toStripe(amount).amount),
              [`metadata[${keyField}]`]: payment,
              [`metadata[${refundField}]`]: key,
              "expand[]": "payment_intent.latest_charge",
            };
            const made = await api.post(Refund, "/v1/refunds", "refunds", fields, `${key}:refund`, signal);
            if (made.status === "failed" || made.status === "canceled")
              throw rejected("refund_failed", "Stripe could not refund it; try again or pay it out by hand");
            const after = typeof made.payment_intent === "object" && made.payment_intent ? made.payment_intent : intent;
            return stateOfIntent(after, factsOf(payment, reference, note));
          },
          async settled() {
            const { state, intent } = await see(payment, note, signal);
            return intent && (await hasRefund(api, intent.id, refundField, key, signal)) ? state : null;
          },
        },
      );
    },

    async find(key, signal) {
      const note = await notes.of(key);
      if (!note) {
        const found = await searchByKey(api, key, signal).catch((error: unknown) => {
          // Accounts in some countries have no search. What this database does not know was then never asked for by it.
          if (TravelAgentError.is(error, "SUPPLIER_REJECTED")) return null;
          throw error;
        });
        if (!found) return null;
        const amount = stateOfIntent(found, { reference: found.id, key, currency: found.currency.toUpperCase() }).authorised;
        const restored = await notes.known(key, { since: clock.now(), amount, path: "intent" }, found.id);
        return current(key, { ...restored, reference: found.id }, signal);
      }
      const known = await seek(key, note, signal);
      return known && current(key, known, signal);
    },

    ...(webhookSecret === undefined || webhookSecret.length === 0
      ? {}
      : { news: stripeNews({ secrets: typeof webhookSecret === "string" ? [webhookSecret] : webhookSecret, live, notes, clock }) }),
  };
}
