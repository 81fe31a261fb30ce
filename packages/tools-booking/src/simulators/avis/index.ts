import type { Dialect, World } from "../kit/index.ts";
import { type AvisAccount, createDoor, envelopes } from "./answers.ts";
import { carRoutes } from "./cars.ts";

export interface AvisDialectOptions extends Partial<AvisAccount> {
  /** What this account's prices are in. Default `EUR`. */
  currency?: string;
}

/** Avis Budget v2: tokens fetched with credentials as headers, `status` in every body, no idempotency and no way to look up what has no number. */
export function avisDialect(world: World, options: AvisDialectOptions = {}): Dialect {
  const { clientId = "avis-client", clientSecret = "avis-secret", currency = "EUR" } = options;
  const answers = envelopes(world);
  const { guard, route } = createDoor(world, answers, { clientId, clientSecret });
  const { routes, ledger } = carRoutes(world, answers, { currency });
  return { vendor: "avis", routes: [route, ...routes], ...guard, ledger };
}
