import type { Dialect, RefusalKind, World } from "../kit/index.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { createWebhooks } from "../webhooks.ts";
import { payPalBooks } from "./books.ts";
import { payPalEvents } from "./events.ts";
import { read, realMoney } from "./money.ts";
import { orderRoutes } from "./orders.ts";
import { pageRoutes } from "./page.ts";
import { completeCapture, paymentRoutes } from "./payments.ts";
import { errorAnswer, Refusal } from "./refusal.ts";
import { onceForRequestId } from "./requests.ts";
import type { Writing } from "./writing.ts";

export interface PayPalSimulatorOptions {
  /** Default `client` and `secret`. */
  clientId?: string;
  clientSecret?: string;
  /** Where events go, and the webhook's id that is part of what is signed. `webhooks-to` changes the address later. */
  webhook?: { url?: string; id: string };
}

/** How long a token is good: nine hours. */
const tokenSeconds = 32_400;

const refusals: Record<RefusalKind, [number, string, string]> = {
  unauthorized: [401, "AUTHENTICATION_FAILURE", "Authentication failed due to missing authorization header, or invalid authentication credentials."],
  auth_expired: [401, "AUTHENTICATION_FAILURE", "The token has expired."],
  rate_limited: [429, "RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."],
  server_error: [500, "INTERNAL_SERVER_ERROR", "An internal server error has occurred."],
  not_found: [404, "RESOURCE_NOT_FOUND", "The specified resource does not exist."],
  bad_request: [400, "INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."],
};

/**
 * PayPal's orders with intent AUTHORIZE over HTTP: tokens, the payer's page, authorisations, captures, refunds, request ids, signed events
 * and their verification. `card_declined` and `3ds_required` meet the authorisation, `pending_then_webhook` a capture. Events for `happen`:
 * `capture-completes` (a capture), and those of the webhooks.
 */
export function payPalDialect(world: World, { clientId = "client", clientSecret = "secret", webhook }: PayPalSimulatorOptions = {}): Dialect {
  const books = payPalBooks(world);
  const webhooks = createWebhooks({ url: webhook?.url });
  const { announce, isGenuine } = payPalEvents(world, webhooks, webhook?.id);
  const inTurn = oneAtATime();
  const writing: Writing = {
    async readOnly(work) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof Refusal) return error.answer;
        throw error;
      }
    },
    write: onceForRequestId(world, inTurn),
  };
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  let valid = new Map<string, number>();

  return {
    vendor: "paypal",
    routes: [
      {
        method: "POST",
        path: "/v1/oauth2/token",
        name: "token",
        open: true,
        handle({ headers, form }) {
          if (headers.authorization !== basic) return { status: 401, body: { error: "invalid_client", error_description: "Client Authentication failed" } };
          if (form.get("grant_type") !== "client_credentials")
            return { status: 400, body: { error: "unsupported_grant_type", error_description: "unsupported grant_type" } };
          const token = world.newId("A21AA", 60);
          const until = world.clock.now() + tokenSeconds * 1000;
          valid = new Map([...valid].filter(([, end]) => end > world.clock.now())).set(token, until);
          return {
            status: 200,
            body: {
              scope: "https://uri.paypal.com/services/payments/payment",
              access_token: token,
              token_type: "Bearer",
              app_id: "APP-SIMULATED",
              expires_in: tokenSeconds,
            },
          };
        },
      },
      ...orderRoutes(books, announce, writing),
      ...paymentRoutes(books, announce, writing),
      {
        method: "POST",
        path: "/v1/notifications/verify-webhook-signature",
        name: "verify",
        handle: (request) => ({ status: 200, body: { verification_status: isGenuine(request) ? "SUCCESS" : "FAILURE" } }),
      },
      ...pageRoutes(books, announce, inTurn),
    ],
    refuse(kind, message) {
      const [status, name, words] = refusals[kind];
      return kind === "unauthorized" || kind === "auth_expired"
        ? { status, body: { error: "invalid_token", error_description: words } }
        : errorAnswer(status, name, kind === "bad_request" ? message : words);
    },
    guard({ headers }) {
      const token = headers.authorization?.replace(/^Bearer /, "") ?? "";
      const until = valid.get(token);
      if (until === undefined) return "unauthorized";
      return until > world.clock.now() ? undefined : "auth_expired";
    },
    async ledger() {
      const captures = await books.captures.all();
      const refunds = await books.refunds.all();
      const authorizations = await books.authorizations.all();
      return (await books.orders.all()).map((order) => {
        const { units, currency } = read(order.unit.amount);
        const mine = captures.filter((one) => one.order === order.id && one.status !== "PENDING");
        const back = refunds.filter((one) => one.order === order.id);
        const sum = (all: { amount: unknown }[]) => all.reduce((so, { amount }) => so + read(amount).units, 0n);
        const authorization = authorizations.find((one) => one.order === order.id);
        return {
          kind: "payment" as const,
          reference: order.id,
          ...(order.unit.custom_id === undefined ? {} : { clientReference: order.unit.custom_id }),
          status: authorization?.status ?? order.status,
          total: realMoney(units, currency),
          net: realMoney(sum(mine) - sum(back), currency),
        };
      });
    },
    async happen(event, reference) {
      if (await webhooks.happen(event, reference)) return;
      if (event === "capture-completes" && (await completeCapture(books, announce, "http://127.0.0.1", reference))) return;
      throw new Error(`the paypal simulator cannot make "${event}" happen to "${reference}"`);
    },
    close: () => webhooks.settled(),
  };
}
