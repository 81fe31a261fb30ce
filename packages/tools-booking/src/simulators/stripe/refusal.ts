import type { Answer } from "../kit/index.ts";

export interface StripeError {
  type: "invalid_request_error" | "card_error" | "api_error" | "idempotency_error";
  code?: string;
  decline_code?: string;
  message: string;
  param?: string;
  payment_intent?: unknown;
}

export const errorAnswer = (status: number, error: StripeError): Answer => ({ status, body: { error } });

/** Ends a request with Stripe's error. */
export class Refusal extends Error {
  readonly answer: Answer;
  /** Errors found before execution are not kept under the idempotency key. */
  readonly kept: boolean;

  constructor(status: number, error: StripeError, { kept = true }: { kept?: boolean } = {}) {
    super(error.message);
    this.answer = errorAnswer(status, error);
    this.kept = kept;
  }
}

export const invalid = (param: string, message: string, code = "parameter_invalid"): Refusal =>
  new Refusal(400, { type: "invalid_request_error", code, message, param }, { kept: false });

export const missing = (what: string, id: string): Refusal =>
  new Refusal(404, { type: "invalid_request_error", code: "resource_missing", message: `No such ${what}: '${id}'`, param: "id" }, { kept: false });

export const wrongState = (message: string, intent?: unknown): Refusal =>
  new Refusal(400, { type: "invalid_request_error", code: "payment_intent_unexpected_state", message, ...(intent ? { payment_intent: intent } : {}) });
