import type { Dialect, World } from "../kit/index.ts";
import { createAccess } from "./access.ts";
import { flightOrders } from "./flight-orders.ts";
import { flightShopping } from "./flight-shopping.ts";
import { hotelOrders } from "./hotel-orders.ts";
import { hotelShopping } from "./hotel-shopping.ts";
import { refuse } from "./refusals.ts";

export interface AmadeusDialectOptions {
  /** Default `agency` and `secret`. */
  clientId?: string;
  clientSecret?: string;
  /** IANA zone of the office, in which orders lapse. Default `UTC`. */
  officeTimeZone?: string;
}

const vendor = "amadeus";

/** Amadeus' travel APIs: access tokens, flight offers and orders, hotel list, hotel offers and orders. */
export function amadeusDialect(world: World, { clientId = "agency", clientSecret = "secret", officeTimeZone = "UTC" }: AmadeusDialectOptions = {}): Dialect {
  const access = createAccess(world, { clientId, clientSecret });
  const flights = flightOrders(world, vendor, officeTimeZone);
  const hotels = hotelOrders(world, vendor);
  return {
    vendor,
    routes: [access.grant, ...flightShopping(world, vendor), ...flights.routes, ...hotelShopping(world, vendor), ...hotels.routes],
    refuse,
    guard: access.guard,
    ledger: async () => [...(await flights.ledger()), ...(await hotels.ledger())],
    async happen(event, reference) {
      if (!(await flights.happen(event, reference))) throw new Error(`there is no flight order ${reference}`);
    },
  };
}
