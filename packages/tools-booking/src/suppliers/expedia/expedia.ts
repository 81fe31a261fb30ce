import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { Supplier } from "../../supplier.ts";
import { checkEnvironment } from "../environment.ts";
import { type SupplierMemory, supplierHttp } from "../http/index.ts";
import { createAfterSale } from "./after-sale.ts";
import { createPlaces } from "./places.ts";
import { rapidProblem } from "./problems.ts";
import { createShop } from "./purchase.ts";
import { searchHotels } from "./search.ts";
import { createSession } from "./session.ts";
import { rapidAuthorization } from "./signature.ts";

export interface ExpediaRapidOptions {
  /** With its version: `https://api.ean.com/v3`, or a simulator's. */
  baseUrl: string;
  apiKey: string;
  sharedSecret: string;
  /** Rapid wants the customer's address with each booking. Default `127.0.0.1`, for conversations without one. */
  customerIp?: string;
  /** Where the agency sells, ISO 3166-1 alpha-2. Default `US`. */
  pointOfSale?: string;
  /** Of names and descriptions. Default `en-US`. */
  language?: string;
  /** How long Expedia keeps a hold of this account, which its replies do not say. Absent: nothing is held. */
  holdMinutes?: number;
  /** False: the offers are marked as no real travel. Default true. */
  live?: boolean;
  memory: SupplierMemory;
  clock?: Clock;
  log?: Logger;
  timeouts?: { readMs?: number; writeMs?: number };
}

/**
 * Hotels of Expedia by Rapid v3, paid by the agency's account (`affiliate_collect`): no card number is ever needed, and rates that
 * the property collects are left out. Raises `CONFIG_INVALID` when `live` and the address contradict each other.
 */
export function expediaRapidSupplier(options: ExpediaRapidOptions): Supplier {
  const { baseUrl, apiKey, sharedSecret, customerIp = "127.0.0.1", pointOfSale = "US", language = "en-US", holdMinutes, live = true, memory } = options;
  const { clock = systemClock, log = silentLogger, timeouts } = options;
  checkEnvironment({ supplier: "expedia", production: ["api.ean.com"], sandbox: ["test.ean.com"] }, baseUrl, live);
  const http = supplierHttp({
    supplier: "expedia",
    baseUrl,
    clock,
    log,
    ...(timeouts?.readMs === undefined ? {} : { readTimeoutMs: timeouts.readMs }),
    ...(timeouts?.writeMs === undefined ? {} : { writeTimeoutMs: timeouts.writeMs }),
    headers: (_request, requestId) => ({
      authorization: rapidAuthorization(apiKey, sharedSecret, clock.now()),
      "accept-encoding": "gzip",
      "user-agent": "travel-agent-os/0.1",
      "customer-ip": customerIp,
      "customer-session-id": requestId,
    }),
    problemIn: (reply) => rapidProblem(reply, clock.now()),
  });
  const session = createSession({ http, memory, clock, baseUrl });
  const places = createPlaces({ http, language, clock });
  const shop = createShop({ session, pointOfSale, holdMinutes });
  const { read, resume, quoteCancel, cancel, quoteModify, modify } = createAfterSale(session);
  return {
    id: "expedia",
    live,
    hotels: {
      search: (query, call) => searchHotels({ http, places, clock, live, language, pointOfSale, holdMinutes }, query, call),
      reprice: shop.reprice,
      ...(holdMinutes === undefined ? {} : { hold: (request, call) => shop.buy(request, true, call), ticket: resume }),
      book: (request, call) => shop.buy(request, false, call),
      find: (key) => shop.purchases.find(key),
      read,
      quoteCancel,
      cancel,
      quoteModify,
      modify,
    },
  };
}
