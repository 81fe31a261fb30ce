import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Model } from "./model.ts";
import { createPauses, type Pauses } from "./pauses.ts";

/** Which models are left in peace for a while, because they failed. Kept over turns. */
export interface Cooldowns {
  /** The same models: first those that may be asked, in the given order, then those that cool down, soonest first. */
  order(models: readonly Model[]): readonly Model[];
  failed(model: Model, error: unknown): void;
  succeeded(model: Model): void;
  /** When this model may be asked again, in milliseconds since the epoch; not after now for one that may be asked at once. */
  readyAt(model: Model): number;
  /** Those that cool down now; the keys of providers are told apart, by whoever rotates them. `until` in milliseconds. */
  status(): { model: string; until: number; failures: number; code: string }[];
}

/** The request was wrong, not the model: another one may take it, and this one is as good as before. */
const innocent: ReadonlySet<string> = new Set(["MODEL_REJECTED", "CANCELLED"]);
const ofKey: ReadonlySet<string> = new Set(["MODEL_AUTH", "MODEL_RATE_LIMITED"]);

export interface CooldownOptions {
  clock: Clock;
  /** A model it does not apply to, such as one on the own machine, is asked anew each time. Default: all. */
  applies?(model: Model): boolean;
  /** Default: in memory. */
  pauses?: Pauses;
}

/**
 * A failed key or a used-up quota stops all models of that provider, an overload or a broken answer only the one. What the
 * provider itself asks to wait (`retryAfterMs`) counts when it is longer. A model that tells itself how long its keys rest
 * (`restsUntil`) is not stopped for its keys here.
 */
export function createCooldowns({ clock, applies = () => true, pauses = createPauses({ clock }) }: CooldownOptions): Cooldowns {
  const nameOf = ({ provider, id }: Model) => `${provider}/${id}`;
  const readyAt = (model: Model): number => Math.max(pauses.until("model", nameOf(model)), pauses.until("provider", model.provider), model.restsUntil?.() ?? 0);

  return {
    readyAt,
    order(models) {
      const now = clock.now();
      const ready = models.filter((model) => readyAt(model) <= now);
      const cooling = models.filter((model) => readyAt(model) > now);
      return [...ready, ...cooling.sort((a, b) => readyAt(a) - readyAt(b))];
    },
    failed(model, thrown) {
      const { code, retryAfterMs } = TravelAgentError.from(thrown);
      if (innocent.has(code) || !applies(model)) return;
      if (!ofKey.has(code)) pauses.failed("model", nameOf(model), { code, retryAfterMs });
      else if (!model.restsUntil) pauses.failed("provider", model.provider, { code, retryAfterMs });
    },
    succeeded(model) {
      pauses.succeeded("model", nameOf(model));
      pauses.succeeded("provider", model.provider);
    },
    status: () => [...pauses.status("model"), ...pauses.status("provider")].map(({ id, until, failures, code }) => ({ model: id, until, failures, code })),
  };
}
