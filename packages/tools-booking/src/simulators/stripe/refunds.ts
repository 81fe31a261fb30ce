import type { Route, SimulatedRequest } from "../kit/index.ts";
import type { RefundObject, StripeBooks } from "./books.ts";
import type { Announce } from "./events.ts";
import { expand } from "./expand.ts";
import { readForm, textOf, textsOf } from "./form.ts";
import { listAnswer } from "./listing.ts";
import { readAmount } from "./money.ts";
import type { Payments } from "./payments.ts";
import { invalid, missing, Refusal } from "./refusal.ts";
import type { Writing } from "./writing.ts";

async function create(books: StripeBooks, payments: Payments, announce: Announce, request: SimulatedRequest): Promise<RefundObject> {
  const fields = readForm(request.form);
  const chargeId = textOf(fields.charge) ?? (await payments.load(textOf(fields.payment_intent) ?? ""))?.latest_charge;
  const charge = chargeId ? await books.charges.get(chargeId) : undefined;
  if (!charge?.captured)
    throw new Refusal(400, {
      type: "invalid_request_error",
      message: "This PaymentIntent does not have a successful charge to refund.",
      param: "payment_intent",
    });
  const left = charge.amount_captured - charge.amount_refunded;
  const text = textOf(fields.amount);
  const amount = text === undefined ? left : readAmount(text, charge.currency, "amount");
  if (left === 0)
    throw new Refusal(400, { type: "invalid_request_error", code: "charge_already_refunded", message: `Charge ${charge.id} has already been refunded.` });
  if (amount > left || amount < 1) throw invalid("amount", `Refund amount is greater than unrefunded amount on charge.`, "amount_too_large");
  const refund: RefundObject = {
    id: books.newId("re_"),
    object: "refund",
    amount,
    charge: charge.id,
    created: books.now(),
    currency: charge.currency,
    metadata: textsOf(fields.metadata),
    payment_intent: charge.payment_intent,
    reason: textOf(fields.reason) ?? null,
    status: "succeeded",
  };
  await books.refunds.put(refund.id, refund);
  const after = { ...charge, amount_refunded: charge.amount_refunded + amount, refunded: amount === left };
  await books.charges.put(charge.id, after);
  await announce("refund.created", refund);
  await announce("charge.refunded", after);
  return refund;
}

export function refundRoutes(books: StripeBooks, payments: Payments, announce: Announce, writing: Writing): Route[] {
  return [
    {
      method: "POST",
      path: "/v1/refunds",
      name: "refund",
      handle: (request) =>
        writing.write(request, async () => ({
          status: 200,
          body: await expand(books, await create(books, payments, announce, request), request),
        })),
    },
    {
      method: "GET",
      path: "/v1/refunds",
      name: "list-refunds",
      handle: (request) =>
        writing.read(async () => {
          const intent = request.query.get("payment_intent");
          return listAnswer(books, request, await books.refunds.all(), (one) => (intent ?? one.payment_intent) === one.payment_intent);
        }),
    },
    {
      method: "GET",
      path: "/v1/refunds/:id",
      name: "read-refund",
      handle: (request) =>
        writing.read(async () => {
          const refund = await books.refunds.get(request.params.id!);
          if (!refund) throw missing("refund", request.params.id!);
          return { status: 200, body: await expand(books, refund, request) };
        }),
    },
  ];
}
