import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { Supplier } from "../../supplier.ts";
import type { SupplierMemory } from "../http/index.ts";
import { createAttempts } from "./attempts.ts";
import { duffelCars } from "./cars.ts";
import { type DuffelTimeouts, duffelClient } from "./client.ts";
import { duffelEvents } from "./events.ts";
import { duffelFlights } from "./flights.ts";
import type { DuffelParts } from "./parts.ts";
import { duffelStays } from "./stays.ts";

export type { DuffelTimeouts } from "./client.ts";

export interface DuffelOptions {
  baseUrl: string;
  /** `duffel_test_…` or `duffel_live_…`; the two have orders of their own. */
  accessToken: string;
  /** Of the webhook that was registered at Duffel. Without it there are no events, and an order that Duffel accepted with 202 has to be looked for. */
  webhookSecret?: string;
  /** Default true. */
  live?: boolean;
  /** Durable: which order a key became, and what was quoted. */
  memory: SupplierMemory;
  /** ISO 3166-1 alpha-2, where drivers live; car companies price by it. Default: the country of pick-up. */
  driverCountry?: string;
  clock?: Clock;
  log?: Logger;
  timeouts?: DuffelTimeouts;
}

/**
 * Duffel: flights, stays and cars, paid from the agency's balance there. Raises `CONFIG_INVALID` for a test token where travel is
 * said to be real, and the other way round.
 */
export function duffelSupplier({
  baseUrl,
  accessToken,
  webhookSecret,
  live = true,
  memory,
  driverCountry,
  clock = systemClock,
  log = silentLogger,
  timeouts,
}: DuffelOptions): Supplier {
  if (accessToken.startsWith(live ? "duffel_test_" : "duffel_live_"))
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `duffel is configured as ${live ? "live" : "a sandbox"} and the access token is of the other mode; take one of this mode`,
    );
  const parts: DuffelParts = { client: duffelClient({ baseUrl, accessToken, clock, log, timeouts }), memory, clock, log, live };
  const flights = createAttempts(memory, "flight", clock);
  const stays = createAttempts(memory, "hotel", clock);
  return {
    id: "duffel",
    live,
    flights: duffelFlights(parts, flights),
    hotels: duffelStays(parts, stays),
    cars: duffelCars(parts, driverCountry),
    ...(webhookSecret ? { events: duffelEvents({ secret: webhookSecret, live, clock, flights, stays }) } : {}),
  };
}
