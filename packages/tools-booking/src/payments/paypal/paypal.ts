import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { z } from "zod";
import { compare, minorUnits, subtract } from "../../money.ts";
import type { PaymentProvider, PaymentRequest, PaymentState } from "../../payment.ts";
import type { SupplierMemory } from "../../suppliers/http/index.ts";
import { surelyNothingHappened, undecided } from "../../write-outcome.ts";
import { createWrites } from "../writes.ts";
import { fromPayPal, toPayPal } from "./amounts.ts";
import { payPalApi } from "./api.ts";
import { payPalNews } from "./news.ts";
import { type KnownPayment, type PaymentNote, paymentNotes } from "./notes.ts";
import { authorizationOf, paymentsOf, stateOf, voidedState } from "./state.ts";
import { Capture, Order, Refund } from "./wire.ts";

export interface PayPalOptions {
  /** PayPal's live or sandbox host, or a simulator's. */
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  /** Of the webhook in PayPal's dashboard; deliveries are checked against it. Without it there is no `news`. */
  webhookId?: string;
  /** Where PayPal sends the payer when done, or when they turn back. */
  returnUrl: string;
  /** Whether real money moves. Default true. */
  live?: boolean;
  memory: SupplierMemory;
  clock?: Clock;
  log?: Logger;
}

/** PayPal keeps an answer for an order under its request id for six hours; an hour is left for clocks that differ. */
const requestLifeMs = 5 * 60 * 60_000;
/** An order that nobody approved is gone after three hours. */
const orderLifeMs = 3 * 60 * 60_000;

const rejected = (code: string, message: string) => new TravelAgentError("SUPPLIER_REJECTED", message, { details: { code } });
const vendorCode = (error: unknown): string | undefined => {
  const code = TravelAgentError.is(error) ? (error.details as { code?: unknown } | undefined)?.code : undefined;
  return typeof code === "string" ? code : undefined;
};
const wasNotFound = (error: unknown): boolean => TravelAgentError.is(error) && (error.details as { status?: number } | undefined)?.status === 404;
const short = (text: string): string => (text.length > 127 ? `${text.slice(0, 126)}…` : text);

/**
 * Payments over PayPal: the payer approves at PayPal's page, then `find` sets the money aside, and `capture` takes it. Nobody's card or
 * account number is ever seen, sent or stored here. Raises `CONFIG_INVALID` when PayPal's address and `live` contradict each other.
 */
export function payPalPayments(options: PayPalOptions): PaymentProvider {
  const { baseUrl, clientId, clientSecret, webhookId, returnUrl, live = true, memory, clock = systemClock, log = silentLogger } = options;
  const isSandbox = /(^|\.)sandbox\.paypal\.com$/.test(new URL(baseUrl).hostname);
  if (isSandbox === live && /\.paypal\.com$/.test(new URL(baseUrl).hostname))
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `the PayPal address is the ${isSandbox ? "sandbox" : "live one"}; set live to ${!isSandbox} or use the other address`,
    );
  const api = payPalApi({ baseUrl, clientId, clientSecret, clock, log });
  const notes = paymentNotes(memory);
  const writes = createWrites(memory, clock);
  const underWay = new Map<string, Promise<PaymentState>>();
  const looking = new Map<string, Promise<PaymentState | null>>();

  const orderBody = ({ key, amount, description, email }: PaymentRequest) => ({
    intent: "AUTHORIZE",
    purchase_units: [{ reference_id: "default", custom_id: key, invoice_id: key, description: short(description), amount: toPayPal(amount) }],
    payment_source: {
      paypal: {
        ...(email === undefined ? {} : { email_address: email }),
        experience_context: { return_url: returnUrl, cancel_url: returnUrl, user_action: "PAY_NOW", shipping_preference: "NO_SHIPPING" },
      },
    },
  });

  /** The order now; null once PayPal forgot it, which it does only with orders of which nothing was ever set aside. */
  const readOrder = (reference: string, signal: AbortSignal): Promise<Order | null> =>
    api.get(Order, `/v2/checkout/orders/${encodeURIComponent(reference)}`, "checkout/orders/{id}", signal).catch((error: unknown) => {
      if (wasNotFound(error)) return null;
      throw error;
    });

  /** Sets aside the money of an order the payer approved. */
  async function setAside(key: string, note: KnownPayment, signal: AbortSignal): Promise<Order | null> {
    const path = `/v2/checkout/orders/${encodeURIComponent(note.reference)}/authorize`;
    try {
      return await api.post(Order, path, "checkout/orders/{id}/authorize", {}, `${key}:authorize:${note.declines}`, signal);
    } catch (error) {
      const code = vendorCode(error);
      if (code === "INSTRUMENT_DECLINED" || code === "PAYER_ACTION_REQUIRED") await notes.declined(key, note);
      else if (code !== "ORDER_ALREADY_AUTHORIZED" && !wasNotFound(error)) throw error;
      return readOrder(note.reference, signal);
    }
  }

  async function current(key: string, note: KnownPayment, signal: AbortSignal): Promise<{ state: PaymentState; order: Order | null }> {
    let order = await readOrder(note.reference, signal);
    if (order === null && note.moneySeen)
      throw new TravelAgentError("OUTCOME_UNKNOWN", `PayPal shows its order ${note.reference} no more; look for it in PayPal's own records`);
    const untouched = order === null || authorizationOf(order) === undefined;
    if (untouched && (await notes.isGivenUp(key))) return { state: voidedState(key, note), order };
    if (untouched && order?.status === "APPROVED") {
      const end = await notes.decide(key, Date.parse(note.payUntil) > clock.now() ? "authorise" : "give up");
      if (end === "give up") return { state: voidedState(key, note), order };
      order = await setAside(key, note, signal);
    }
    if (order === null) return { state: voidedState(key, note), order };
    if (authorizationOf(order) && !note.moneySeen) await notes.moneySeen(key, note);
    const state = stateOf(order, key, note, clock.now());
    const isOver = state.status === "awaiting-customer" && !authorizationOf(order) && Date.parse(note.payUntil) <= clock.now();
    if (isOver && (await notes.decide(key, "give up")) === "give up") return { state: voidedState(key, note), order };
    return { state, order };
  }

  async function of(reference: string): Promise<{ key: string; note: KnownPayment }> {
    const key = await notes.keyOf(reference);
    const note = key === null ? null : await notes.of(key);
    if (key === null || !note?.reference) throw rejected("payment_not_found", `there is no payment ${reference} of ours at PayPal; check the reference`);
    return { key, note: { ...note, reference: note.reference } };
  }

  async function send(key: string, note: PaymentNote, signal: AbortSignal): Promise<PaymentState> {
    const order = await api.post(Order, "/v2/checkout/orders", "checkout/orders", note.body, `${key}:order`, signal);
    return stateOf(order, key, await notes.known(key, note, order.id), clock.now());
  }

  /** A key that was used before. An order alone moves no money, so the same request may go out again. */
  async function again(key: string, note: PaymentNote, signal: AbortSignal): Promise<PaymentState | null> {
    if (note.reference !== undefined) return (await current(key, { ...note, reference: note.reference }, signal)).state;
    // PayPal has no list of orders to look through. One whose id nobody has can never be approved, as nobody has its link.
    return clock.now() - note.since < requestLifeMs ? send(key, note, signal) : null;
  }

  async function authorise(request: PaymentRequest, signal: AbortSignal): Promise<PaymentState> {
    const { key, amount, payUntil, method } = request;
    if (method !== undefined) throw rejected("method_not_supported", "PayPal asks the payer each time; leave out the means of payment");
    if (minorUnits(amount) <= 0n) throw rejected("invalid_amount", "a payment needs an amount above zero");
    const isKnown = (await notes.of(key)) !== null;
    if (!isKnown && payUntil !== undefined && !(Date.parse(payUntil) > clock.now()))
      throw rejected("too_late", "the time to pay is over already; give a later one");
    const longest = clock.now() + orderLifeMs;
    const until = payUntil === undefined ? longest : Math.min(Date.parse(payUntil), longest);
    const fresh: PaymentNote = { since: clock.now(), amount, payUntil: new Date(until).toISOString(), body: orderBody(request), declines: 0 };
    const { created, value: note } = await notes.claim(key, fresh);
    if (!created) {
      const earlier = await again(key, note, signal).catch((error: unknown) => {
        throw undecided(error);
      });
      if (!earlier) throw rejected("key_too_old", "this payment was asked for hours ago and never reached PayPal; ask for it anew under another key");
      return earlier;
    }
    try {
      return await send(key, note, signal);
    } catch (error) {
      if (surelyNothingHappened(error)) await notes.forget(key);
      throw error;
    }
  }

  return {
    id: "paypal",
    live,

    authorise(request, signal) {
      const running = underWay.get(request.key) ?? authorise(request, signal).finally(() => underWay.delete(request.key));
      underWay.set(request.key, running);
      return running;
    },

    async capture(reference, amount, key, signal) {
      const { key: payment, note } = await of(reference);
      return writes.once(
        { operation: "capture", reference, key, amount },
        {
          async act() {
            const { state, order } = await current(payment, note, signal);
            const authorization = order && authorizationOf(order);
            if (state.status !== "authorised" || !authorization) throw rejected("not_authorised", `a payment that is ${state.status} cannot be captured`);
            // PayPal itself would take up to 115 per cent.
            if (minorUnits(amount) <= 0n || compare(amount, state.authorised) > 0)
              throw rejected("invalid_amount", "capture between zero and what was set aside");
            const path = `/v2/payments/authorizations/${encodeURIComponent(authorization.id)}/capture`;
            const body = { amount: toPayPal(amount), invoice_id: key, final_capture: true };
            const made = await api.post(Capture, path, "payments/authorizations/{id}/capture", body, `${key}:capture`, signal);
            if (made.status === "DECLINED" || made.status === "FAILED")
              throw rejected("capture_declined", "PayPal could not take the money; ask for another way to pay");
            if (made.status !== "COMPLETED") throw new TravelAgentError("OUTCOME_UNKNOWN", "PayPal holds the money for review; ask again later");
            const fee = made.seller_receivable_breakdown?.paypal_fee;
            return {
              ...state,
              status: "captured" as const,
              captured: fromPayPal(made.amount),
              ...(fee?.currency_code === amount.currency ? { fee: fromPayPal(fee) } : {}),
            };
          },
          async settled() {
            const { state, order } = await current(payment, note, signal);
            const mine = order ? paymentsOf(order).captures.find(({ invoice_id: id }) => id === key) : undefined;
            if (mine?.status === "PENDING") throw new TravelAgentError("OUTCOME_UNKNOWN", "PayPal holds the money for review; ask again later");
            return mine && minorUnits(state.captured) > 0n ? state : null;
          },
        },
      );
    },

    async void(reference, key, signal) {
      const { key: payment, note } = await of(reference);
      return writes.once(
        { operation: "void", reference, key },
        {
          async act() {
            const before = await readOrder(reference, signal);
            // Nothing set aside yet: an approval that nobody makes use of moves no money.
            if ((!before || !authorizationOf(before)) && (await notes.decide(payment, "give up")) === "give up") return voidedState(payment, note);
            const { state, order } = await current(payment, note, signal);
            const authorization = order && authorizationOf(order);
            if (state.status === "voided" || state.status === "declined") return { ...state, status: "voided" };
            if (state.status !== "authorised" || !authorization) throw rejected("not_authorised", `a payment that is ${state.status} cannot be voided`);
            const path = `/v2/payments/authorizations/${encodeURIComponent(authorization.id)}/void`;
            await api.post(z.unknown(), path, "payments/authorizations/{id}/void", {}, `${key}:void`, signal);
            return { ...state, status: "voided" };
          },
          async settled() {
            const { state } = await current(payment, note, signal);
            return state.status === "voided" ? state : null;
          },
        },
      );
    },

    async refund(reference, amount, key, signal) {
      const { key: payment, note } = await of(reference);
      return writes.once(
        { operation: "refund", reference, key, amount },
        {
          async act() {
            const { state, order } = await current(payment, note, signal);
            const capture = order ? paymentsOf(order).captures.find(({ status }) => status === "COMPLETED" || status === "PARTIALLY_REFUNDED") : undefined;
            if ((state.status !== "captured" && state.status !== "partially-refunded") || !capture)
              throw rejected("not_captured", `a payment that is ${state.status} cannot be refunded`);
            if (minorUnits(amount) <= 0n || compare(amount, subtract(state.captured, state.refunded)) > 0)
              throw rejected("invalid_amount", "refund between zero and what is left of the capture");
            const path = `/v2/payments/captures/${encodeURIComponent(capture.id)}/refund`;
            const body = { amount: toPayPal(amount), custom_id: payment, invoice_id: key };
            const made = await api.post(Refund, path, "payments/captures/{id}/refund", body, `${key}:refund`, signal);
            if (made.status !== "COMPLETED" && made.status !== "PENDING")
              throw rejected("refund_failed", "PayPal could not refund it; try again or pay it out by hand");
            const left = subtract(subtract(state.captured, state.refunded), amount);
            return {
              ...state,
              refunded: subtract(state.captured, left),
              status: minorUnits(left) === 0n ? ("refunded" as const) : ("partially-refunded" as const),
            };
          },
          async settled() {
            const { state, order } = await current(payment, note, signal);
            const made = order ? paymentsOf(order).refunds : [];
            return made.some(({ invoice_id: id, status }) => id === key && status !== "FAILED" && status !== "CANCELLED") ? state : null;
          },
        },
      );
    },

    // A webhook and a timer often ask at the same moment, and a look may set money aside.
    find(key, signal) {
      const look = async () => {
        const note = await notes.of(key);
        return note && again(key, note, signal);
      };
      const running = looking.get(key) ?? look().finally(() => looking.delete(key));
      looking.set(key, running);
      return running;
    },

    ...(webhookId === undefined || webhookId === "" ? {} : { news: payPalNews(api, webhookId, notes, clock) }),
  };
}
