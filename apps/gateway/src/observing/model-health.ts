import type { ModelCall } from "@travelagent/agent-runtime/watch";

export interface ModelState {
  /** `untried`: nobody has asked it since the start. */
  state: "untried" | "ok" | "auth-error" | "rate-limited" | "overloaded" | "failing";
  /** Milliseconds; since when it is so. */
  since: number;
  lastOkAt?: number;
  /** Of the last failure. */
  code?: string;
}

/** What became of the last calls of each model: the honest answer to whether it can be used, and free of charge. */
export interface ModelHealth {
  note(call: Pick<ModelCall, "provider" | "model" | "outcome">): void;
  of(provider: string, model: string): ModelState;
}

const stateOf = (outcome: string): ModelState["state"] => {
  if (outcome === "ok") return "ok";
  if (outcome === "MODEL_AUTH") return "auth-error";
  if (outcome === "MODEL_RATE_LIMITED") return "rate-limited";
  if (outcome === "MODEL_OVERLOADED" || outcome === "MODEL_INTERRUPTED" || outcome === "TIMEOUT") return "overloaded";
  return "failing";
};

/** `onChange` is told when a model is in another state than before; not of the first success. */
export function createModelHealth({ now, onChange }: { now: () => number; onChange: () => void }): ModelHealth {
  const startedAt = now();
  const states = new Map<string, ModelState>();
  return {
    note({ provider, model, outcome }) {
      // A turn that was cut off says nothing about the model.
      if (outcome === "CANCELLED") return;
      const key = `${provider}/${model}`;
      const before = states.get(key);
      // A model that has answered is not worse for a request that was wrong.
      if (outcome === "MODEL_REJECTED" && before?.lastOkAt !== undefined) return;
      const state = stateOf(outcome);
      const lastOkAt = state === "ok" ? now() : before?.lastOkAt;
      states.set(key, {
        state,
        since: before?.state === state ? before.since : now(),
        ...(lastOkAt === undefined ? {} : { lastOkAt }),
        ...(state === "ok" ? {} : { code: outcome }),
      });
      if (before ? before.state !== state : state !== "ok") onChange();
    },
    of: (provider, model) => states.get(`${provider}/${model}`) ?? { state: "untried", since: startedAt },
  };
}
