import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { liveThrough } from "./testing/year/year.ts";

// `bench/cron.ts --year` does the same with 1,000 jobs, a year and 500 lives.
it("runs every time once or accounts for it, over kills, clocks that are set and a change of daylight time", async () => {
  const report = await liveThrough({
    jobs: 30,
    restarts: 4,
    fromMs: Date.UTC(2027, 2, 24),
    toMs: Date.UTC(2027, 3, 6),
    seed: 7,
    root: existsSync("/dev/shm") ? "/dev/shm" : tmpdir(),
  });
  expect(report.problems).toEqual([]);
  expect(report.expected).toBeGreaterThan(40);
  expect(report.ran + report.accounted).toBe(report.expected);
  expect(Object.values(report.kills).length).toBeGreaterThan(0);
}, 60_000);
