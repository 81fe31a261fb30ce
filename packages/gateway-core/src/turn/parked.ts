import type { TurnEvent } from "@travelagent/protocol/turn";

/** Which runs wait for a model. What comes after them in their session waits too, so one that nobody needs any more is ended. */
export interface ParkedRuns {
  hear(runId: string, event: TurnEvent): void;
  ids(): readonly string[];
}

/** A run that is cancelled tells nothing more; the oldest are forgotten above this. */
const most = 10_000;

export function createParkedRuns(): ParkedRuns {
  const parked = new Set<string>();
  return {
    hear(runId, { type }) {
      parked.delete(runId);
      if (type !== "run-parked") return;
      parked.add(runId);
      for (const id of parked) {
        if (parked.size <= most) break;
        parked.delete(id);
      }
    },
    ids: () => [...parked],
  };
}
