import { timingSafeEqual } from "node:crypto";
import type { Answer, Dialect, LedgerEntry, RefusalKind, World } from "../kit/index.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { createWebhooks } from "../webhooks.ts";
import { afterSaleRoutes } from "./after-sale.ts";
import { announcing } from "./announcing.ts";
import { duffelAnswers } from "./answers.ts";
import { duffelBooks } from "./books.ts";
import { carRoutes } from "./cars.ts";
import { orderRoutes } from "./ordering.ts";
import { duffelOrders } from "./orders.ts";
import { duffelOffers } from "./searching.ts";
import { stayRoutes } from "./stays.ts";

export interface DuffelSimulatorOptions {
  /** The only token that is let in. Default: any `duffel_test_…`. */
  accessToken?: string;
  /** Of the account: Duffel prices everything in one currency. Default EUR. */
  currency?: string;
  /** Where events go, and what signs them. `webhooks-to` changes the address later. */
  webhook?: { url?: string; secret: string };
}

/**
 * Duffel over HTTP: flights with holds, payments, cancellations, changes, bags and changes of the airline; stays; cars; signed
 * events; the routes of its test mode. Events for `happen`: `schedule_change` (an order), `order_created` and
 * `order_creation_failed` (the offer of an order that was accepted with 202), and those of the webhooks.
 */
export function duffelDialect(world: World, { accessToken, currency = "EUR", webhook }: DuffelSimulatorOptions = {}): Dialect {
  const books = duffelBooks(world);
  const answers = duffelAnswers(world);
  const webhooks = createWebhooks({ url: webhook?.url });
  const announce = announcing(world, webhooks, webhook?.secret);
  const inTurn = oneAtATime();
  const offers = duffelOffers(world, books, answers, currency);
  const orders = duffelOrders(world, books, answers);
  const ordering = orderRoutes(world, books, answers, offers, orders, announce, inTurn);
  const afterSale = afterSaleRoutes(world, books, answers, offers, orders, announce, inTurn);

  const letIn = (given: string): boolean => {
    if (accessToken === undefined) return /^duffel_test_\S+$/.test(given);
    const [a, b] = [Buffer.from(given), Buffer.from(accessToken)];
    return a.length === b.length && timingSafeEqual(a, b);
  };

  const refuse = (kind: RefusalKind): Answer => {
    switch (kind) {
      case "unauthorized":
        return answers.error(401, "authentication_error", "access_token_not_found", "The access token used is not recognized by our system");
      case "auth_expired":
        return answers.error(401, "authentication_error", "expired_access_token", "The provided access token has expired");
      case "rate_limited":
        return answers.error(429, "rate_limit_error", "rate_limit_exceeded", "Too many requests");
      case "server_error":
        return answers.error(500, "api_error", "internal_server_error", "There was something wrong on our end");
      case "not_found":
        return answers.notFound();
      case "bad_request":
        return answers.error(400, "invalid_request_error", "bad_request", "The request was unacceptable");
    }
  };

  return {
    vendor: "duffel",
    routes: [
      ...offers.routes,
      ...ordering.routes,
      ...afterSale.routes,
      ...stayRoutes(world, books, answers, announce, currency, inTurn),
      ...carRoutes(world, books, answers, currency, inTurn),
    ],
    refuse,
    guard(request) {
      const [scheme, token] = (request.headers.authorization ?? "").split(" ");
      return scheme === "Bearer" && token && letIn(token) ? undefined : "unauthorized";
    },
    async ledger() {
      const flights = await Promise.all((await books.orders.all()).map(({ id }) => orders.load(id)));
      return [
        ...flights.map(
          ({ doc, record, total }): LedgerEntry => ({
            kind: "flight",
            reference: doc.id,
            ...(doc.metadata.travelagent_key ? { clientReference: doc.metadata.travelagent_key } : {}),
            status: record.status,
            total,
          }),
        ),
        ...[...(await books.stayBookings.all()), ...(await books.carBookings.all())].map(
          (doc): LedgerEntry => ({
            kind: doc.offer.vertical === "hotel" ? "hotel" : "car",
            reference: doc.id,
            ...(doc.metadata?.travelagent_key ? { clientReference: doc.metadata.travelagent_key } : {}),
            status: doc.cancelledAt === undefined ? "confirmed" : "cancelled",
            total: doc.total,
          }),
        ),
      ];
    },
    async happen(event, reference) {
      if (await webhooks.happen(event, reference)) return;
      if (event === "schedule_change") await afterSale.airlineChanges(reference);
      else if (event === "order_created") await ordering.settle(reference, "well");
      else if (event === "order_creation_failed") await ordering.settle(reference, "wrong");
      else throw new Error(`the duffel simulator knows no event "${event}"`);
      await webhooks.settled();
    },
    close: () => webhooks.settled(),
  };
}
