import { TravelAgentError } from "@travelagent/protocol";
import { silentLogger, systemClock } from "@travelagent/protocol/ports";
import { offsetMinutes } from "../../geography/index.ts";
import type { Supplier } from "../../supplier.ts";
import { checkEnvironment } from "../environment.ts";
import { amadeusHttp } from "./connection.ts";
import { amadeusFlights } from "./flights.ts";
import { amadeusHotels } from "./hotels.ts";
import type { AmadeusOptions } from "./options.ts";

function isTimeZone(name: string): boolean {
  try {
    offsetMinutes(name, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Flights and hotels of Amadeus. Raises `CONFIG_INVALID` for an address or credentials that cannot be right. Amadeus knows no
 * idempotency and cannot be asked for an order by our key, so `memory` must be durable wherever money is real.
 */
export function amadeusSupplier(options: AmadeusOptions): Supplier {
  const {
    baseUrl,
    clientId,
    clientSecret,
    live = true,
    clock = systemClock,
    log = silentLogger,
    memory,
    queuingOfficeId,
    agencyEmail,
    officeTimeZone = "UTC",
  } = options;
  if (!clientId || !clientSecret) throw new TravelAgentError("CONFIG_INVALID", "Amadeus needs a client id and a client secret; set both");
  if (!isTimeZone(officeTimeZone))
    throw new TravelAgentError("CONFIG_INVALID", `"${officeTimeZone}" is not a time zone; give the office's IANA zone, such as Europe/Lisbon`);
  checkEnvironment(
    {
      supplier: "Amadeus",
      production: ["api.amadeus.com", "travel.api.amadeus.com"],
      sandbox: ["test.api.amadeus.com", "test.travel.api.amadeus.com"],
    },
    baseUrl,
    live,
  );
  const http = amadeusHttp({ ...options, clock, log });
  const parts = { http, memory, clock, log, sandbox: !live };
  return {
    id: "amadeus",
    live,
    flights: amadeusFlights({ ...parts, officeTimeZone, ...(queuingOfficeId === undefined ? {} : { queuingOfficeId }) }),
    hotels: amadeusHotels({ ...parts, ...(agencyEmail === undefined ? {} : { agencyEmail }) }),
  };
}
