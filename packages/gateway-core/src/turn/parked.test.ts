import { expect, it } from "vitest";
import { createParkedRuns } from "./parked.ts";

it("a run is parked from the word that it is until it does anything else", () => {
  const runs = createParkedRuns();
  const park = (runId: string) => runs.hear(runId, { type: "run-parked", runId, until: 1, reason: "no model" });
  park("a");
  park("b");
  park("a");
  expect(runs.ids()).toEqual(["b", "a"]);
  runs.hear("b", { type: "text-delta", runId: "b", delta: "Hi" });
  expect(runs.ids()).toEqual(["a"]);
  for (let at = 0; at < 10_100; at++) park(`run-${at}`);
  expect(runs.ids()).toHaveLength(10_000);
});
