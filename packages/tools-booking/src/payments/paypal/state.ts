import { compare, minorUnits, sum, zero } from "../../money.ts";
import type { PaymentState } from "../../payment.ts";
import { fromPayPal } from "./amounts.ts";
import type { KnownPayment } from "./notes.ts";
import type { Authorization, Order } from "./wire.ts";

export const paymentsOf = ({ purchase_units: units }: Order) => units[0]?.payments ?? { authorizations: [], captures: [], refunds: [] };
/** The authorisation that counts: a denied one may be followed by another. */
export const authorizationOf = (order: Order): Authorization | undefined => {
  const all = paymentsOf(order).authorizations;
  return all.find(({ status }) => status !== "DENIED") ?? all.at(-1);
};

const taken = new Set(["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"]);
const givenBack = new Set(["COMPLETED", "PENDING"]);

/** The address at which the payer approves: by its two names, of orders made with and without a named source. */
const payUrlOf = ({ links }: Order): string | undefined =>
  (links.find(({ rel }) => rel === "payer-action") ?? links.find(({ rel }) => rel === "approve"))?.href;

export function voidedState(key: string, { reference, amount }: KnownPayment): PaymentState {
  const nothing = zero(amount.currency);
  return { reference, key, status: "voided", authorised: nothing, captured: nothing, refunded: nothing };
}

function statusOf(authorization: Authorization, captured: bigint, refunded: bigint, now: number): PaymentState["status"] {
  if (captured > 0n) return refunded === 0n ? "captured" : refunded >= captured ? "refunded" : "partially-refunded";
  const expired = authorization.expiration_time !== undefined && Date.parse(authorization.expiration_time) <= now;
  switch (authorization.status) {
    case "VOIDED":
    case "EXPIRED":
      return "voided";
    case "DENIED":
      return "declined";
    case "PENDING":
      return "awaiting-customer";
    default:
      return expired ? "voided" : "authorised";
  }
}

/** The payment as the order shows it. An approval alone sets nothing aside. */
export function stateOf(order: Order, key: string, note: KnownPayment, now: number): PaymentState {
  const { currency } = note.amount;
  const { captures, refunds } = paymentsOf(order);
  const authorization = authorizationOf(order);
  if (!authorization) {
    if (order.status === "VOIDED") return voidedState(key, note);
    const payUrl = payUrlOf(order);
    return { ...voidedState(key, note), status: "awaiting-customer", ...(payUrl === undefined ? {} : { payUrl }), payUntil: note.payUntil };
  }
  const done = captures.filter(({ status }) => taken.has(status));
  const captured = sum(
    done.map(({ amount }) => fromPayPal(amount)),
    currency,
  );
  const refunded = sum(
    refunds.filter(({ status }) => givenBack.has(status)).map(({ amount }) => fromPayPal(amount)),
    currency,
  );
  const fees = done.flatMap(({ seller_receivable_breakdown: parts }) => (parts?.paypal_fee?.currency_code === currency ? [fromPayPal(parts.paypal_fee)] : []));
  const fee = sum(fees, currency);
  const status = statusOf(authorization, minorUnits(captured), minorUnits(refunded), now);
  return {
    reference: note.reference,
    key,
    status,
    authorised: status === "awaiting-customer" || status === "declined" ? zero(currency) : fromPayPal(authorization.amount),
    captured,
    refunded,
    ...(compare(fee, zero(currency)) > 0 ? { fee } : {}),
    ...(status === "awaiting-customer" ? { payUntil: note.payUntil } : {}),
  };
}
