import { TravelAgentError } from "@travelagent/protocol";
import type { PaymentState } from "../../payment.ts";
import type { StripeApi } from "./api.ts";
import type { PaymentNote } from "./notes.ts";
import { keyField } from "./pay.ts";
import { type Facts, intentOf, stateOfIntent, stateOfSession } from "./state.ts";
import { Intent, IntentList, RefundList, Session, SessionList } from "./wire.ts";

/** A payment as Stripe has it now, and the intent behind it once there is one. */
export interface Seen {
  state: PaymentState;
  intent: Intent | undefined;
  /** Whether the customer can still pay on a page of Stripe's. */
  pageOpen: boolean;
}

const dayMs = 24 * 60 * 60_000;
const mostPages = 50;

export async function readPayment(api: StripeApi, facts: Facts, signal: AbortSignal): Promise<Seen> {
  const { reference } = facts;
  if (reference.startsWith("cs_")) {
    const path = `/v1/checkout/sessions/${encodeURIComponent(reference)}`;
    const session = await api.get(Session, path, "checkout/sessions/{id}", { "expand[]": "payment_intent.latest_charge.balance_transaction" }, signal);
    return { state: stateOfSession(session, facts), intent: intentOf(session), pageOpen: session.status === "open" };
  }
  const path = `/v1/payment_intents/${encodeURIComponent(reference)}`;
  const intent = await api.get(Intent, path, "payment_intents/{id}", { "expand[]": "latest_charge.balance_transaction" }, signal);
  return { state: stateOfIntent(intent, facts), intent, pageOpen: false };
}

/**
 * What became of a request whose answer was lost: the object that carries our key. Goes through Stripe's lists, which are exact, and
 * not through its search, which lags behind. Null when there surely is none.
 */
export async function lookUp(api: StripeApi, key: string, { path, since }: PaymentNote, signal: AbortSignal): Promise<string | null> {
  const window = { limit: "100", "created[gte]": String(Math.floor(since / 1000) - 300), "created[lte]": String(Math.ceil((since + 2 * dayMs) / 1000)) };
  let after: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const query = { ...window, ...(after === undefined ? {} : { starting_after: after }) };
    const { data, has_more: more } =
      path === "checkout"
        ? await api.get(SessionList, "/v1/checkout/sessions", "checkout/sessions", query, signal)
        : await api.get(IntentList, "/v1/payment_intents", "payment_intents", query, signal);
    const found = data.find(({ metadata }) => metadata?.[keyField] === key);
    if (found) return found.id;
    after = data.at(-1)?.id;
    if (!more || after === undefined) return null;
  }
  throw new TravelAgentError("OUTCOME_UNKNOWN", "Stripe has too many payments of that day to look through; find this one in its dashboard by our key");
}

/** For a key nobody here knows, as after a restored backup: Stripe's search by metadata. It may lag a minute behind. */
export async function searchByKey(api: StripeApi, key: string, signal: AbortSignal): Promise<Intent | null> {
  const quoted = key.replace(/[\\']/g, (sign) => `\\${sign}`);
  const query = { query: `metadata['${keyField}']:'${quoted}'`, limit: "10" };
  const { data } = await api.get(IntentList, "/v1/payment_intents/search", "payment_intents/search", query, signal);
  return data.find(({ metadata }) => metadata?.[keyField] === key) ?? null;
}

/** Whether `intent` has a refund that carries this value in `field`. */
export async function hasRefund(api: StripeApi, intent: string, field: string, value: string, signal: AbortSignal): Promise<boolean> {
  const { data } = await api.get(RefundList, "/v1/refunds", "refunds", { payment_intent: intent, limit: "100" }, signal);
  return data.some(({ metadata, status }) => metadata?.[field] === value && status !== "failed" && status !== "canceled");
}
