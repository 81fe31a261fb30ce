import { fakeClock } from "@travelagent/protocol/testing";
import { expect, it } from "vitest";
import type { RunResult, Runs } from "../runs.ts";
import { createFollower } from "./follow.ts";

it("waits for the end of a run also when its reader is gone before the first word", async () => {
  const waited: string[] = [];
  const result = (runId: string) => {
    waited.push(runId);
    return new Promise<RunResult>(() => undefined);
  };
  const follower = createFollower({ runs: { result } as Runs, clock: fakeClock(), waitingMs: 1000 });
  // As a stream does that was closed before it was read: only who waits for a run lets go of what it is told.
  await follower.events("run-1").return(undefined);
  expect(waited).toEqual(["run-1"]);
});
