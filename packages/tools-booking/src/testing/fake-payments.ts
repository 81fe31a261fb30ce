import { type Money, TravelAgentError } from "@travelagent/protocol";
import { add, compare, subtract, zero } from "../money.ts";
import type { PaymentProvider, PaymentState } from "../payment.ts";
import { createFaults, type Faults } from "./faults.ts";

export type PaymentOperation = "authorise" | "capture" | "void" | "refund" | "find";

export interface FakePayments extends PaymentProvider {
  readonly faults: Faults<PaymentOperation>;
  /** The provider's own books: what really happened. */
  payments(): PaymentState[];
  /** From now on every authorisation is declined. */
  decline(): void;
}

/** A payment provider in memory with its own books. Keys repeat the first outcome; wrong moves are refused. */
export function fakePayments({ id = "fake-payments", live = false }: { id?: string; live?: boolean } = {}): FakePayments {
  const books = new Map<string, PaymentState>();
  const answered = new Map<string, PaymentState>();
  const faults = createFaults<PaymentOperation>();
  let declining = false;

  const refuse = (message: string): TravelAgentError => new TravelAgentError("SUPPLIER_REJECTED", message);
  const must = (reference: string): PaymentState => {
    const payment = [...books.values()].find((candidate) => candidate.reference === reference);
    if (!payment) throw refuse(`no payment ${reference}`);
    return payment;
  };
  const once = (operation: PaymentOperation, key: string, signal: AbortSignal, effect: () => PaymentState): Promise<PaymentState> =>
    faults.around(
      operation,
      () => {
        const state = answered.get(`${operation}:${key}`) ?? effect();
        if (!answered.has(`${operation}:${key}`)) books.set(state.key, state);
        answered.set(`${operation}:${key}`, state);
        return { ...state };
      },
      signal,
    );
  const within = (amount: Money, most: Money, what: string): void => {
    if (compare(amount, zero(amount.currency)) <= 0 || compare(amount, most) > 0) throw refuse(`${what} is at most ${most.amount} ${most.currency}`);
  };

  return {
    id,
    live,
    faults,
    authorise: ({ key, amount }, signal) =>
      once("authorise", key, signal, () => {
        if (declining) throw refuse("declined");
        const nothing = zero(amount.currency);
        return { reference: `pay-${books.size + 1}`, key, status: "authorised", authorised: amount, captured: nothing, refunded: nothing };
      }),
    capture: (reference, amount, key, signal) =>
      once("capture", key, signal, () => {
        const payment = must(reference);
        if (payment.status !== "authorised") throw refuse(`a payment that is ${payment.status} cannot be captured`);
        within(amount, payment.authorised, "the capture");
        return { ...payment, status: "captured", captured: amount };
      }),
    void: (reference, key, signal) =>
      once("void", key, signal, () => {
        const payment = must(reference);
        if (payment.status !== "authorised") throw refuse(`a payment that is ${payment.status} cannot be voided`);
        return { ...payment, status: "voided" };
      }),
    refund: (reference, amount, key, signal) =>
      once("refund", key, signal, () => {
        const payment = must(reference);
        within(amount, subtract(payment.captured, payment.refunded), "the refund");
        const refunded = add(payment.refunded, amount);
        return { ...payment, refunded, status: compare(refunded, payment.captured) === 0 ? "refunded" : "partially-refunded" };
      }),
    find: (key, signal) => faults.around("find", () => (books.has(key) ? { ...books.get(key)! } : null), signal),
    payments: () => [...books.values()].map((state) => ({ ...state })),
    decline: () => {
      declining = true;
    },
  };
}
