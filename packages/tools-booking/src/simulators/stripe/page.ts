import type { Answer, Route, SimulatedRequest } from "../kit/index.ts";
import { payPage } from "../pay-page.ts";
import type { IntentObject, SessionObject, StripeBooks } from "./books.ts";
import type { Announce } from "./events.ts";
import { newIntent } from "./intents.ts";
import { realMoney } from "./money.ts";
import type { Payments } from "./payments.ts";
import type { Sessions } from "./sessions.ts";

const seeOther = (url: string | null): Answer => ({ status: 303, headers: { location: url ?? "/" } });
const gone = (): Answer => payPage({ status: 410, title: "This page has expired", text: "Ask for a new link to pay.", actions: [] });
const price = (amount: number, currency: string): string => {
  const real = realMoney(amount, currency);
  return `${real.amount} ${real.currency}`;
};

const bank = (text: string): Answer =>
  payPage({
    title: "Your bank asks",
    text,
    actions: [
      { action: "confirm", label: "It is me" },
      { action: "fail", label: "It is not me" },
    ],
  });

/** The pages on which the customer is played: pay, be declined, answer the bank. No field takes a card number. */
export function pageRoutes(
  books: StripeBooks,
  sessions: Sessions,
  payments: Payments,
  announce: Announce,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): Route[] {
  const form = (session: SessionObject, note = ""): Answer =>
    payPage({
      title: `Pay ${price(session.amount_total, session.currency)}`,
      text: `${note}Choose what the customer does.`,
      actions: [
        { action: "pay", label: "Pay" },
        { action: "pay-3ds", label: "Pay with a card whose bank asks" },
        { action: "decline", label: "Pay with a card that is declined" },
      ],
    });

  async function intentFor(session: SessionObject): Promise<IntentObject> {
    const known = session.payment_intent ? await books.intents.get(session.payment_intent) : undefined;
    if (known) return known;
    const plan = await books.plans.get(session.id);
    const intent = newIntent(books, {
      amount: session.amount_total,
      currency: session.currency,
      customer: session.customer,
      capture_method: plan?.capture_method ?? "automatic",
      description: plan?.description ?? null,
      metadata: plan?.metadata ?? {},
    });
    await books.intents.put(intent.id, intent);
    await books.sessions.put(session.id, { ...session, payment_intent: intent.id });
    return intent;
  }

  async function complete(session: SessionObject, intent: IntentObject): Promise<Answer> {
    await payments.succeed(intent);
    // Stripe calls a session unpaid until the money is captured.
    const paid = intent.capture_method === "manual" ? ("unpaid" as const) : ("paid" as const);
    const after: SessionObject = { ...session, payment_intent: intent.id, status: "complete", payment_status: paid, url: null };
    await books.sessions.put(session.id, after);
    await announce("checkout.session.completed", after);
    return seeOther(session.success_url);
  }

  async function submit(request: SimulatedRequest): Promise<Answer> {
    const session = await sessions.load(request.params.id!);
    if (!session || session.status === "expired") return gone();
    if (session.status === "complete") return seeOther(session.success_url);
    const intent = await intentFor(session);
    const action = request.form.get("action");
    if (intent.status === "requires_action") {
      if (action === "confirm") return complete(session, intent);
      await payments.fail(intent, "authentication_required");
      return form(session, "Your bank did not agree. ");
    }
    if (action === "decline" || request.has("card_declined")) {
      await payments.fail(intent, "generic_decline");
      return form(session, "The card was declined. ");
    }
    if (action === "pay-3ds" || request.has("3ds_required")) {
      await payments.askCustomer(intent, session.url ?? "", session.success_url);
      return bank("Confirm the payment.");
    }
    return action === "pay" ? complete(session, intent) : form(session);
  }

  async function answerBank(request: SimulatedRequest): Promise<Answer> {
    const intent = await payments.load(request.params.id!);
    if (intent?.status !== "requires_action") return gone();
    const back = intent.next_action?.redirect_to_url.return_url ?? null;
    if (request.form.get("action") === "confirm") await payments.succeed(intent);
    else await payments.fail(intent, "authentication_required");
    return seeOther(back);
  }

  return [
    {
      method: "GET",
      path: "/pay/:id",
      name: "pay-page",
      open: true,
      async handle(request) {
        const session = await inTurn(() => sessions.load(request.params.id!));
        return session?.status === "open" ? form(session) : gone();
      },
    },
    { method: "POST", path: "/pay/:id", name: "pay", open: true, handle: (request) => inTurn(() => submit(request)) },
    {
      method: "GET",
      path: "/3ds/:id",
      name: "bank-page",
      open: true,
      async handle(request) {
        const intent = await payments.load(request.params.id!);
        return intent?.status === "requires_action" ? bank(`Confirm ${price(intent.amount, intent.currency)}.`) : gone();
      },
    },
    { method: "POST", path: "/3ds/:id", name: "bank", open: true, handle: (request) => inTurn(() => answerBank(request)) },
  ];
}
