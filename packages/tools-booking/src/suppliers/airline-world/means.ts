import type { Itinerary } from "../../desk.ts";
import { cents, dollars } from "./dollars.ts";
import type { UserDocument } from "./record.ts";

/** One means of payment somebody wants to use, as the customer's profile knows it. */
export interface Means {
  id: string;
  /** `unknown` when the customer has no such thing on file. */
  kind: string;
  /** Dollars to be taken from it. */
  amount?: number;
  /** What is on it, of a gift card or certificate. */
  balance?: number;
  /** False when more is to be taken from it than is on it. */
  covers: boolean;
}

/** `due`: what a change costs; a means without an amount of its own pays all of it. */
export function meansOf(user: Readonly<UserDocument> | undefined, payments: NonNullable<Itinerary["payments"]>, due?: number): Means[] {
  const onFile = user?.payment_methods ?? {};
  const wanted = payments.map(({ method, amount }) => ({ id: method, amount: amount ? dollars(amount) : due }));
  const all = (id: string) => cents(wanted.reduce((sum, other) => (other.id === id ? sum + (other.amount ?? 0) : sum), 0));
  return wanted.map(({ id, amount }): Means => {
    const method = Object.hasOwn(onFile, id) ? onFile[id]! : undefined;
    return {
      id,
      kind: method?.source ?? "unknown",
      ...(amount === undefined ? {} : { amount }),
      ...(method?.amount === undefined ? {} : { balance: method.amount }),
      covers: method?.amount === undefined || all(id) <= method.amount,
    };
  });
}

/** `asDue`: what is to be taken, or given back, is what is due; people name a refund with or without its sign. */
export function paymentFacts(means: readonly Means[], due: number | undefined) {
  const total = cents(means.reduce((sum, { amount = 0 }) => sum + amount, 0));
  const count = (kind: string) => means.filter((one) => one.kind === kind).length;
  return {
    means,
    certificates: count("certificate"),
    creditCards: count("credit_card"),
    giftCards: count("gift_card"),
    total,
    asDue: due === undefined || total === due || (due < 0 && total === -due),
    ...(due === undefined ? {} : { due }),
  };
}
