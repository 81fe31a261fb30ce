import type { Dialect, RefusalKind, World } from "../kit/index.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { createWebhooks } from "../webhooks.ts";
import { stripeBooks } from "./books.ts";
import { announcing } from "./events.ts";
import { intentRoutes } from "./intents.ts";
import { idempotent } from "./keys.ts";
import { realMoney } from "./money.ts";
import { pageRoutes } from "./page.ts";
import { stripePaymentMoves } from "./payments.ts";
import { refundRoutes } from "./refunds.ts";
import { errorAnswer } from "./refusal.ts";
import { expire, sessionRoutes, stripeSessions } from "./sessions.ts";
import { stripeWriting } from "./writing.ts";

export interface StripeSimulatorOptions {
  /** The only key that is let in. Default: any `sk_test_…` or `rk_test_…`. */
  apiKey?: string;
  /** Where events go, and what signs them; several secrets while one is rotated. `webhooks-to` changes the address later. */
  webhook?: { url?: string; secret: string | readonly string[] };
}

const refusals: Record<RefusalKind, [number, { type: "invalid_request_error" | "api_error"; code?: string }]> = {
  unauthorized: [401, { type: "invalid_request_error" }],
  auth_expired: [401, { type: "invalid_request_error", code: "api_key_expired" }],
  rate_limited: [429, { type: "invalid_request_error", code: "rate_limit" }],
  server_error: [500, { type: "api_error" }],
  not_found: [404, { type: "invalid_request_error" }],
  bad_request: [400, { type: "invalid_request_error" }],
};

/**
 * Stripe's payments over HTTP: Checkout pages, payment intents with manual capture, refunds, idempotency keys, lists and search, signed
 * events. A fault `partial` begins a write, changes nothing and keeps the 500 under its key. Events for `happen`:
 * `authorisation-expires` (an intent), `session-expires` (a session), and those of the webhooks.
 */
export function stripeDialect(world: World, { apiKey, webhook }: StripeSimulatorOptions = {}): Dialect {
  const books = stripeBooks(world);
  const inTurn = oneAtATime();
  const webhooks = createWebhooks({ url: webhook?.url });
  const secrets = webhook === undefined ? [] : typeof webhook.secret === "string" ? [webhook.secret] : webhook.secret;
  const announce = announcing(world, books, webhooks, secrets);
  const payments = stripePaymentMoves(books, announce);
  const sessions = stripeSessions(books, announce);
  const refuse = (kind: RefusalKind, message: string) => {
    const [status, error] = refusals[kind];
    return errorAnswer(status, { ...error, message: kind === "unauthorized" ? "Invalid API Key provided: sk_****" : message });
  };
  const writing = stripeWriting(
    idempotent(world, inTurn, () => refuse("server_error", "something went wrong")),
    books.newId,
  );

  return {
    vendor: "stripe",
    routes: [
      ...sessionRoutes(books, sessions, announce, writing),
      ...intentRoutes(books, payments, writing),
      ...refundRoutes(books, payments, announce, writing),
      ...pageRoutes(books, sessions, payments, announce, inTurn),
    ],
    refuse,
    guard({ headers }) {
      const [scheme = "", given = ""] = (headers.authorization ?? "").split(" ");
      const key = scheme === "Basic" ? Buffer.from(given, "base64").toString().split(":")[0]! : given;
      const right = apiKey === undefined ? /^[sr]k_test_\w+$/.test(key) : key === apiKey;
      return right && (scheme === "Bearer" || scheme === "Basic") ? undefined : "unauthorized";
    },
    async ledger() {
      const intents = await books.intents.all();
      const unpaid = (await books.sessions.all()).filter((session) => session.payment_intent === null);
      const entries = intents.map(async (intent) => {
        const charge = intent.latest_charge ? await books.charges.get(intent.latest_charge) : undefined;
        return {
          kind: "payment" as const,
          reference: intent.id,
          ...clientReference(intent.metadata),
          status: intent.status,
          total: realMoney(intent.amount, intent.currency),
          net: realMoney(intent.amount_received - (charge?.amount_refunded ?? 0), intent.currency),
        };
      });
      return [
        ...(await Promise.all(entries)),
        ...unpaid.map((session) => ({
          kind: "payment" as const,
          reference: session.id,
          ...(session.client_reference_id === null ? {} : { clientReference: session.client_reference_id }),
          status: session.status,
          total: realMoney(session.amount_total, session.currency),
          net: realMoney(0, session.currency),
        })),
      ];
    },
    async happen(event, reference) {
      if (await webhooks.happen(event, reference)) return;
      if (event === "authorisation-expires") {
        const intent = await payments.load(reference);
        if (intent?.status === "requires_capture") return void (await payments.cancel(intent, "automatic"));
      }
      if (event === "session-expires") {
        const session = await sessions.load(reference);
        if (session?.status === "open") return void (await expire(books, announce, session));
      }
      throw new Error(`the stripe simulator cannot make "${event}" happen to "${reference}"`);
    },
    close: () => webhooks.settled(),
  };
}

/** What the client put into the metadata; the first value, whatever its name. */
const clientReference = (metadata: Record<string, string>): { clientReference?: string } => {
  const [first] = Object.values(metadata);
  return first === undefined ? {} : { clientReference: first };
};
