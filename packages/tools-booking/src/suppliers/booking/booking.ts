import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { Supplier } from "../../supplier.ts";
import { checkEnvironment } from "../environment.ts";
import { type SupplierMemory, supplierHttp } from "../http/index.ts";
import { createCarSearch } from "./car-search.ts";
import { createCars } from "./cars.ts";
import { pollOrders } from "./news.ts";
import { demandProblem } from "./problems.ts";
import { createSession } from "./session.ts";
import { createStaySearch } from "./stay-search.ts";
import { createStays } from "./stays.ts";

export interface BookingDemandOptions {
  /** With its version: `https://demandapi.booking.com/3.2`, or a simulator's. */
  baseUrl: string;
  apiToken: string;
  affiliateId: string | number;
  /** The affiliate pays by its wallet at Booking.com, so that prepaid stays and cars can be sold too. Default false: only what the traveller pays on the spot. */
  wallet?: boolean;
  /** Where the bookers are, ISO 3166-1 alpha-2; prices and laws depend on it. Default `US`. */
  bookerCountry?: string;
  /** Of names and descriptions, in small letters. Default `en-gb`. */
  language?: string;
  /** False: the offers are marked as no real travel. Default true. */
  live?: boolean;
  memory: SupplierMemory;
  clock?: Clock;
  log?: Logger;
  timeouts?: { readMs?: number; writeMs?: number };
}

/**
 * Stays and cars of Booking.com by the Demand API 3.2, without any card: by the affiliate's wallet or on the spot. The same
 * credentials are good for production and sandbox, so `CONFIG_INVALID` is raised when `live` and the address contradict each other.
 */
export function bookingDemandSupplier(options: BookingDemandOptions): Supplier {
  const { baseUrl, apiToken, affiliateId, wallet = false, bookerCountry = "US", language = "en-gb", live = true, memory } = options;
  const { clock = systemClock, log = silentLogger, timeouts } = options;
  checkEnvironment({ supplier: "booking", production: ["demandapi.booking.com"], sandbox: ["demandapi-sandbox.booking.com"] }, baseUrl, live);
  const http = supplierHttp({
    supplier: "booking",
    baseUrl,
    clock,
    log,
    ...(timeouts?.readMs === undefined ? {} : { readTimeoutMs: timeouts.readMs }),
    ...(timeouts?.writeMs === undefined ? {} : { writeTimeoutMs: timeouts.writeMs }),
    headers: () => ({ authorization: `Bearer ${apiToken}`, "x-affiliate-id": String(affiliateId) }),
    problemIn: demandProblem,
  });
  const session = createSession({ http, memory, clock, country: bookerCountry.toLowerCase(), language });
  return {
    id: "booking",
    live,
    hotels: createStays(session, { wallet, search: createStaySearch(session, { live, wallet }) }),
    cars: createCars(session, { wallet, search: createCarSearch(session, { live, wallet }) }),
    events: { poll: (cursor, call) => pollOrders(session, cursor, call) },
  };
}
