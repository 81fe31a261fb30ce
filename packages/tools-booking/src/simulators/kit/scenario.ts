/**
 * What can be made to go wrong, by the header `x-sim-scenario`, by `next` in a test, or over the control address. The first group
 * is done by the server for every dialect, the second by the dialect where it has such a thing.
 */
export const scenarios = [
  // the line
  "slow",
  "connection_reset",
  "timeout_after_commit",
  "rate_limited",
  "auth_expired",
  "server_error",
  "server_error_after_commit",
  "malformed_json",
  "wrong_content_type",
  // the business
  "price_changed",
  "sold_out",
  "error_in_200",
  "pending_then_webhook",
  "schedule_change",
  "partial",
  "duplicate",
  "card_declined",
  "3ds_required",
] as const;
export type Scenario = (typeof scenarios)[number];

export const isScenario = (text: string): text is Scenario => (scenarios as readonly string[]).includes(text);

export interface Armed {
  scenario: Scenario;
  /** Milliseconds, of `slow`. */
  ms?: number;
  /** Name of the route it waits for; any route with an effect on the scenario's kind when left out. */
  on?: string;
  /** How many requests it hits. Default 1. */
  times?: number;
}

/** Faults in waiting, each used up by the requests it hits. */
export interface Switch {
  next(armed: Armed): void;
  clear(): void;
  /** The faults for one request: armed ones that wait for its route, and the header's. */
  take(route: string, header: string | undefined): ReadonlyMap<Scenario, { ms: number }>;
}

export function createSwitch(): Switch {
  const waiting: Required<Omit<Armed, "on">>[] & { on?: string }[] = [];
  return {
    next: ({ scenario, ms = 1000, on, times = 1 }) => void waiting.push({ scenario, ms, times, ...(on === undefined ? {} : { on }) }),
    clear: () => void waiting.splice(0),
    take(route, header) {
      const found = new Map<Scenario, { ms: number }>();
      for (const armed of [...waiting]) {
        if ((armed.on ?? route) !== route || found.has(armed.scenario)) continue;
        found.set(armed.scenario, { ms: armed.ms });
        armed.times -= 1;
        if (armed.times <= 0) waiting.splice(waiting.indexOf(armed), 1);
      }
      for (const word of header?.split(",") ?? []) {
        const [name = "", ms] = word.trim().split("=");
        if (isScenario(name)) found.set(name, { ms: Number(ms ?? 1000) });
      }
      return found;
    },
  };
}
