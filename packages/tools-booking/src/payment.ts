import type { Money } from "@travelagent/protocol";

export interface PaymentState {
  reference: string;
  key: string;
  /** `awaiting-customer`: nothing is set aside yet, somebody has to pay at `payUrl` first. */
  status: "awaiting-customer" | "authorised" | "captured" | "voided" | "refunded" | "partially-refunded" | "declined";
  authorised: Money;
  captured: Money;
  refunded: Money;
  /** What the provider keeps of what was captured, where it says. */
  fee?: Money;
  /** The provider's own page, while `awaiting-customer`: a card number never comes near us. */
  payUrl?: string;
  /** ISO UTC. Nobody can pay at `payUrl` afterwards, and the state then becomes `voided`. */
  payUntil?: string;
}

/** A webhook as it came, before anybody believed it. */
export interface Delivery {
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** The raw body: signatures are over these bytes. */
  body: string;
}

export interface PaymentRequest {
  key: string;
  amount: Money;
  description: string;
  /** For the provider's receipt. */
  email?: string;
  /** Means of payment the customer has on file at the provider, by the provider's id. Absent: the provider asks the customer. */
  method?: string;
  /** ISO UTC; the customer may pay until then. */
  payUntil?: string;
}

/**
 * Manual capture: authorise before booking, capture after. Every call with a `key` it has seen returns the first outcome.
 * Raises `SUPPLIER_REJECTED` when declined, `SUPPLIER_UNAVAILABLE` when surely nothing happened, `OUTCOME_UNKNOWN` otherwise.
 */
export interface PaymentProvider {
  readonly id: string;
  readonly live: boolean;
  authorise(request: PaymentRequest, signal: AbortSignal): Promise<PaymentState>;
  capture(reference: string, amount: Money, key: string, signal: AbortSignal): Promise<PaymentState>;
  /** Gives back an authorisation that was not captured. One that is `awaiting-customer` cannot be paid any more afterwards. */
  void(reference: string, key: string, signal: AbortSignal): Promise<PaymentState>;
  refund(reference: string, amount: Money, key: string, signal: AbortSignal): Promise<PaymentState>;
  /** Read-back by the key of `authorise`. */
  find(key: string, signal: AbortSignal): Promise<PaymentState | null>;
  /**
   * Reads a webhook: whose state is to be asked for again with `find`, by keys of `authorise`. Events come in any order and any
   * number, so they are hints and never the truth. Raises `UNAUTHORIZED` for a wrong or old signature. Absent where there is none.
   */
  news?(delivery: Delivery, signal: AbortSignal): Promise<{ id: string; keys: string[] }>;
}
