import type { Job } from "../job.ts";

/** An hourly price watch, to be changed at will. */
export const sampleJob = (change: Partial<Job> = {}): Job => ({
  id: "price-watch",
  name: "price watch",
  enabled: true,
  createdAtMs: 1_800_000_000_000,
  updatedAtMs: 1_800_000_000_000,
  schedule: { kind: "every", everyMs: 3_600_000 },
  sessionTarget: "isolated",
  wakeMode: "next-heartbeat",
  payload: { kind: "agentTurn", message: "Check the prices of open trips." },
  state: {},
  ...change,
});
