import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { Supplier } from "../../supplier.ts";
import { checkEnvironment } from "../environment.ts";
import { type SupplierHttp, type SupplierMemory, singleFlightToken, supplierHttp } from "../http/index.ts";
import { fetchToken, type SabreCredentials, tokenRequest } from "./access.ts";
import { sabreCars } from "./cars.ts";
import { sabreFlights } from "./flights.ts";
import { problemIn } from "./problems.ts";

export interface SabreOptions extends SabreCredentials {
  /** `https://api.platform.sabre.com`, or that of a test system. */
  baseUrl: string;
  /** Default true. False for test systems: offers are marked as no real travel. */
  live?: boolean;
  memory: SupplierMemory;
  clock?: Clock;
  log?: Logger;
  /** Itineraries the account may ask for. Default `50ITINS`. A tier that it has not subscribed to finds nothing, without an error. */
  tier?: string;
  /** IANA zone of the office, in which ticketing dates are meant. Default `UTC`. */
  timeZone?: string;
  timeouts?: { readMs?: number; writeMs?: number };
}

const hosts = {
  supplier: "sabre",
  production: ["api.platform.sabre.com", "api.sabre.com", "api.havail.sabre.com"],
  sandbox: ["api.cert.platform.sabre.com", "api.cert.sabre.com", "api-crt.cert.havail.sabre.com"],
};

/** Flights and rental cars over Sabre's REST services. Raises `CONFIG_INVALID` for credentials that do not fit their version, and for a host that does not fit `live`. */
export function sabreSupplier(options: SabreOptions): Supplier {
  const { baseUrl, pcc, live = true, memory, clock = systemClock, log = silentLogger, tier = "50ITINS", timeZone = "UTC", timeouts = {} } = options;
  checkEnvironment(hosts, baseUrl, live);
  const access = tokenRequest(options);
  const http: SupplierHttp = supplierHttp({
    supplier: "sabre",
    baseUrl,
    clock,
    log,
    ...(timeouts.readMs === undefined ? {} : { readTimeoutMs: timeouts.readMs }),
    ...(timeouts.writeMs === undefined ? {} : { writeTimeoutMs: timeouts.writeMs }),
    headers: (_, requestId) => ({ "conversation-id": requestId }),
    token: singleFlightToken(() => fetchToken(http, access), { clock }),
    problemIn,
  });
  return {
    id: "sabre",
    live,
    flights: sabreFlights({ http, pcc, tier, timeZone, live, memory, clock, log }),
    cars: sabreCars({ http, pcc, live, memory, clock }),
  };
}
