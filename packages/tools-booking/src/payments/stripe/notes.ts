import type { Money } from "@travelagent/protocol";
import type { SupplierMemory } from "../../suppliers/http/index.ts";
import type { Fields } from "./api.ts";

/** What is known of a key. On record before Stripe is asked for anything. */
export interface PaymentNote {
  since: number;
  amount: Money;
  /** `checkout`: the customer pays on Stripe's page. `intent`: with a means on file. */
  path: "checkout" | "intent";
  payUntil?: string;
  /** Of the session or the payment intent, once Stripe said it. */
  reference?: string;
  /** The request, to be repeated word for word until the reference is known: Stripe refuses a key with other fields. */
  fields?: Fields;
}

export interface PaymentNotes {
  of(key: string): Promise<PaymentNote | null>;
  claim(key: string, note: PaymentNote): Promise<{ created: boolean; value: PaymentNote }>;
  /** Stripe has it: the request with its personal data is forgotten. */
  known(key: string, note: PaymentNote, reference: string): Promise<PaymentNote>;
  forget(key: string): Promise<void>;
  /** Lets events that name only `id` be told whose payment they are about. */
  belongs(id: string, key: string): Promise<void>;
  keyOf(id: string): Promise<string | null>;
}

export function paymentNotes(memory: SupplierMemory): PaymentNotes {
  return {
    of: (key) => memory.get<PaymentNote>("payment", key),
    claim: (key, note) => memory.claim<PaymentNote>("payment", key, note),
    async known(key, { fields: _, ...note }, reference) {
      const made = { ...note, reference };
      await memory.put("payment key", reference, key);
      await memory.put("payment", key, made);
      return made;
    },
    forget: (key) => memory.remove("payment", key),
    belongs: async (id, key) => void (await memory.claim("payment key", id, key)),
    keyOf: (id) => memory.get<string>("payment key", id),
  };
}
