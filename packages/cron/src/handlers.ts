import { createHash } from "node:crypto";
import { canonicalJson, type Handlers, TravelAgentError } from "@travelagent/protocol";
import { type Job, Schedule } from "./job.ts";
import { jobPatch, newJob, scheduleOf } from "./job-params.ts";
import type { Fire, Scheduler } from "./scheduler.ts";
import { maxRunsLimit } from "./store.ts";

export interface CronHandlersOptions {
  scheduler: Scheduler;
  /** Where the jobs are kept, for people. */
  storePath: string;
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

const shown = (fires: readonly Fire[]) => fires.map((fire) => ({ ...fire }));
const idOf = ({ id, jobId = id }: { id?: string | undefined; jobId?: string | undefined }): string => jobId!;

/** The jobs, their history, and what people change about them. */
export function cronHandlers({ scheduler, storePath }: CronHandlersOptions): Handlers {
  return {
    "cron.list": async (params = {}, call) => {
      const {
        includeDisabled,
        enabled: wanted = includeDisabled ? "all" : "enabled",
        workflows = false,
        agentId,
        query,
        limit = defaultPage,
        offset = 0,
      } = params;
      const text = query?.trim().toLowerCase() ?? "";
      const jobs = scheduler.list().filter(
        (job) =>
          // Clients of OpenClaw know no jobs that are code, and refuse a whole list for one.
          (workflows || job.payload.kind !== "workflow") &&
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

    "cron.status": () => ({
      enabled: scheduler.enabled,
      storePath,
      jobs: scheduler.size(),
      nextWakeAtMs: scheduler.nextWakeAtMs() ?? null,
    }),

    "cron.runs": async ({ limit = defaultPage, offset = 0, sortDir = "desc", ...named }) => {
      const all = await scheduler.runs(idOf(named), { limit: maxRunsLimit });
      if (sortDir === "desc") all.reverse();
      const entries = all.slice(offset, offset + limit);
      const next = offset + entries.length;
      return { entries, total: all.length, offset, limit, hasMore: next < all.length, nextOffset: next < all.length ? next : null };
    },

    "cron.add": async (params, call) => {
      const { idempotencyKey } = params;
      // The same key names the same job.
      const id = idempotencyKey && `job-${createHash("sha256").update(`${call.actor}\n${idempotencyKey}`).digest("hex").slice(0, 32)}`;
      const known = id === undefined ? undefined : scheduler.get(id);
      return onWire(known ?? (await scheduler.add({ ...newJob(params), ...(id === undefined ? {} : { id }) })), call.protocol);
    },

    "cron.update": async ({ patch, ...named }, call) => {
      const id = idOf(named);
      const before = scheduler.get(id);
      if (!before) throw new TravelAgentError("NOT_FOUND", `there is no job ${id}; cron.list names them`);
      return onWire(await scheduler.update(id, jobPatch(patch, before)), call.protocol);
    },

    "cron.remove": async (params) => ({ ok: true, removed: await scheduler.remove(idOf(params)) }),

    "cron.run": async ({ mode = "force", dryRun = false, idempotencyKey, ...named }, call) => {
      const id = idOf(named);
      if (dryRun) return { ok: true, dryRun: true, ...(await scheduler.dryRun(id, call.signal)) };
      if (mode === "if-enabled" && scheduler.get(id)?.enabled === false) return { ok: true, ran: false, reason: "disabled" };
      const started = await scheduler.run(id, {
        mode: mode === "due" ? "due" : "force",
        ...(idempotencyKey === undefined ? {} : { key: idempotencyKey.replace(/[^\w.-]/g, "_").slice(0, 100) }),
      });
      const { ran, runId, reason } = started;
      // What older clients know as ran, newer ones know as enqueued.
      return {
        ok: true,
        ...((call.protocol ?? 3) >= 4 ? { enqueued: ran, ...(runId === undefined ? {} : { runId }) } : { ran }),
        ...(reason ? { reason } : {}),
      };
    },

    "cron.cancel": async (params) => ({ ok: true, cancelled: await scheduler.cancel(idOf(params)) }),

    "cron.preview": async ({ schedule, count = 5, ...named }) => {
      if (schedule !== undefined) {
        const parsed = Schedule.safeParse(scheduleOf(schedule));
        if (!parsed.success)
          throw new TravelAgentError("INVALID_REQUEST", `this is no schedule: ${parsed.error.issues.map(({ message }) => message).join("; ")}`);
        return { fires: shown(await scheduler.preview(parsed.data, count)) };
      }
      const id = idOf(named);
      if (id === undefined) throw new TravelAgentError("INVALID_REQUEST", "name a job or give a schedule");
      return { fires: shown(await scheduler.preview(id, count)), missed: await scheduler.missed(id) };
    },
  };
}
