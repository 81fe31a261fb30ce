import type { PaymentRequest } from "../../payment.ts";
import { toStripe } from "./amounts.ts";
import type { Fields } from "./api.ts";

/** Where our key stands in Stripe's objects. */
export const keyField = "travelagent_key";
export const captureField = "travelagent_capture";
export const refundField = "travelagent_refund";

const minuteMs = 60_000;
/** Stripe takes pages that are open between 30 minutes and 24 hours; a minute is left for clocks that differ. */
const shortestMs = 31 * minuteMs;
const longestMs = (24 * 60 - 1) * minuteMs;

const short = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

/** The request for a page on which the customer pays. Without a wish it is open as long as Stripe allows. */
export function checkoutFields({ key, amount, description, email, payUntil }: PaymentRequest, returnUrl: string, now: number): Fields {
  const { amount: unitAmount, currency } = toStripe(amount);
  const wished = payUntil === undefined ? longestMs : Date.parse(payUntil) - now;
  const until = now + Math.min(Math.max(wished, shortestMs), longestMs);
  return {
    mode: "payment",
    client_reference_id: key,
    [`metadata[${keyField}]`]: key,
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": currency,
    "line_items[0][price_data][unit_amount]": String(unitAmount),
    "line_items[0][price_data][product_data][name]": short(description, 200),
    "payment_intent_data[capture_method]": "manual",
    "payment_intent_data[description]": short(description, 500),
    [`payment_intent_data[metadata][${keyField}]`]: key,
    // The booking is in one currency, so the customer is not offered another one.
    "adaptive_pricing[enabled]": "false",
    success_url: returnUrl,
    cancel_url: returnUrl,
    expires_at: String(Math.floor(until / 1000)),
    ...(email === undefined ? {} : { customer_email: email }),
  };
}

/** The request to set money aside on a means the customer has on file. The bank may still want to see the customer. */
export function intentFields({ key, amount, description, email }: PaymentRequest, method: { id: string; customer?: string }, returnUrl: string): Fields {
  const { amount: minor, currency } = toStripe(amount);
  return {
    amount: String(minor),
    currency,
    capture_method: "manual",
    confirm: "true",
    payment_method: method.id,
    ...(method.customer === undefined ? {} : { customer: method.customer }),
    "automatic_payment_methods[enabled]": "true",
    return_url: returnUrl,
    description: short(description, 500),
    [`metadata[${keyField}]`]: key,
    ...(email === undefined ? {} : { receipt_email: email }),
  };
}
