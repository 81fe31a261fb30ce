import type { Reply, VendorProblem } from "../http/index.ts";
import { demandErrors } from "./wire.ts";

const meanings: Readonly<Record<string, { code: VendorProblem["code"]; message: string }>> = {
  order_unavailable: { code: "SOLD_OUT", message: "it was sold while it was booked; search again" },
  expired_token: { code: "OFFER_EXPIRED", message: "the offer is too old; search again" },
  // The reservation exists. What became of it is read, and nothing is ever sent again.
  duplicate_request: { code: "OUTCOME_UNKNOWN", message: "Booking.com has this reservation already; it has to be looked up" },
  sandbox_blocked: { code: "SUPPLIER_REJECTED", message: "cars cannot be booked in the sandbox of Booking.com, only in production" },
  unauthorized: { code: "SUPPLIER_REJECTED", message: "Booking.com refuses the token; check token and affiliate id" },
};

/** `errors` may come with any status, 200 included. */
export function demandProblem({ status, body }: Reply): VendorProblem | undefined {
  const parsed = demandErrors.safeParse(body);
  if (!parsed.success) return undefined;
  const [first] = parsed.data.errors;
  const vendorCode = String(first!.id);
  const details = first!.reservation ? { reservation: first!.reservation } : undefined;
  const known = meanings[vendorCode];
  if (known) return { code: known.code!, vendorCode, message: known.message, ...(details ? { details } : {}) };
  const message = vendorCode.startsWith("payment_refused")
    ? "the payment was refused; ask for another means of payment"
    : `Booking.com answered ${status} (${vendorCode})`;
  // Of an error inside a success only the vendor knows the meaning; the status says nothing.
  return { vendorCode, message, ...(status < 400 ? { code: "SUPPLIER_REJECTED" } : {}) };
}
