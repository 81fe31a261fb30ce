import type { Clock } from "@travelagent/protocol/ports";
import type { TurnEvent } from "@travelagent/protocol/turn";

/** Which runs are in the middle of a tool, so that one that is to be ended is ended between two of them. */
export interface ToolsUnderWay {
  hear(runId: string, event: TurnEvent): void;
  /** The run is over. */
  over(runId: string): void;
  /** Calls `then` once no tool of the run is at work, at the latest after a minute. */
  afterTools(runId: string, then: () => void): void;
}

/** What a tool gave back is written down in this time. */
const writtenWithinMs = 500;
const patienceMs = 60_000;

export function createToolsUnderWay({ clock }: { clock: Clock }): ToolsUnderWay {
  const runs = new Map<string, { calls: Set<string>; next?: () => void }>();
  const over = (runId: string): void => {
    const run = runs.get(runId);
    runs.delete(runId);
    run?.next?.();
  };
  return {
    hear(runId, event) {
      if (event.type === "tool-start") {
        const run = runs.get(runId) ?? { calls: new Set() };
        run.calls.add(event.toolCallId);
        runs.set(runId, run);
      } else if (event.type === "tool-end") {
        const run = runs.get(runId);
        run?.calls.delete(event.toolCallId);
        if (run?.next && run.calls.size === 0) clock.after(writtenWithinMs, () => runs.get(runId) === run && run.calls.size === 0 && over(runId));
      }
    },
    over,
    afterTools(runId, then) {
      const run = runs.get(runId);
      if (!run || run.calls.size === 0) return then();
      run.next = then;
      clock.after(patienceMs, () => {
        if (runs.get(runId) === run) over(runId);
      });
    },
  };
}
