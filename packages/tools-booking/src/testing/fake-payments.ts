import { type Money, TravelAgentError } from "@travelagent/protocol";
import { add, compare, multiply, subtract, zero } from "../money.ts";
import type { Delivery, PaymentProvider, PaymentState } from "../payment.ts";
import { createFaults, type FaultOptions, type Faults } from "./faults.ts";

export type PaymentOperation = "authorise" | "capture" | "void" | "refund" | "find";

export interface FakePayments extends PaymentProvider {
  readonly faults: Faults<PaymentOperation>;
  /** The provider's own books: what really happened. */
  payments(): PaymentState[];
  /** From now on every authorisation is declined. */
  decline(): void;
  /** From now on the customer has to pay on a page, or no more. */
  askCustomer(asks: boolean): void;
  /** The customer pays what waits for them. `anyway`: also what was voided, as a slow bank does. True when money was set aside. */
  pay(key: string, anyway?: boolean): boolean;
  /** A signed webhook about this payment. */
  webhook(key: string, eventId?: string): Delivery;
}

export interface FakePaymentsOptions {
  id?: string;
  live?: boolean;
  /** The customer has to pay on a page. Default false. */
  asks?: boolean;
  /** Percent of what is captured that the provider keeps. Default none. */
  feePercent?: bigint;
  /** Faults beside those that are scripted. */
  trouble?: FaultOptions<PaymentOperation>;
  /** After every change of a payment. */
  onChange?(key: string): void;
}

/** A payment provider in memory with its own books. Keys repeat the first outcome; wrong moves are refused. */
export function fakePayments({ id = "fake-payments", live = false, asks = false, feePercent, trouble = {}, onChange }: FakePaymentsOptions = {}): FakePayments {
  const books = new Map<string, PaymentState>();
  const answered = new Map<string, PaymentState>();
  const faults = createFaults<PaymentOperation>(trouble);
  let declining = false;
  let asking = asks;
  let events = 0;

  const refuse = (message: string): TravelAgentError => new TravelAgentError("SUPPLIER_REJECTED", message);
  const must = (reference: string): PaymentState => {
    const payment = [...books.values()].find((candidate) => candidate.reference === reference);
    if (!payment) throw refuse(`no payment ${reference}`);
    return payment;
  };
  const store = (state: PaymentState): void => {
    books.set(state.key, state);
    onChange?.(state.key);
  };
  const once = (operation: PaymentOperation, key: string, signal: AbortSignal, effect: () => PaymentState): Promise<PaymentState> =>
    faults.around(
      operation,
      () => {
        const known = answered.get(`${operation}:${key}`);
        if (known) return { ...known };
        const state = effect();
        answered.set(`${operation}:${key}`, state);
        store(state);
        return { ...state };
      },
      signal,
    );
  const within = (amount: Money, most: Money, what: string): void => {
    if (compare(amount, zero(amount.currency)) <= 0 || compare(amount, most) > 0) throw refuse(`${what} is at most ${most.amount} ${most.currency}`);
  };
  const withoutPage = ({ payUrl: _, payUntil: __, ...state }: PaymentState): PaymentState => state;

  return {
    id,
    live,
    faults,
    authorise: ({ key, amount, payUntil = "2100-01-01T00:00:00.000Z" }, signal) =>
      once("authorise", key, signal, () => {
        if (declining) throw refuse("declined");
        const nothing = zero(amount.currency);
        const state = { reference: `pay-${books.size + 1}`, key, authorised: amount, captured: nothing, refunded: nothing };
        if (!asking) return { ...state, status: "authorised" };
        return { ...state, status: "awaiting-customer", authorised: nothing, payUrl: `https://pay.example/${key}?amount=${amount.amount}`, payUntil };
      }),
    capture: (reference, amount, key, signal) =>
      once("capture", key, signal, () => {
        const payment = must(reference);
        if (payment.status !== "authorised") throw refuse(`a payment that is ${payment.status} cannot be captured`);
        within(amount, payment.authorised, "the capture");
        const fee = feePercent === undefined ? undefined : multiply(amount, { numerator: feePercent, denominator: 100n });
        return { ...payment, status: "captured", captured: amount, ...(fee ? { fee } : {}) };
      }),
    void: (reference, key, signal) =>
      once("void", key, signal, () => {
        const payment = must(reference);
        if (payment.status !== "authorised" && payment.status !== "awaiting-customer") throw refuse(`a payment that is ${payment.status} cannot be voided`);
        return { ...withoutPage(payment), status: "voided" };
      }),
    refund: (reference, amount, key, signal) =>
      once("refund", key, signal, () => {
        const payment = must(reference);
        within(amount, subtract(payment.captured, payment.refunded), "the refund");
        const refunded = add(payment.refunded, amount);
        return { ...payment, refunded, status: compare(refunded, payment.captured) === 0 ? "refunded" : "partially-refunded" };
      }),
    find: (key, signal) => faults.around("find", () => (books.has(key) ? { ...books.get(key)! } : null), signal),
    async news({ headers, body }) {
      if (headers["fake-signature"] !== `signed:${body}`) throw new TravelAgentError("UNAUTHORIZED", "this webhook is not signed");
      return JSON.parse(body) as { id: string; keys: string[] };
    },
    payments: () => [...books.values()].map((state) => ({ ...state })),
    decline: () => {
      declining = true;
    },
    askCustomer: (next) => {
      asking = next;
    },
    pay(key, anyway = false) {
      const payment = books.get(key);
      if (!payment || !(payment.status === "awaiting-customer" || (anyway && payment.status === "voided"))) return false;
      const asked = answered.get(`authorise:${key}`)?.payUrl;
      if (asked === undefined) return false;
      const amount = new URL(asked).searchParams.get("amount")!;
      store({ ...withoutPage(payment), status: "authorised", authorised: { amount, currency: payment.captured.currency } });
      return true;
    },
    webhook(key, eventId = `event-${++events}`) {
      const body = JSON.stringify({ id: eventId, keys: [key] });
      return { headers: { "fake-signature": `signed:${body}` }, body };
    },
  };
}
