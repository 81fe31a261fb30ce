import * as z from "zod";
import { idempotencyKey, open, str1 } from "./common.ts";
import { method } from "./define.ts";

const named = { id: str1.max(64).optional(), jobId: str1.max(64).optional() };
const hasName = [
  ({ id, jobId }: { id?: string | undefined; jobId?: string | undefined }) => id !== undefined || jobId !== undefined,
  "must have required property 'id'",
] as const;

/** A job as people write it: what is left out follows from the rest. */
const job = {
  name: z.string().max(200).optional(),
  description: z.string().nullable().optional(),
  /** Also as a text such as `"true"`. */
  enabled: z.union([z.boolean(), z.string()]).optional(),
  agentId: z.string().max(64).nullable().optional(),
  deleteAfterRun: z.union([z.boolean(), z.string()]).nullable().optional(),
  /** `{at}`, `{atMs}`, `{everyMs, anchorMs?}` or `{expr, tz?}`; `kind` follows. */
  schedule: open.optional(),
  /** Default `main` for a `systemEvent`, else `isolated`. */
  sessionTarget: z.enum(["main", "isolated"]).optional(),
  wakeMode: z.enum(["next-heartbeat", "now"]).optional(),
  /** `{text}`, `{message, …}` or `{name, params?}`; `kind` follows. */
  payload: open.optional(),
  isolation: open.nullable().optional(),
  /** What becomes of times that passed while nothing could run. Default `latest`. */
  catchUp: z.enum(["latest", "all", "skip"]).nullable().optional(),
  /** What becomes of a run that a crash interrupted. Default `retry`. */
  whenInterrupted: z.enum(["retry", "skip"]).nullable().optional(),
};
const fires = z.array(z.looseObject({ atMs: z.number(), local: z.string(), timeZone: z.string() }));

/** Jobs that the gateway runs by itself. */
export const cronMethods = {
  "cron.list": method({
    scope: "operator.read",
    params: z
      .strictObject({
        /** Jobs whose work is code too, which are left out otherwise. */
        workflows: z.boolean().optional(),
        includeDisabled: z.boolean().optional(),
        enabled: z.enum(["all", "enabled", "disabled"]).optional(),
        agentId: str1.optional(),
        query: z.string().max(200).optional(),
        limit: z.int().min(1).max(200).optional(),
        offset: z.int().min(0).optional(),
        sortBy: z.enum(["nextRunAtMs", "updatedAtMs", "name"]).optional(),
        sortDir: z.enum(["asc", "desc"]).optional(),
        compact: z.boolean().optional(),
        includeDeliveryPreviews: z.boolean().optional(),
      })
      .optional(),
    result: z.looseObject({ jobs: z.array(open) }),
  }),
  "cron.status": method({
    scope: "operator.read",
    params: z.strictObject({}).optional(),
    result: z.looseObject({ enabled: z.boolean(), storePath: z.string(), jobs: z.number(), nextWakeAtMs: z.number().nullable() }),
  }),
  /** The finished runs of one job, newest first. */
  "cron.runs": method({
    scope: "operator.read",
    params: z
      .strictObject({
        id: str1.max(64).optional(),
        jobId: str1.max(64).optional(),
        limit: z.int().min(1).max(5000).optional(),
        offset: z.int().min(0).optional(),
        sortDir: z.enum(["asc", "desc"]).optional(),
      })
      .refine(({ id, jobId }) => id !== undefined || jobId !== undefined, "must have required property 'id'"),
    result: z.looseObject({ entries: z.array(open) }),
  }),
  /** The job may also stand in `job` or `data`. */
  "cron.add": method({
    scope: "operator.admin",
    params: z.strictObject({ ...job, job: open.optional(), data: open.optional(), idempotencyKey: idempotencyKey.optional() }),
    result: z.looseObject({ id: z.string(), name: z.string(), enabled: z.boolean() }),
  }),
  /** `null` in the patch takes a field away. */
  "cron.update": method({
    scope: "operator.admin",
    params: z.strictObject({ ...named, patch: z.strictObject(job), idempotencyKey: idempotencyKey.optional() }).refine(...hasName),
    result: z.looseObject({ id: z.string(), name: z.string(), enabled: z.boolean() }),
  }),
  "cron.remove": method({
    scope: "operator.admin",
    params: z.strictObject({ ...named, idempotencyKey: idempotencyKey.optional() }).refine(...hasName),
    result: z.looseObject({ ok: z.boolean(), removed: z.boolean() }),
  }),
  /** Answers when the run has begun. `due` runs only a job whose time has come; `dryRun` says what a run would do and does nothing. */
  "cron.run": method({
    scope: "operator.admin",
    params: z
      .strictObject({
        ...named,
        mode: z.enum(["due", "force", "if-enabled"]).optional(),
        dryRun: z.boolean().optional(),
        idempotencyKey: idempotencyKey.optional(),
      })
      .refine(...hasName),
    result: z.looseObject({ ok: z.boolean() }),
  }),
  /** Ends the run of a job that is at work. */
  "cron.cancel": method({
    scope: "operator.admin",
    params: z.strictObject(named).refine(...hasName),
    result: z.looseObject({ ok: z.boolean(), cancelled: z.boolean() }),
  }),
  /** The next times of a job, or of a schedule before there is a job, and the times that did not run by the job's policy. */
  "cron.preview": method({
    scope: "operator.read",
    params: z.strictObject({ ...named, schedule: open.optional(), count: z.int().min(1).max(100).optional() }),
    result: z.looseObject({ fires }),
  }),
  /** How the agent's last look at its main session ended; null before the first one. */
  "last-heartbeat": method({
    scope: "operator.read",
    params: z.strictObject({}).optional(),
    result: z.looseObject({ ts: z.number(), status: z.string() }).nullable(),
  }),
} as const;
