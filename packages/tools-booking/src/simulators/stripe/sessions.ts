import type { Route, SimulatedRequest } from "../kit/index.ts";
import type { SessionObject, StripeBooks } from "./books.ts";
import type { Announce } from "./events.ts";
import { expand } from "./expand.ts";
import { type FieldMap, listOf, mapOf, readForm, textOf, textsOf } from "./form.ts";
import { listAnswer } from "./listing.ts";
import { readAmount, readCurrency } from "./money.ts";
import { invalid, missing, Refusal } from "./refusal.ts";
import type { Writing } from "./writing.ts";

const known = new Set(
  "mode success_url cancel_url line_items payment_intent_data metadata client_reference_id customer customer_email customer_creation expires_at expand adaptive_pricing payment_method_types locale submit_type ui_mode".split(
    " ",
  ),
);

export interface Sessions {
  /** As time has made it: one whose page was open too long is expired. */
  load(id: string): Promise<SessionObject | undefined>;
}

export function stripeSessions(books: StripeBooks, announce: Announce): Sessions {
  return {
    async load(id) {
      const session = await books.sessions.get(id);
      if (session?.status !== "open" || session.expires_at > books.now()) return session;
      return expire(books, announce, session);
    },
  };
}

export async function expire(books: StripeBooks, announce: Announce, session: SessionObject): Promise<SessionObject> {
  const after: SessionObject = { ...session, status: "expired", url: null };
  await books.sessions.put(session.id, after);
  await announce("checkout.session.expired", after);
  return after;
}

function amountOf(fields: FieldMap): { amount: number; currency: string } {
  const items = listOf(fields.line_items);
  if (items.length === 0) throw invalid("line_items", "You must provide line_items in payment mode.", "parameter_missing");
  let amount = 0;
  let currency = "";
  items.forEach((item, index) => {
    const price = mapOf(mapOf(item).price_data);
    const at = `line_items[${index}]`;
    const own = readCurrency(textOf(price.currency), `${at}[price_data][currency]`);
    if (currency !== "" && own !== currency) throw invalid(at, "All line items must have the same currency.");
    currency = own;
    if (textOf(mapOf(price.product_data).name) === undefined)
      throw invalid(`${at}[price_data][product_data][name]`, "Missing required param.", "parameter_missing");
    amount += readAmount(textOf(price.unit_amount), own, `${at}[price_data][unit_amount]`) * Number(textOf(mapOf(item).quantity) ?? 1);
  });
  if (amount < 50)
    throw new Refusal(400, { type: "invalid_request_error", code: "amount_too_small", message: "The total amount is too small." }, { kept: false });
  return { amount, currency };
}

async function create(books: StripeBooks, request: SimulatedRequest): Promise<SessionObject> {
  const fields = readForm(request.form);
  for (const name of Object.keys(fields)) if (!known.has(name)) throw invalid(name, `Received unknown parameter: ${name}`, "parameter_unknown");
  if (textOf(fields.mode) !== "payment") throw invalid("mode", "Only mode payment is simulated.");
  const successUrl = textOf(fields.success_url);
  if (successUrl === undefined || !URL.canParse(successUrl)) throw invalid("success_url", "Not a valid URL", "url_invalid");
  const { amount, currency } = amountOf(fields);
  const now = books.now();
  const expires = textOf(fields.expires_at);
  const until = expires === undefined ? now + 24 * 3600 : Number(expires);
  if (!(until >= now + 30 * 60 && until <= now + 24 * 3600))
    throw invalid("expires_at", "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.");
  const email = textOf(fields.customer_email);
  if (email !== undefined && !/^[^@\s]+@[^@\s]+$/.test(email)) throw invalid("customer_email", `Invalid email address: ${email}`, "email_invalid");
  const id = books.newId("cs_test_");
  const plan = mapOf(fields.payment_intent_data);
  const session: SessionObject = {
    id,
    object: "checkout.session",
    amount_subtotal: amount,
    amount_total: amount,
    cancel_url: textOf(fields.cancel_url) ?? null,
    client_reference_id: textOf(fields.client_reference_id) ?? null,
    created: now,
    currency,
    customer: textOf(fields.customer) ?? null,
    customer_details: email === undefined ? null : { email, name: null },
    customer_email: email ?? null,
    expires_at: until,
    livemode: false,
    metadata: textsOf(fields.metadata),
    mode: "payment",
    payment_intent: null,
    payment_method_types: ["card"],
    payment_status: "unpaid",
    status: "open",
    success_url: successUrl,
    ui_mode: "hosted_page",
    url: `http://${request.headers.host}/pay/${id}`,
  };
  await books.plans.put(id, {
    capture_method: textOf(plan.capture_method) === "manual" ? "manual" : "automatic",
    description: textOf(plan.description) ?? null,
    metadata: textsOf(plan.metadata),
  });
  await books.sessions.put(id, session);
  return session;
}

export function sessionRoutes(books: StripeBooks, sessions: Sessions, announce: Announce, writing: Writing): Route[] {
  const must = async (id: string): Promise<SessionObject> => {
    const session = await sessions.load(id);
    if (!session) throw missing("checkout.session", id);
    return session;
  };
  return [
    {
      method: "POST",
      path: "/v1/checkout/sessions",
      name: "create-session",
      handle: (request) =>
        writing.write(request, async () => {
          const session = await create(books, request);
          return { status: 200, body: await expand(books, session, request) };
        }),
    },
    {
      method: "GET",
      path: "/v1/checkout/sessions",
      name: "list-sessions",
      handle: (request) =>
        writing.read(async () => {
          const all = [];
          for (const { id } of await books.sessions.all()) all.push(await must(id));
          const intent = request.query.get("payment_intent");
          const status = request.query.get("status");
          return listAnswer(books, request, all, (one) => (intent ?? one.payment_intent) === one.payment_intent && (status ?? one.status) === one.status);
        }),
    },
    {
      method: "GET",
      path: "/v1/checkout/sessions/:id",
      name: "read-session",
      handle: (request) => writing.read(async () => ({ status: 200, body: await expand(books, await must(request.params.id!), request) })),
    },
    {
      method: "POST",
      path: "/v1/checkout/sessions/:id/expire",
      name: "expire-session",
      handle: (request) =>
        writing.write(request, async () => {
          const session = await must(request.params.id!);
          if (session.status !== "open")
            throw new Refusal(400, {
              type: "invalid_request_error",
              message: `Only Checkout Sessions with a status of open can be expired. This one is ${session.status}.`,
            });
          return { status: 200, body: await expire(books, announce, session) };
        }),
    },
  ];
}
