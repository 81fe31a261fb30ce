import type { Dialect, World } from "../kit/index.ts";
import { itineraryRoutes } from "./itineraries.ts";
import { createGuard, type RapidAccount } from "./refusals.ts";
import { shopRoutes } from "./shop.ts";
import { openStock } from "./stock.ts";

export interface ExpediaDialectOptions extends Partial<RapidAccount> {
  /** Milliseconds until a new itinerary can be found. Default 0. */
  lagMs?: number;
  /** Default 30. */
  holdMinutes?: number;
}

/** Expedia Rapid v3 below `/v3`: hotels with signed requests, links with tokens, and the words of the `Test` header. */
export function expediaDialect(world: World, options: ExpediaDialectOptions = {}): Dialect {
  const { apiKey = "rapid-key", sharedSecret = "rapid-secret", lagMs = 0, holdMinutes = 30 } = options;
  const stock = openStock(world);
  const itineraries = itineraryRoutes(world, stock, { lagMs, holdMinutes });
  return {
    vendor: "expedia",
    routes: [...shopRoutes(world, stock), ...itineraries.routes],
    ...createGuard({ apiKey, sharedSecret }, () => world.clock.now()),
    ledger: itineraries.ledger,
    async happen(event, reference) {
      if (event !== "cancelled" && event !== "confirmed") throw new Error(`the expedia simulator knows no event ${event}`);
      await itineraries.byProperty(event, reference);
    },
  };
}
