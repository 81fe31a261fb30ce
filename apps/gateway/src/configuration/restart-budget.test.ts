import { fakeClock } from "@travelagent/protocol/testing";
import { expect, it } from "vitest";
import { restartBudget } from "./restart-budget.ts";

it("lets five restarts in a row happen, each later than the one before, and starts afresh after a quiet minute", async () => {
  const clock = fakeClock();
  const budget = restartBudget({ clock });
  const waits: (number | undefined)[] = [];
  for (let restart = 0; restart < 6; restart++) {
    waits.push(budget.delayMs());
    if (waits.at(-1) !== undefined) budget.spend();
  }
  expect(waits).toEqual([0, 1000, 2000, 4000, 8000, undefined]);
  await clock.advance(59_000);
  expect(budget.delayMs()).toBeUndefined();
  await clock.advance(1_000);
  expect(budget.delayMs()).toBe(0);
});
