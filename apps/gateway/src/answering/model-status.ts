import type { Handlers } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { ModelHealth } from "../observing/model-health.ts";
import type { ModelRests } from "./model-rests.ts";
import type { ModelSet } from "./models.ts";

/** Who of the models and keys can be asked, for people who want to know why another model answers. */
export function modelStatusHandlers(options: { models(): ModelSet; rests: ModelRests; health: ModelHealth; clock: Clock }): Handlers {
  const { models, rests, health, clock } = options;
  return {
    "models.status": () => {
      const resting = new Map(rests.ring.status().map((status) => [status.id, status]));
      return {
        models: models()
          .list()
          .map(({ id, provider, alias }) => {
            const reference = `${provider}/${id}`;
            const until = rests.cooldowns.readyAt(models().model(reference));
            const { state, since, lastOkAt, code } = health.of(provider, id);
            return {
              id: reference,
              provider,
              ...(alias === undefined ? {} : { alias }),
              state,
              since,
              ...(lastOkAt === undefined ? {} : { lastOkAt }),
              ...(code === undefined ? {} : { code }),
              ...(until > clock.now() ? { restsUntil: until } : {}),
            };
          }),
        keys: models()
          .keys()
          .map(({ id, provider, mark }) => {
            const status = rests.ring.until({ id, mark }) > clock.now() ? resting.get(id) : undefined;
            if (!status) return { id, provider, state: "ready" as const };
            const { until, code, billing, failures } = status;
            return { id, provider, state: "resting" as const, until, code, billing, failures };
          }),
      };
    },
  };
}
