import type { Answer, Dialect, Scenario, SimulatedRequest } from "../simulators/kit/index.ts";

export interface WatchedDialectOptions {
  /** Called when a request was answered and the dialect had asked for faults that were on: what it really met. */
  onMet(route: string, met: ReadonlySet<Scenario>, request: SimulatedRequest, answer: Answer): void;
  /** The key of the purchase in hand. */
  keyInHand?(): string | undefined;
  /** Orders that the vendor keeps without a reference of the client, with the key that was in hand when they came. */
  unnamed?: Map<string, string>;
}

/** A dialect that tells which faults it met, and whose orders are known to the test by their keys. */
export function watchedDialect(dialect: Dialect, { onMet, keyInHand, unnamed }: WatchedDialectOptions): Dialect {
  return {
    ...dialect,
    routes: dialect.routes.map((route) => ({
      ...route,
      async handle(request) {
        const key = keyInHand?.();
        const met = new Set<Scenario>();
        const has = (scenario: Scenario): boolean => {
          const on = request.has(scenario);
          if (on) met.add(scenario);
          return on;
        };
        const answer = await route.handle({ ...request, has });
        if (unnamed && key !== undefined && request.method === "POST")
          for (const entry of await dialect.ledger())
            if (entry.clientReference === undefined && !unnamed.has(entry.reference)) unnamed.set(entry.reference, key);
        if (met.size > 0) onMet(route.name, met, request, answer);
        return answer;
      },
    })),
  };
}
