import type { Reply, SupplierRequest, VendorProblem } from "../../suppliers/http/index.ts";
import { Failure } from "./wire.ts";

/** Says that an earlier request with the same Idempotency-Key is under way, or was another one. What that did has to be read. */
const keyTrouble = (type: string | null | undefined, code: string | null | undefined): boolean =>
  type === "idempotency_error" || code === "idempotency_key_in_use";

/** Providers repeat what they do not like, and errors must not carry personal data. */
const withoutAddresses = (message: string): string => message.replace(/[^\s:'"]+@[^\s'"]+/g, "(an address)");

export function problemIn({ status, body }: Reply, request: SupplierRequest): VendorProblem | undefined {
  if (status < 400) return undefined;
  const read = Failure.safeParse(body);
  if (!read.success) return undefined;
  const { type, code, decline_code: declined, message, payment_intent: intent } = read.data.error;
  // The refused credential is in the message of a 401, so that one is not repeated.
  if (status === 401) return { message: "Stripe refuses the key" };
  const isWrite = request.method !== "GET";
  const unsure = isWrite && (keyTrouble(type, code) || status === 424 || (status === 409 && code !== "resource_missing"));
  return {
    ...(unsure ? { code: "OUTCOME_UNKNOWN" as const } : {}),
    ...(declined || code || type ? { vendorCode: declined ?? code ?? type ?? "" } : {}),
    message: type === "card_error" ? "the payment was declined; ask for another way to pay" : `Stripe: ${withoutAddresses(message ?? `answered ${status}`)}`,
    ...(intent ? { details: { paymentIntent: intent.id } } : {}),
  };
}
