import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { Supplier } from "../../supplier.ts";
import { checkEnvironment } from "../environment.ts";
import { type SupplierHttpOptions, type SupplierMemory, singleFlightToken, supplierHttp } from "../http/index.ts";
import { fetchToken, officeHeader, type TravelportCredentials } from "./access.ts";
import { travelportFlights } from "./flights.ts";
import { problemIn } from "./problems.ts";

export interface TravelportOptions extends TravelportCredentials {
  /** With the version: `https://api.travelport.net/11`. Without a path, `/11` is meant. */
  baseUrl: string;
  /** `https://auth.travelport.net/oauth/token`. Without a path, `/oauth/token` is meant. */
  authUrl: string;
  /** Default true. False for test systems: offers are marked as no real travel. */
  live?: boolean;
  memory: SupplierMemory;
  clock?: Clock;
  log?: Logger;
  /** Return trips that are priced for one search, each with a request of its own. Default 10. */
  pricedTrips?: number;
  timeouts?: { readMs?: number; writeMs?: number };
}

const version = "11";

const hosts = { supplier: "travelport", production: ["api.travelport.net", "api.travelport.com"], sandbox: ["api.pp.travelport.net", "api.pp.travelport.com"] };

function withPath(address: string, path: string): string {
  const url = new URL(address);
  if (url.pathname === "/") url.pathname = path;
  return url.href;
}

/** Flights over Travelport's JSON services. Raises `CONFIG_INVALID` without an access group or office, and for a host that does not fit `live`. */
export function travelportSupplier(options: TravelportOptions): Supplier {
  const { live = true, memory, clock = systemClock, log = silentLogger, pricedTrips = 10, timeouts = {} } = options;
  checkEnvironment(hosts, options.baseUrl, live);
  const office = officeHeader(options);
  const authUrl = withPath(options.authUrl, "/oauth/token");
  const common: Omit<SupplierHttpOptions, "baseUrl"> = {
    supplier: "travelport",
    clock,
    log,
    ...(timeouts.readMs === undefined ? {} : { readTimeoutMs: timeouts.readMs }),
    ...(timeouts.writeMs === undefined ? {} : { writeTimeoutMs: timeouts.writeMs }),
  };
  const signIn = supplierHttp({ ...common, baseUrl: new URL(authUrl).origin });
  const http = supplierHttp({
    ...common,
    baseUrl: withPath(options.baseUrl, `/${version}`),
    // Both versions on every request: without one of them the body is called ill-formed.
    headers: (_, requestId) => ({ "Accept-Version": version, "Content-Version": version, "Accept-Encoding": "gzip, deflate", TraceId: requestId, ...office }),
    token: singleFlightToken(() => fetchToken(signIn, authUrl, options), { clock }),
    problemIn(reply, request) {
      // Travelport's support finds a request by this id alone.
      log.debug("Travelport's id of a request", { supplier: "travelport", route: request.route, e2eTrackingId: reply.headers.get("e2etrackingid") });
      return problemIn(reply, request);
    },
  });
  return { id: "travelport", live, flights: travelportFlights({ http, live, memory, clock, log, pricedTrips }) };
}
