import type { Route, SimulatedRequest } from "../kit/index.ts";
import type { AuthorizationDoc, CaptureDoc, PayPalBooks, RefundDoc } from "./books.ts";
import type { Announce } from "./events.ts";
import { feeOf, read, write } from "./money.ts";
import { originOf } from "./orders.ts";
import { invalid, notFound, unprocessable } from "./refusal.ts";
import { authorizationView, captureView, refundView } from "./views.ts";
import type { Writing } from "./writing.ts";

interface MoneyRequest {
  amount?: unknown;
  invoice_id?: string;
  custom_id?: string;
  final_capture?: boolean;
}

const total = (amounts: readonly { amount: unknown }[]): bigint => amounts.reduce((sum, { amount }) => sum + read(amount).units, 0n);

/** A capture that was held for review and now went through. */
export async function completeCapture(books: PayPalBooks, announce: Announce, origin: string, id: string): Promise<boolean> {
  const capture = await books.captures.get(id);
  if (capture?.status !== "PENDING") return false;
  const { status_details: _, ...rest } = capture;
  const after: CaptureDoc = { ...rest, status: "COMPLETED", update_time: books.now() };
  await books.captures.put(id, after);
  announce("PAYMENT.CAPTURE.COMPLETED", "capture", captureView(origin, after));
  return true;
}

async function capture(books: PayPalBooks, announce: Announce, request: SimulatedRequest): Promise<CaptureDoc> {
  const authorization = await books.authorizations.get(request.params.id!);
  if (!authorization) throw notFound();
  if (authorization.status === "VOIDED") throw unprocessable("AUTHORIZATION_VOIDED", "A voided authorization cannot be captured or reauthorized.");
  if (authorization.status === "CAPTURED") throw unprocessable("AUTHORIZATION_ALREADY_CAPTURED", "Authorization has already been captured.");
  if (Date.parse(authorization.expiration_time) <= books.nowMs()) throw unprocessable("AUTHORIZATION_EXPIRED", "An expired authorization cannot be captured.");
  const given = (request.json ?? {}) as MoneyRequest;
  const { units, currency } = read(given.amount ?? authorization.amount);
  const allowed = read(authorization.amount);
  if (currency !== allowed.currency) throw unprocessable("CURRENCY_MISMATCH", "The currency differs from the authorization's.");
  const all = await books.captures.all();
  const before = total(all.filter((one) => one.authorization === authorization.id));
  // More than was authorised is taken, up to 115 per cent: clients have to watch that themselves.
  if (units === 0n || before + units > (allowed.units * 115n) / 100n)
    throw unprocessable("MAX_CAPTURE_AMOUNT_EXCEEDED", "Capture amount exceeds allowable limit.");
  if (given.invoice_id !== undefined && all.some((one) => one.invoice_id === given.invoice_id))
    throw unprocessable("DUPLICATE_INVOICE_ID", "Duplicate Invoice ID detected.");
  const isFinal = given.final_capture === true || before + units >= allowed.units;
  const fee = feeOf(units, currency);
  const invoiceId = given.invoice_id ?? authorization.invoice_id;
  const made: CaptureDoc = {
    id: books.newId(),
    status: request.has("pending_then_webhook") ? "PENDING" : "COMPLETED",
    ...(request.has("pending_then_webhook") ? { status_details: { reason: "PENDING_REVIEW" } } : {}),
    amount: write(units, currency),
    ...(authorization.custom_id === undefined ? {} : { custom_id: authorization.custom_id }),
    ...(invoiceId === undefined ? {} : { invoice_id: invoiceId }),
    final_capture: isFinal,
    seller_receivable_breakdown: { gross_amount: write(units, currency), paypal_fee: write(fee, currency), net_amount: write(units - fee, currency) },
    create_time: books.now(),
    update_time: books.now(),
    order: authorization.order,
    authorization: authorization.id,
  };
  await books.captures.put(made.id, made);
  const after: AuthorizationDoc = { ...authorization, status: isFinal ? "CAPTURED" : "PARTIALLY_CAPTURED", update_time: books.now() };
  await books.authorizations.put(authorization.id, after);
  announce(`PAYMENT.CAPTURE.${made.status}`, "capture", captureView(originOf(request), made));
  return made;
}

async function voidIt(books: PayPalBooks, announce: Announce, request: SimulatedRequest): Promise<AuthorizationDoc> {
  const authorization = await books.authorizations.get(request.params.id!);
  if (!authorization) throw notFound();
  if (authorization.status === "VOIDED") throw unprocessable("PREVIOUSLY_VOIDED", "Authorization has been previously voided.");
  if (authorization.status !== "CREATED" && authorization.status !== "PENDING")
    throw unprocessable("PREVIOUSLY_CAPTURED", "Authorization has been previously captured and hence cannot be voided.");
  const after: AuthorizationDoc = { ...authorization, status: "VOIDED", update_time: books.now() };
  await books.authorizations.put(after.id, after);
  announce("PAYMENT.AUTHORIZATION.VOIDED", "authorization", authorizationView(originOf(request), after));
  return after;
}

async function refund(books: PayPalBooks, announce: Announce, request: SimulatedRequest): Promise<RefundDoc> {
  const captured = await books.captures.get(request.params.id!);
  if (!captured) throw notFound();
  if (captured.status === "REFUNDED") throw unprocessable("CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded.");
  if (captured.status === "PENDING") throw unprocessable("PENDING_CAPTURE", "Cannot initiate a refund as the capture is pending.");
  const given = (request.json ?? {}) as MoneyRequest;
  const all = await books.refunds.all();
  const before = total(all.filter((one) => one.capture === captured.id));
  const whole = read(captured.amount);
  const { units, currency } = given.amount === undefined ? { units: whole.units - before, currency: whole.currency } : read(given.amount);
  if (currency !== whole.currency) throw unprocessable("CURRENCY_MISMATCH", "The currency differs from the capture's.");
  if (units === 0n) throw invalid("INVALID_PARAMETER_VALUE", "Must be greater than zero.");
  if (before + units > whole.units)
    throw unprocessable("REFUND_AMOUNT_EXCEEDED", "The refund amount must be less than or equal to the capture amount that has not yet been refunded.");
  const made: RefundDoc = {
    id: books.newId(),
    status: "COMPLETED",
    amount: write(units, currency),
    ...(given.custom_id === undefined ? {} : { custom_id: given.custom_id }),
    ...(given.invoice_id === undefined ? {} : { invoice_id: given.invoice_id }),
    create_time: books.now(),
    update_time: books.now(),
    order: captured.order,
    capture: captured.id,
  };
  await books.refunds.put(made.id, made);
  await books.captures.put(captured.id, { ...captured, status: before + units === whole.units ? "REFUNDED" : "PARTIALLY_REFUNDED", update_time: books.now() });
  announce("PAYMENT.CAPTURE.REFUNDED", "refund", refundView(originOf(request), made));
  return made;
}

export function paymentRoutes(books: PayPalBooks, announce: Announce, { readOnly, write: once }: Writing): Route[] {
  const found = <T>(document: T | undefined): T => {
    if (document === undefined) throw notFound();
    return document;
  };
  return [
    {
      method: "GET",
      path: "/v2/payments/authorizations/:id",
      name: "read-authorization",
      handle: (request) =>
        readOnly(async () => ({ status: 200, body: authorizationView(originOf(request), found(await books.authorizations.get(request.params.id!))) })),
    },
    {
      method: "POST",
      path: "/v2/payments/authorizations/:id/capture",
      name: "capture",
      handle: (request) => once(request, async () => ({ status: 201, body: captureView(originOf(request), await capture(books, announce, request)) })),
    },
    {
      method: "POST",
      path: "/v2/payments/authorizations/:id/void",
      name: "void",
      handle: (request) =>
        once(request, async () => {
          const authorization = await voidIt(books, announce, request);
          return request.headers.prefer === "return=representation"
            ? { status: 200, body: authorizationView(originOf(request), authorization) }
            : { status: 204 };
        }),
    },
    {
      method: "GET",
      path: "/v2/payments/captures/:id",
      name: "read-capture",
      handle: (request) => readOnly(async () => ({ status: 200, body: captureView(originOf(request), found(await books.captures.get(request.params.id!))) })),
    },
    {
      method: "POST",
      path: "/v2/payments/captures/:id/refund",
      name: "refund",
      handle: (request) => once(request, async () => ({ status: 201, body: refundView(originOf(request), await refund(books, announce, request)) })),
    },
    {
      method: "GET",
      path: "/v2/payments/refunds/:id",
      name: "read-refund",
      handle: (request) => readOnly(async () => ({ status: 200, body: refundView(originOf(request), found(await books.refunds.get(request.params.id!))) })),
    },
  ];
}
