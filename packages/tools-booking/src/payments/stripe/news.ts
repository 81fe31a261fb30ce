import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { PaymentProvider } from "../../payment.ts";
import type { PaymentNotes } from "./notes.ts";
import { keyField } from "./pay.ts";
import { verifySignature } from "./signature.ts";
import { Event } from "./wire.ts";

interface NewsOptions {
  secrets: readonly string[];
  live: boolean;
  notes: PaymentNotes;
  clock: Clock;
}

/** Whose payment a delivery is about. Sessions, intents, charges and our refunds carry our key; other objects name their intent. */
export function stripeNews({ secrets, live, notes, clock }: NewsOptions): NonNullable<PaymentProvider["news"]> {
  if (secrets.some((secret) => secret === "")) throw new TravelAgentError("CONFIG_INVALID", "a Stripe webhook secret is empty; leave it out or set it");
  return async (delivery) => {
    verifySignature(delivery, secrets, clock.now());
    let body: unknown;
    try {
      body = JSON.parse(delivery.body);
    } catch {
      throw new TravelAgentError("INVALID_REQUEST", "the delivery is no JSON");
    }
    const read = Event.safeParse(body);
    if (!read.success) throw new TravelAgentError("INVALID_REQUEST", "the delivery is no event of Stripe's");
    const { id, livemode, data } = read.data;
    // Test events may reach a live endpoint, and never speak of live money.
    if (livemode !== null && livemode !== undefined && livemode !== live) return { id, keys: [] };
    const { object } = data;
    const intent = typeof object.payment_intent === "string" ? object.payment_intent : object.payment_intent?.id;
    const named = object.metadata?.[keyField];
    const keys: string[] = named === undefined ? [] : [named];
    for (const known of [object.id, intent]) {
      const key = keys.length > 0 || !known ? null : await notes.keyOf(known);
      if (key !== null) keys.push(key);
    }
    return { id, keys };
  };
}
