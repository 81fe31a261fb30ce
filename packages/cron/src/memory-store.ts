import { TravelAgentError } from "@travelagent/protocol";
import { checkedJob, checkedRun } from "./checked-job.ts";
import type { Job, RunRecord } from "./job.ts";
import { defaultRunsLimit, type JobStore, maxRunsLimit, slotHorizonMs } from "./store.ts";

/** Keeps everything in this process, for tests and for programs without a disk. */
export function memoryJobStore(initial: readonly Job[] = []): JobStore {
  const jobs = new Map(initial.map((job) => [job.id, checkedJob(job)]));
  const runs = new Map<string, RunRecord[]>();
  const slots = new Map<string, Set<number>>();
  return {
    list: async () => structuredClone([...jobs.values()]),
    get: async (id) => structuredClone(jobs.get(id) ?? null),
    upsert: async (job) => {
      const copy = checkedJob(job);
      jobs.set(copy.id, copy);
    },
    remove: async (id) => {
      runs.delete(id);
      slots.delete(id);
      return jobs.delete(id);
    },
    appendRun: async (record) => {
      const copy = checkedRun(record);
      if (!jobs.has(copy.jobId)) throw new TravelAgentError("NOT_FOUND", `there is no job ${copy.jobId}`);
      runs.set(copy.jobId, [...(runs.get(copy.jobId) ?? []), copy].slice(-maxRunsLimit));
    },
    runs: async (jobId, { limit = defaultRunsLimit } = {}) => structuredClone((runs.get(jobId) ?? []).slice(-Math.min(Math.max(1, limit), maxRunsLimit))),
    claim: async (jobId, slotMs) => {
      const claimed = slots.get(jobId) ?? new Set<number>();
      slots.set(jobId, claimed);
      if (claimed.has(slotMs) || slotMs < Math.max(...claimed) - slotHorizonMs) return false;
      claimed.add(slotMs);
      return true;
    },
  };
}
