import type { Money } from "@travelagent/protocol";
import type { SupplierMemory } from "../../suppliers/http/index.ts";

/** What is known of a key. On record before PayPal is asked for anything. */
export interface PaymentNote {
  since: number;
  amount: Money;
  /** ISO UTC. */
  payUntil: string;
  /** Of the order, once PayPal said it. */
  reference?: string;
  /** The request, to be repeated word for word until the reference is known. */
  body?: unknown;
  /** How often money was asked for and the payer's funds were declined. */
  declines: number;
  /** Money was set aside: from then on PayPal must have the order. */
  moneySeen?: boolean;
}
export type KnownPayment = PaymentNote & { reference: string };

export interface PaymentNotes {
  of(key: string): Promise<PaymentNote | null>;
  claim(key: string, note: PaymentNote): Promise<{ created: boolean; value: PaymentNote }>;
  /** PayPal has it: the request with its personal data is forgotten. */
  known(key: string, note: PaymentNote, reference: string): Promise<KnownPayment>;
  forget(key: string): Promise<void>;
  keyOf(reference: string): Promise<string | null>;
  /**
   * What is done with an approved order: its money is set aside, or it is given up. The first to say so wins, in whatever process; the
   * answer is what it is now.
   */
  decide(key: string, end: "authorise" | "give up"): Promise<"authorise" | "give up">;
  moneySeen(key: string, note: KnownPayment): Promise<void>;
  /** The payer's funds were declined, and everything is open again. */
  declined(key: string, note: KnownPayment): Promise<void>;
  isGivenUp(key: string): Promise<boolean>;
}

export function paymentNotes(memory: SupplierMemory): PaymentNotes {
  return {
    of: (key) => memory.get<PaymentNote>("payment", key),
    claim: (key, note) => memory.claim<PaymentNote>("payment", key, note),
    async known(key, { body: _, ...note }, reference) {
      const made = { ...note, reference };
      await memory.put("payment key", reference, key);
      await memory.put("payment", key, made);
      return made;
    },
    forget: (key) => memory.remove("payment", key),
    keyOf: (reference) => memory.get<string>("payment key", reference),
    decide: async (key, end) => (await memory.claim<"authorise" | "give up">("end", key, end)).value,
    moneySeen: (key, note) => memory.put("payment", key, { ...note, moneySeen: true }),
    async declined(key, note) {
      await memory.put("payment", key, { ...note, declines: note.declines + 1 });
      await memory.remove("end", key);
    },
    isGivenUp: async (key) => (await memory.get("end", key)) === "give up",
  };
}
