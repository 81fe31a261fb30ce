import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { Supplier } from "../../supplier.ts";
import { checkEnvironment } from "../environment.ts";
import { type SupplierMemory, singleFlightToken, supplierHttp, understand } from "../http/index.ts";
import { ownCall } from "../own-call.ts";
import type { Brand } from "./map-car.ts";
import { avisProblem } from "./problems.ts";
import { createReservations } from "./reservations.ts";
import { searchCars } from "./search.ts";
import { accessToken } from "./wire.ts";

export interface AvisOptions {
  /** `https://stage.abgapiservices.com`, or a simulator's. */
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  /** Default Avis and Budget. */
  brands?: readonly Brand[];
  /** Where the agency sells, ISO 3166-1 alpha-2; Avis gives prices in its currency. Default `US`. */
  pointOfSale?: string;
  /** The agency's IATA or ARC number, for its commission. */
  iataNumber?: string;
  /** The agency's paperless voucher: it pays the car, and the customer pays the agency. Absent: the driver pays at the counter. */
  voucherNumber?: string;
  /** False: the offers are marked as no real travel. Default true. */
  live?: boolean;
  memory: SupplierMemory;
  clock?: Clock;
  log?: Logger;
  timeouts?: { readMs?: number; writeMs?: number };
}

/**
 * Cars of Avis and Budget by their API v2, never by card. Raises `CONFIG_INVALID` when `live` is set for the staging address. Avis
 * cannot be asked for a reservation without its number, so a booking whose reply is lost stays `OUTCOME_UNKNOWN` until a person has
 * looked; our key is in the reservation's remark.
 */
export function avisSupplier(options: AvisOptions): Supplier {
  const { baseUrl, clientId, clientSecret, brands = ["Avis", "Budget"], pointOfSale: country = "US", iataNumber, voucherNumber, live = true, memory } = options;
  const { clock = systemClock, log = silentLogger, timeouts } = options;
  checkEnvironment({ supplier: "avis", production: [], sandbox: ["stage.abgapiservices.com"] }, baseUrl, live);
  const common = {
    supplier: "avis",
    baseUrl,
    clock,
    log,
    ...(timeouts?.readMs === undefined ? {} : { readTimeoutMs: timeouts.readMs }),
    ...(timeouts?.writeMs === undefined ? {} : { writeTimeoutMs: timeouts.writeMs }),
    problemIn: avisProblem,
  };
  // Not as OAuth has it: a GET, and the credentials are headers of it.
  const door = supplierHttp({ ...common, headers: () => ({ client_id: clientId, client_secret: clientSecret }) });
  const token = singleFlightToken(
    async () => {
      const { body } = await door.read({ method: "GET", path: "oauth/token/v2", route: "oauth/token/v2", anonymous: true }, ownCall("token"));
      const { access_token, expires_in } = understand("avis", "read", () => accessToken.parse(body));
      return { token: access_token, expiresInMs: expires_in * 1000 };
    },
    { clock },
  );
  const http = supplierHttp({ ...common, token, headers: () => ({ client_id: clientId }) });
  const voucher = voucherNumber !== undefined;
  return {
    id: "avis",
    live,
    cars: createReservations({
      http,
      memory,
      clock,
      country,
      iataNumber,
      voucherNumber,
      search: (query, call) => searchCars({ http, clock, log, brands, country, iataNumber, voucher, live }, query, call),
    }),
  };
}
