import { renderText } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { TurnEvent } from "@travelagent/protocol/turn";
import type { RunResult, Runs } from "../runs.ts";
import { createLiveText } from "./live-text.ts";

export type Followed = { type: "text"; delta: string } | { type: "waiting" } | { type: "end"; result: RunResult } | { type: "error"; error: TravelAgentError };

/** The reply as text, its cards included, so that who reads text only can choose and say yes or no. */
export const replyText = ({ text, cards }: RunResult): string => renderText({ text, ...(cards.length > 0 ? { cards } : {}) });

export interface Follower {
  /** For `Runs.start`. */
  hear(event: TurnEvent): void;
  /** Text as it comes, a sign of life in between, and how it ended, last. Read it once, or not at all. */
  events(runId: string): AsyncGenerator<Followed, void, undefined>;
}

/** Hears a run from its first word, also before anybody reads. */
export function createFollower({ runs, clock, waitingMs }: { runs: Runs; clock: Clock; waitingMs: number }): Follower {
  const live = createLiveText();
  const queue: Followed[] = [];
  let wake = (): void => undefined;
  const push = (event: Followed) => {
    queue.push(event);
    wake();
  };
  async function* read(): AsyncGenerator<Followed, void, undefined> {
    for (;;) {
      const next = queue.shift();
      if (next) {
        yield next;
        if (next.type === "end" || next.type === "error") return;
        continue;
      }
      let late = false;
      await new Promise<void>((resolve) => {
        const disarm = clock.after(waitingMs, () => {
          late = true;
          resolve();
        });
        wake = () => {
          disarm();
          resolve();
        };
      });
      if (late) yield { type: "waiting" };
    }
  }
  return {
    hear(event) {
      const delta = live.hear(event);
      if (delta !== "") push({ type: "text", delta });
    },
    events(runId) {
      // Before anybody reads: a reader that is gone by then must not leave the run with a listener for good.
      void runs.result(runId).then(
        (result) => {
          const delta = live.rest(replyText(result));
          if (delta !== "") push({ type: "text", delta });
          push({ type: "end", result });
        },
        (error: unknown) => push({ type: "error", error: TravelAgentError.from(error) }),
      );
      return read();
    },
  };
}
