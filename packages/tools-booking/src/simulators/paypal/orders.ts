import type { Route, SimulatedRequest } from "../kit/index.ts";
import type { AuthorizationDoc, OrderDoc, PayPalBooks } from "./books.ts";
import type { Announce } from "./events.ts";
import { read, write } from "./money.ts";
import { invalid, notFound, unprocessable } from "./refusal.ts";
import { authorizationView, orderView } from "./views.ts";
import type { Writing } from "./writing.ts";

/** What nobody made use of is forgotten. */
const orderLifeMs = 3 * 60 * 60_000;
const authorizationLifeMs = 29 * 24 * 60 * 60_000;

interface OrderRequest {
  intent?: string;
  purchase_units?: { reference_id?: string; amount?: unknown; custom_id?: string; invoice_id?: string; description?: string }[];
  payment_source?: { paypal?: { experience_context?: { return_url?: string; cancel_url?: string } } };
  application_context?: { return_url?: string; cancel_url?: string };
}

export const originOf = ({ headers }: SimulatedRequest): string => `http://${headers.host}`;

/** As time has made it: undefined once PayPal forgot it. */
export async function loadOrder(books: PayPalBooks, id: string): Promise<OrderDoc | undefined> {
  const order = await books.orders.get(id);
  return order && order.status !== "COMPLETED" && books.nowMs() >= order.madeAt + orderLifeMs ? undefined : order;
}

async function create(books: PayPalBooks, { json }: SimulatedRequest): Promise<OrderDoc> {
  const { intent, purchase_units: units, payment_source: source, application_context: context } = (json ?? {}) as OrderRequest;
  if (intent !== "AUTHORIZE" && intent !== "CAPTURE") throw invalid("MISSING_REQUIRED_PARAMETER", "intent is AUTHORIZE or CAPTURE.");
  const unit = units?.[0];
  if (!unit || units.length !== 1) throw invalid("MISSING_REQUIRED_PARAMETER", "One purchase unit is simulated.");
  const { units: amount, currency } = read(unit.amount);
  if (amount === 0n) throw unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero.");
  if ((unit.description?.length ?? 0) > 127) throw invalid("INVALID_STRING_MAX_LENGTH", "The description is too long.");
  if ((unit.custom_id?.length ?? 0) > 255 || (unit.invoice_id?.length ?? 0) > 127) throw invalid("INVALID_STRING_MAX_LENGTH", "An id is too long.");
  const experience = source?.paypal?.experience_context ?? context;
  const order: OrderDoc = {
    id: books.newId(),
    intent,
    status: source?.paypal ? "PAYER_ACTION_REQUIRED" : "CREATED",
    unit: {
      reference_id: unit.reference_id ?? "default",
      amount: write(amount, currency),
      ...(unit.custom_id === undefined ? {} : { custom_id: unit.custom_id }),
      ...(unit.invoice_id === undefined ? {} : { invoice_id: unit.invoice_id }),
      ...(unit.description === undefined ? {} : { description: unit.description }),
    },
    returnUrl: experience?.return_url ?? "",
    cancelUrl: experience?.cancel_url ?? "",
    named: source?.paypal !== undefined,
    madeAt: books.nowMs(),
    create_time: books.now(),
  };
  await books.orders.put(order.id, order);
  return order;
}

async function authorize(books: PayPalBooks, announce: Announce, request: SimulatedRequest): Promise<OrderDoc> {
  const order = await loadOrder(books, request.params.id!);
  if (!order) throw notFound();
  if (order.intent !== "AUTHORIZE") throw unprocessable("ACTION_DOES_NOT_MATCH_INTENT", "The order is to be captured.");
  if (order.status === "COMPLETED") throw unprocessable("ORDER_ALREADY_AUTHORIZED", "Order already authorized.");
  if (order.status !== "APPROVED") throw unprocessable("ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment.");
  const { custom_id: customId, invoice_id: invoiceId, amount } = order.unit;
  if (invoiceId !== undefined && (await books.authorizations.all()).some((one) => one.invoice_id === invoiceId))
    throw unprocessable("DUPLICATE_INVOICE_ID", "Duplicate Invoice ID detected.");
  if (request.has("card_declined")) {
    await books.orders.put(order.id, { ...order, status: "PAYER_ACTION_REQUIRED", named: true });
    throw unprocessable("INSTRUMENT_DECLINED", "The instrument presented was either declined by the processor or bank, or it can't be used for this payment.");
  }
  if (request.has("3ds_required")) {
    await books.orders.put(order.id, { ...order, status: "PAYER_ACTION_REQUIRED", named: true });
    throw unprocessable("PAYER_ACTION_REQUIRED", "Transaction cannot complete successfully, instruct the buyer to return to PayPal.");
  }
  const authorization: AuthorizationDoc = {
    id: books.newId(),
    status: "CREATED",
    amount,
    ...(customId === undefined ? {} : { custom_id: customId }),
    ...(invoiceId === undefined ? {} : { invoice_id: invoiceId }),
    expiration_time: books.now(authorizationLifeMs),
    create_time: books.now(),
    update_time: books.now(),
    order: order.id,
  };
  await books.authorizations.put(authorization.id, authorization);
  const after: OrderDoc = { ...order, status: "COMPLETED" };
  await books.orders.put(order.id, after);
  announce("PAYMENT.AUTHORIZATION.CREATED", "authorization", authorizationView(originOf(request), authorization));
  return after;
}

export function orderRoutes(books: PayPalBooks, announce: Announce, { readOnly, write: once }: Writing): Route[] {
  return [
    {
      method: "POST",
      path: "/v2/checkout/orders",
      name: "create-order",
      handle: (request) =>
        once(request, async () => {
          const order = await create(books, request);
          return { status: order.named ? 200 : 201, body: await orderView(books, originOf(request), order) };
        }),
    },
    {
      method: "GET",
      path: "/v2/checkout/orders/:id",
      name: "read-order",
      handle: (request) =>
        readOnly(async () => {
          const order = await loadOrder(books, request.params.id!);
          if (!order) throw notFound();
          return { status: 200, body: await orderView(books, originOf(request), order) };
        }),
    },
    {
      method: "POST",
      path: "/v2/checkout/orders/:id/authorize",
      name: "authorize",
      handle: (request) =>
        once(request, async () => ({ status: 201, body: await orderView(books, originOf(request), await authorize(books, announce, request)) })),
    },
  ];
}
