import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Model } from "./model.ts";

/** Which models are left in peace for a while, because they failed. Kept over turns, in memory. */
export interface Cooldowns {
  /** The same models: first those that may be asked, in the given order, then those that cool down, soonest first. */
  order(models: readonly Model[]): readonly Model[];
  failed(model: Model, error: unknown): void;
  succeeded(model: Model): void;
  /** Those that cool down now. `until` in milliseconds. */
  status(): { model: string; until: number; failures: number; code: string }[];
}

/** Minutes after the first, second, third and every further failure in a row. */
const steps = [1, 5, 25, 60] as const;
const minuteMs = 60_000;
/** A model that has not failed for so long starts again with the shortest pause. */
const forgetMs = 24 * 60 * minuteMs;

/** The request was wrong, not the model: another one may take it, and this one is as good as before. */
const innocent: ReadonlySet<string> = new Set(["MODEL_REJECTED", "CANCELLED"]);

/**
 * A failed key or a used-up quota stops all models of that provider, an overload or a broken answer only the one. What the
 * provider itself asks to wait (`retryAfterMs`) counts when it is longer. A model it does not apply to, such as one on the own
 * machine, is asked anew each time.
 */
export function createCooldowns({ clock, applies = () => true }: { clock: Clock; applies?: (model: Model) => boolean }): Cooldowns {
  const entries = new Map<string, { failures: number; until: number; lastAt: number; code: string }>();
  const nameOf = ({ provider, id }: Model) => `${provider}/${id}`;
  const keysOf = (model: Model) => [nameOf(model), model.provider];
  const until = (model: Model): number => Math.max(0, ...keysOf(model).map((key) => entries.get(key)?.until ?? 0));

  return {
    order(models) {
      const now = clock.now();
      const ready = models.filter((model) => until(model) <= now);
      const cooling = models.filter((model) => until(model) > now);
      return [...ready, ...cooling.sort((a, b) => until(a) - until(b))];
    },
    failed(model, thrown) {
      const { code, retryAfterMs = 0 } = TravelAgentError.from(thrown);
      if (innocent.has(code) || !applies(model)) return;
      const key = code === "MODEL_AUTH" || code === "MODEL_RATE_LIMITED" ? model.provider : nameOf(model);
      const now = clock.now();
      const before = entries.get(key);
      const failures = before && now - before.lastAt < forgetMs ? before.failures + 1 : 1;
      const pause = steps[Math.min(failures, steps.length) - 1]! * minuteMs;
      entries.set(key, { failures, lastAt: now, code, until: now + Math.max(pause, retryAfterMs) });
    },
    succeeded(model) {
      for (const key of keysOf(model)) entries.delete(key);
    },
    status() {
      const now = clock.now();
      return [...entries].filter(([, entry]) => entry.until > now).map(([model, { until: end, failures, code }]) => ({ model, until: end, failures, code }));
    },
  };
}
