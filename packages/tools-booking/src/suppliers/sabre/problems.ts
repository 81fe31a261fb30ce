import * as z from "zod";
import type { Reply, SupplierRequest, VendorProblem } from "../http/index.ts";

const Fault = z.looseObject({
  category: z.string().default(""),
  type: z.string().default(""),
  description: z.string().optional(),
  fieldName: z.string().optional(),
});
type Fault = z.infer<typeof Fault>;

const OrderReply = z.looseObject({
  errors: z.array(Fault).default([]),
  confirmationId: z.string().optional(),
  voidedTickets: z.array(z.unknown()).default([]),
  refundedTickets: z.array(z.unknown()).default([]),
  /** Of a fulfilment: what was issued. */
  tickets: z.array(z.unknown()).default([]),
});

const GatewayFault = z.looseObject({ errorCode: z.string(), message: z.string().optional() });
const TokenFault = z.looseObject({ error: z.string(), error_description: z.string().optional() });

/** Money moved and the records do not show all of it. No program can tell what is right then. */
const needsPerson: ReadonlySet<string> = new Set(["PARTIAL_FULFILLMENT", "FULFILLMENT_NOT_CONFIRMED", "UNABLE_TO_RETRIEVE_TICKETS"]);

const meanings: readonly (readonly [RegExp, NonNullable<VendorProblem["code"]>])[] = [
  [/PRICE_MISMATCH|PRICE_CHANGE|PRICE_QUOTE_EXPIRED/, "PRICE_CHANGED"],
  [/EXPIRED/, "OFFER_EXPIRED"],
  [/FLIGHT.*(NOT_AVAILABLE|UNAVAILABLE|NOT_CONFIRMED|STATUS)|UNABLE_TO_BOOK_FLIGHT|UNABLE_TO_BOOK_CAR|NO_AVAILABILITY|SOLD_OUT/, "SOLD_OUT"],
  [/TIMEOUT|TIMED_OUT|UNABLE_TO_RETRIEVE_BOOKING/, "OUTCOME_UNKNOWN"],
];

// Descriptions quote what was sent, names of travellers included, so that only the vendor's fixed words go further.
const worded = ({ type, category, fieldName }: Fault): string => `Sabre answered ${type || category || "an error"}${fieldName ? ` for ${fieldName}` : ""}`;

/** Booking management answers 200 with `errors`; what failed and what only warns stand in the same list. */
function orderProblem({ body, status }: Reply, write: boolean): VendorProblem | undefined {
  const parsed = OrderReply.safeParse(body);
  if (!parsed.success || parsed.data.errors.length === 0) return undefined;
  const { errors, confirmationId, voidedTickets, refundedTickets, tickets } = parsed.data;
  const where = confirmationId === undefined ? {} : { reference: confirmationId };
  const unclear = errors.find(({ type }) => needsPerson.has(type));
  if (unclear && write)
    return {
      code: "OUTCOME_UNKNOWN",
      vendorCode: unclear.type,
      message: `${worded(unclear)}; a person has to look at the booking and its tickets`,
      details: { ...where, needsPerson: true },
    };
  const failed = errors.find(({ category }) => category.toUpperCase() !== "WARNING");
  if (!failed) return undefined;
  const half = confirmationId !== undefined || voidedTickets.length + refundedTickets.length + tickets.length > 0;
  if (write && half)
    return {
      code: "OUTCOME_UNKNOWN",
      vendorCode: failed.type,
      message: `${worded(failed)} and did part of it; a person has to look at the booking`,
      details: { ...where, needsPerson: true },
    };
  // A server that broke says nothing about what it did before.
  if (status >= 500) return { vendorCode: failed.type, message: worded(failed) };
  const meaning = meanings.find(([pattern]) => pattern.test(failed.type))?.[1] ?? "SUPPLIER_REJECTED";
  return { code: !write && meaning === "OUTCOME_UNKNOWN" ? "SUPPLIER_UNAVAILABLE" : meaning, vendorCode: failed.type, message: worded(failed) };
}

function gatewayProblem({ status, body }: Reply): VendorProblem | undefined {
  const token = TokenFault.safeParse(body);
  if (token.success && status >= 400)
    return {
      code: "SUPPLIER_REJECTED",
      vendorCode: token.data.error,
      message:
        "Sabre gives no access token: the credentials are wrong, or too many tokens of this account are alive; check them, and who else signs in with them",
    };
  const gateway = GatewayFault.safeParse(body);
  if (!gateway.success) return undefined;
  const { errorCode } = gateway.data;
  // Throttled at the door, so that even a write did nothing.
  const throttled = errorCode.includes("THROTTLED") || status === 429;
  return { ...(throttled ? { code: "RATE_LIMITED" as const } : {}), vendorCode: errorCode, message: `Sabre answered ${status} ${errorCode}` };
}

const writes = new Set(["createBooking", "modifyBooking", "cancelBooking", "fulfillFlightTickets"]);

export function problemIn(reply: Reply, { route }: SupplierRequest): VendorProblem | undefined {
  return orderProblem(reply, writes.has(route)) ?? gatewayProblem(reply);
}
