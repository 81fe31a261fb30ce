import { createHash } from "node:crypto";
import { canonicalJson, type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Job } from "./job.ts";
import { type JobStore, maxRunsLimit } from "./store.ts";

export interface CronHandlersOptions {
  store: JobStore;
  /** Where the jobs are kept, for people. */
  storePath: string;
  /** Whether something runs the jobs when they are due. */
  enabled: boolean;
}

const defaultPage = 50;

/** Newer clients know the time of a single run as text, older ones as a number. */
const onWire = ({ seed: _, ...job }: Job, protocol: number | undefined) =>
  job.schedule.kind === "at" && protocol !== undefined && protocol >= 4
    ? { ...job, schedule: { kind: "at", at: new Date(job.schedule.atMs).toISOString() } }
    : job;

const orders = {
  name: (a: Job, b: Job) => (a.name < b.name ? -1 : Number(a.name > b.name)),
  updatedAtMs: (a: Job, b: Job) => a.updatedAtMs - b.updatedAtMs,
  nextRunAtMs: (a: Job, b: Job) => (a.state.nextRunAtMs ?? Number.MAX_SAFE_INTEGER) - (b.state.nextRunAtMs ?? Number.MAX_SAFE_INTEGER),
} as const;

/** The jobs and their history, to read. */
export function cronHandlers({ store, storePath, enabled }: CronHandlersOptions): Handlers {
  return {
    "cron.list": async (params = {}, call) => {
      const { includeDisabled, enabled: wanted = includeDisabled ? "all" : "enabled", agentId, query, limit = defaultPage, offset = 0 } = params;
      const text = query?.trim().toLowerCase() ?? "";
      const jobs = (await store.list()).filter(
        (job) =>
          (wanted === "all" || job.enabled === (wanted === "enabled")) &&
          (agentId === undefined || job.agentId === agentId) &&
          (text === "" || `${job.name}\n${job.description ?? ""}\n${job.id}`.toLowerCase().includes(text)),
      );
      if (params.sortBy) jobs.sort(orders[params.sortBy]);
      if (params.sortDir === "desc") jobs.reverse();
      const page = jobs.slice(offset, offset + limit);
      // The same for every page of one list: a client that reads several knows when it has to begin again.
      const snapshotRevision = createHash("sha256").update(canonicalJson(jobs)).digest("base64url").slice(0, 22);
      const next = offset + page.length;
      return {
        jobs: page.map((job) => onWire(job, call.protocol)),
        snapshotRevision,
        total: jobs.length,
        offset,
        limit,
        hasMore: next < jobs.length,
        nextOffset: next < jobs.length ? next : null,
      };
    },

    "cron.status": async () => {
      const jobs = await store.list();
      const due = enabled ? jobs.flatMap((job) => (job.enabled && job.state.nextRunAtMs !== undefined ? [job.state.nextRunAtMs] : [])) : [];
      return { enabled, storePath, jobs: jobs.length, nextWakeAtMs: due.length > 0 ? Math.min(...due) : null };
    },

    "cron.runs": async ({ id, jobId = id, limit = defaultPage, offset = 0, sortDir = "desc" }) => {
      if (jobId === undefined || !(await store.get(jobId))) throw new TravelAgentError("NOT_FOUND", `there is no job ${jobId}; cron.list names them`);
      const all = await store.runs(jobId, { limit: maxRunsLimit });
      if (sortDir === "desc") all.reverse();
      const entries = all.slice(offset, offset + limit);
      const next = offset + entries.length;
      return { entries, total: all.length, offset, limit, hasMore: next < all.length, nextOffset: next < all.length ? next : null };
    },
  };
}
