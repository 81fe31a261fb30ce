import type { TurnEvent } from "@travelagent/protocol/turn";

/** Who wants to hear of a run while it works, by its id. Kept in memory: nothing depends on being heard. */
export interface RunListeners {
  add(runId: string, hear: (event: TurnEvent) => void): void;
  remove(runId: string): void;
  tell(runId: string, event: TurnEvent): void;
}

export function createRunListeners(): RunListeners {
  const listeners = new Map<string, (event: TurnEvent) => void>();
  return {
    add: (runId, hear) => void listeners.set(runId, hear),
    remove: (runId) => void listeners.delete(runId),
    tell: (runId, event) => listeners.get(runId)?.(event),
  };
}
