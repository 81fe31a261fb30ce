import type { Route, SimulatedRequest } from "../kit/index.ts";
import type { IntentObject, StripeBooks } from "./books.ts";
import { expand } from "./expand.ts";
import { readForm, textOf, textsOf } from "./form.ts";
import { listAnswer } from "./listing.ts";
import { readAmount, readCurrency } from "./money.ts";
import type { Payments } from "./payments.ts";
import { invalid, missing, Refusal, wrongState } from "./refusal.ts";
import type { Writing } from "./writing.ts";

type Behaviour = "pays" | "declines" | "asks";
/** Stripe's own test means of payment, and one that a customer has on file. */
const methods: Readonly<Record<string, { customer: string | null; does: Behaviour }>> = {
  pm_card_visa: { customer: null, does: "pays" },
  pm_card_chargeDeclined: { customer: null, does: "declines" },
  pm_card_threeDSecure2Required: { customer: null, does: "asks" },
  pm_onfile_visa: { customer: "cus_onfile", does: "pays" },
};

/** Stripe's search knows of an object only a while after it was made. */
const searchLagSeconds = 60;

export const newIntent = (books: StripeBooks, given: Pick<IntentObject, "amount" | "currency"> & Partial<IntentObject>): IntentObject => {
  const id = books.newId("pi_");
  return {
    id,
    object: "payment_intent",
    amount_capturable: 0,
    amount_received: 0,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic_async",
    client_secret: `${id}_secret_${books.newId("")}`,
    confirmation_method: "automatic",
    created: books.now(),
    customer: null,
    description: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: {},
    next_action: null,
    payment_method: null,
    payment_method_types: ["card"],
    receipt_email: null,
    status: "requires_payment_method",
    ...given,
  };
};

async function create(books: StripeBooks, payments: Payments, request: SimulatedRequest): Promise<IntentObject> {
  const fields = readForm(request.form);
  const currency = readCurrency(textOf(fields.currency), "currency");
  const amount = readAmount(textOf(fields.amount), currency, "amount");
  if (amount < 50) throw invalid("amount", "Amount must be at least 50.", "amount_too_small");
  const methodId = textOf(fields.payment_method);
  const method = methodId === undefined ? undefined : methods[methodId];
  if (methodId !== undefined && !method) throw invalid("payment_method", `No such PaymentMethod: '${methodId}'`, "resource_missing");
  const customer = textOf(fields.customer) ?? null;
  if (method && method.customer !== customer && method.customer !== null)
    throw invalid("payment_method", "The provided PaymentMethod belongs to a Customer. Please include the Customer in the `customer` parameter.");
  const capture = textOf(fields.capture_method);
  const intent = newIntent(books, {
    amount,
    currency,
    customer,
    capture_method: capture === "manual" ? "manual" : "automatic_async",
    description: textOf(fields.description) ?? null,
    metadata: textsOf(fields.metadata),
    payment_method: methodId ?? null,
    receipt_email: textOf(fields.receipt_email) ?? null,
    status: method ? "requires_confirmation" : "requires_payment_method",
  });
  await books.intents.put(intent.id, intent);
  if (textOf(fields.confirm) !== "true" || !method) return intent;
  if (request.has("card_declined") || method.does === "declines") {
    const failed = await payments.fail(intent, "generic_decline");
    throw new Refusal(402, {
      type: "card_error",
      code: "card_declined",
      decline_code: "generic_decline",
      message: "Your card was declined.",
      payment_intent: failed,
    });
  }
  if (request.has("3ds_required") || method.does === "asks") {
    const returnUrl = textOf(fields.return_url);
    if (returnUrl === undefined) throw invalid("return_url", "A return_url is needed where the customer may be redirected.", "parameter_missing");
    return payments.askCustomer(intent, `http://${request.headers.host}/3ds/${intent.id}`, returnUrl);
  }
  return payments.succeed(intent);
}

/** Of the search language: terms `metadata['name']:'value'` and `status:'value'`, all of which must hold. */
function searching(query: string | null): (intent: IntentObject) => boolean {
  const terms = [...(query ?? "").matchAll(/(metadata\['([^']+)'\]|status)\s*:\s*'((?:[^'\\]|\\.)*)'/g)];
  if (terms.length === 0) throw invalid("query", "The query could not be parsed.");
  return (intent) =>
    terms.every(([, field, name, value = ""]) => (field === "status" ? intent.status : intent.metadata[name ?? ""]) === value.replace(/\\(.)/g, "$1"));
}

export function intentRoutes(books: StripeBooks, payments: Payments, writing: Writing): Route[] {
  const must = async (id: string): Promise<IntentObject> => {
    const intent = await payments.load(id);
    if (!intent) throw missing("payment_intent", id);
    return intent;
  };
  const all = async () => {
    const found = [];
    for (const { id } of await books.intents.all()) found.push(await must(id));
    return found;
  };
  const shown = async (request: SimulatedRequest, intent: IntentObject) => ({ status: 200, body: await expand(books, intent, request) });
  return [
    {
      method: "POST",
      path: "/v1/payment_intents",
      name: "create-intent",
      handle: (request) => writing.write(request, async () => shown(request, await create(books, payments, request))),
    },
    {
      method: "GET",
      path: "/v1/payment_intents",
      name: "list-intents",
      handle: (request) => writing.read(async () => listAnswer(books, request, await all())),
    },
    {
      method: "GET",
      path: "/v1/payment_intents/search",
      name: "search-intents",
      handle: (request) =>
        writing.read(async () => {
          const matches = searching(request.query.get("query"));
          const data = (await all()).filter((intent) => intent.created <= books.now() - searchLagSeconds && matches(intent)).toReversed();
          return { status: 200, body: { object: "search_result", data, has_more: false, next_page: null, url: request.path } };
        }),
    },
    {
      method: "GET",
      path: "/v1/payment_intents/:id",
      name: "read-intent",
      handle: (request) => writing.read(async () => shown(request, await must(request.params.id!))),
    },
    {
      method: "POST",
      path: "/v1/payment_intents/:id/capture",
      name: "capture",
      handle: (request) =>
        writing.write(request, async () => {
          const intent = await must(request.params.id!);
          const fields = readForm(request.form);
          const wanted = textOf(fields.amount_to_capture);
          const amount = wanted === undefined ? intent.amount_capturable : readAmount(wanted, intent.currency, "amount_to_capture");
          if (intent.status === "requires_capture" && (amount > intent.amount_capturable || amount < 1))
            throw invalid("amount_to_capture", "The amount to capture is greater than the remaining amount capturable.", "amount_too_large");
          return shown(request, await payments.capture(intent, amount, textsOf(fields.metadata)));
        }),
    },
    {
      method: "POST",
      path: "/v1/payment_intents/:id/cancel",
      name: "cancel",
      handle: (request) =>
        writing.write(request, async () => {
          const intent = await must(request.params.id!);
          if (intent.status === "succeeded" || intent.status === "canceled")
            throw wrongState(`You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`, intent);
          const session = (await books.sessions.all()).find((one) => one.payment_intent === intent.id);
          if (session && intent.status !== "requires_capture")
            throw wrongState("You cannot cancel the PaymentIntent of a Checkout Session. Expire the Checkout Session instead.", intent);
          return shown(request, await payments.cancel(intent, textOf(readForm(request.form).cancellation_reason) ?? null));
        }),
    },
    {
      method: "GET",
      path: "/v1/payment_methods/:id",
      name: "read-method",
      handle: (request) =>
        writing.read(async () => {
          const id = request.params.id!;
          const method = methods[id];
          if (!method) throw missing("PaymentMethod", id);
          return { status: 200, body: { id, object: "payment_method", type: "card", customer: method.customer, livemode: false, metadata: {} } };
        }),
    },
  ];
}
