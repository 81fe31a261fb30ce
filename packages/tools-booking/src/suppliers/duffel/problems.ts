import { z } from "zod";
import type { Reply, VendorProblem } from "../http/index.ts";

/** What Duffel's codes mean for the caller. A code that is not here is taken by its status. */
const meanings: Readonly<Record<string, VendorProblem["code"]>> = {
  offer_no_longer_available: "SOLD_OUT",
  ancillary_service_not_available: "SOLD_OUT",
  rate_unavailable: "SOLD_OUT",
  offer_expired: "OFFER_EXPIRED",
  rate_expired: "OFFER_EXPIRED",
  quote_expired: "OFFER_EXPIRED",
  // An offer request can be booked once: all its offers are spent then.
  offer_request_already_booked: "OFFER_EXPIRED",
  price_changed: "PRICE_CHANGED",
  payment_amount_does_not_match_order_amount: "PRICE_CHANGED",
  payment_currency_does_not_match_order_currency: "PRICE_CHANGED",
  // An earlier attempt on this offer has no outcome yet.
  order_creation_already_attempted: "OUTCOME_UNKNOWN",
  // Comes with 502, and Duffel warrants that neither an order nor a payment was made.
  order_not_created: "SUPPLIER_REJECTED",
  rate_limit_exceeded: "RATE_LIMITED",
};

const advice: Readonly<Record<string, string>> = {
  offer_no_longer_available: "the airline does not sell this offer any more; search again",
  offer_expired: "the offer is no longer valid; search again",
  offer_request_already_booked: "an offer of this search was booked already; search again for another booking",
  price_changed: "the price has changed; ask for it again and let the customer confirm it",
  payment_amount_does_not_match_order_amount: "the price has changed; ask for it again and let the customer confirm it",
  insufficient_balance: "the balance at Duffel is too low for this purchase; top it up in Duffel's dashboard",
  invalid_phone_number: "the airline does not take this phone number; give it with its country code, such as +351910000000",
  already_cancelled: "the order is cancelled already; nothing is left to do",
  order_cancellation_stale: "the quote was replaced by a newer one; ask for a quote again",
  past_payment_required_by_date: "the hold ran out; search and book again",
  already_paid: "the order is paid already",
  schedule_changed: "the airline changed this order; look at the new times before paying",
  order_not_created: "the airline could not make the order, and nothing was paid; search again",
};

const errorBody = z.looseObject({
  errors: z
    .array(
      z.looseObject({
        code: z.string().nullish(),
        title: z.string().nullish(),
        type: z.string().nullish(),
        source: z.looseObject({ field: z.string().nullish(), pointer: z.string().nullish() }).nullish(),
      }),
    )
    .min(1),
  meta: z.looseObject({ request_id: z.string().nullish() }).nullish(),
});

/** The moment at which Duffel's rate limit begins anew: an HTTP date, and no `Retry-After` beside it. Undefined without a refusal. */
export function rateLimitReset({ status, headers }: Reply): number | undefined {
  const reset = status === 429 ? Date.parse(headers.get("ratelimit-reset") ?? "") : Number.NaN;
  return Number.isNaN(reset) ? undefined : reset;
}

/** Where the status alone does not say it. 503: the service turned the request away, and nothing was booked anywhere. */
function meaningOf(status: number, effect: "read" | "write"): Pick<VendorProblem, "code"> {
  if (status === 503) return { code: "SUPPLIER_UNAVAILABLE" };
  // A success with an error inside contradicts itself: of an order it proves neither that there is one nor that there is none.
  if (status < 400) return { code: effect === "write" ? "OUTCOME_UNKNOWN" : "SUPPLIER_UNAVAILABLE" };
  return {};
}

/**
 * The error in a reply. Vendor messages repeat what was sent, such as a phone number, so that only title, code and field are kept;
 * with the request id Duffel's support finds the rest.
 */
export function problemIn(reply: Reply, effect: "read" | "write"): VendorProblem | undefined {
  const parsed = errorBody.safeParse(reply.body);
  const byStatus = meaningOf(reply.status, effect);
  if (!parsed.success) return reply.status >= 400 ? { message: `duffel answered ${reply.status}`, ...byStatus } : undefined;
  const { errors, meta } = parsed.data;
  const error = errors.find(({ code }) => code && Object.hasOwn(meanings, code)) ?? errors[0]!;
  const vendorCode = error.code ?? error.type ?? "unknown";
  const meaning = meanings[vendorCode];
  const field = error.source?.field ?? error.source?.pointer;
  return {
    ...(meaning ? { code: meaning } : byStatus),
    vendorCode,
    message: advice[vendorCode] ?? `duffel refused it: ${error.title ?? vendorCode}${field ? ` (${field})` : ""}`,
    details: { ...(field ? { field } : {}), ...(meta?.request_id ? { vendorRequestId: meta.request_id } : {}) },
  };
}
