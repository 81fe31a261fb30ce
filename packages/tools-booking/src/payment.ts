import type { Money } from "@travelagent/protocol";

export interface PaymentState {
  reference: string;
  key: string;
  status: "authorised" | "captured" | "voided" | "refunded" | "partially-refunded" | "declined";
  authorised: Money;
  captured: Money;
  refunded: Money;
}

/**
 * Manual capture: authorise before booking, capture after. Every call with a `key` it has seen returns the first outcome.
 * Raises `SUPPLIER_REJECTED` when declined, `SUPPLIER_UNAVAILABLE` when surely nothing happened, `OUTCOME_UNKNOWN` otherwise.
 */
export interface PaymentProvider {
  readonly id: string;
  readonly live: boolean;
  authorise(request: { key: string; amount: Money; description: string }, signal: AbortSignal): Promise<PaymentState>;
  capture(reference: string, amount: Money, key: string, signal: AbortSignal): Promise<PaymentState>;
  /** Gives back an authorisation that was not captured. */
  void(reference: string, key: string, signal: AbortSignal): Promise<PaymentState>;
  refund(reference: string, amount: Money, key: string, signal: AbortSignal): Promise<PaymentState>;
  /** Read-back by the key of `authorise`. */
  find(key: string, signal: AbortSignal): Promise<PaymentState | null>;
}
