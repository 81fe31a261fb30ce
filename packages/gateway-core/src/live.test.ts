import { fakeClock } from "@travelagent/protocol/testing";
import { expect, it } from "vitest";
import { liveRun } from "./live.ts";

function watched() {
  const published: { event: string; payload: Record<string, unknown>; roles: readonly string[] | undefined }[] = [];
  const clock = fakeClock();
  const live = liveRun({
    publisher: {
      isFollowed: () => true,
      publish: (event, payload, options) => void published.push({ event, payload: payload as never, roles: options?.roles }),
    },
    clock,
    runId: "r",
    sessionKey: "s",
  });
  const forVisitors = () => published.filter(({ roles }) => roles?.includes("visitor")).map(({ event, payload }) => [event, payload.stream, payload.data]);
  return { live, forVisitors };
}
const [start, end] = ["start", "end"].map((phase) => ["agent", "lifecycle", { phase }]);

it("visitors learn that somebody is at work before the first word, and when it is over, and nothing else", () => {
  const { live, forVisitors } = watched();
  live.hear({ type: "run-start", runId: "r", model: "acme/secret" });
  live.hear({ type: "tool-start", runId: "r", toolCallId: "t", name: "get_customer", args: { id: "secret" } });
  live.hear({ type: "tool-end", runId: "r", toolCallId: "t", name: "get_customer", isError: false });
  live.hear({ type: "run-end", runId: "r", outcome: "failed" });
  live.done({ kind: "failed", reason: "a secret reason" });
  expect(forVisitors()).toEqual([start, end]);
});

it("visitors see nobody at work while a turn waits for a model, or after it was stopped", () => {
  const parked = watched();
  parked.live.hear({ type: "run-start", runId: "r", model: "m" });
  parked.live.hear({ type: "run-parked", runId: "r", until: 1, reason: "no model" });
  expect(parked.forVisitors()).toEqual([start, end]);
  const stopped = watched();
  stopped.live.hear({ type: "run-start", runId: "r", model: "m" });
  stopped.live.aborted();
  expect(stopped.forVisitors()).toEqual([start, end]);
});
