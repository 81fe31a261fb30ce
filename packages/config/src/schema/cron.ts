import * as z from "zod";

const schedule = z.union([
  z.strictObject({ kind: z.literal("at"), atMs: z.int().min(0) }),
  z.strictObject({ kind: z.literal("at"), at: z.string().min(1).describe("ISO 8601; without an offset it is UTC.") }),
  z.strictObject({ kind: z.literal("every"), everyMs: z.int().min(1), anchorMs: z.int().min(0).optional() }),
  z.strictObject({
    kind: z.literal("cron"),
    expr: z.string().min(1).describe("Five fields: minute hour day month weekday."),
    tz: z.string().min(1).optional(),
  }),
]);

const payload = z.union([
  z.strictObject({ kind: z.literal("systemEvent"), text: z.string().min(1) }),
  z.strictObject({
    kind: z.literal("agentTurn"),
    message: z.string().min(1),
    model: z.string().min(1).optional(),
    thinking: z.string().min(1).optional(),
    timeoutSeconds: z.int().min(1).optional(),
    deliver: z.boolean().optional(),
    channel: z.string().min(1).optional(),
    to: z.string().min(1).optional(),
    bestEffortDeliver: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal("workflow"), name: z.string().min(1), params: z.record(z.string(), z.unknown()).optional() }),
]);

/** A job as it is written by hand. It is put into the job store by its name. */
const job = z.strictObject({
  name: z.string().min(1).max(200),
  description: z.string().optional(),
  enabled: z.boolean().optional(),
  agentId: z.string().min(1).optional(),
  deleteAfterRun: z.boolean().optional(),
  schedule,
  payload,
  sessionTarget: z.enum(["main", "isolated"]).optional(),
  wakeMode: z.enum(["next-heartbeat", "now"]).optional(),
  catchUp: z.enum(["latest", "all", "skip"]).optional().describe("What becomes of times that passed while nothing could run. Default latest."),
  whenInterrupted: z.enum(["retry", "skip"]).optional().describe("What becomes of a run that a crash interrupted. Default retry."),
});

export const cron = z.strictObject({
  enabled: z.boolean().default(true),
  maxConcurrentRuns: z.int().min(1).max(100).default(1).describe("Jobs that may run at the same time."),
  catchUpCap: z.int().min(1).max(1000).default(24).describe('The most times of the past that a job with catchUp "all" makes up for.'),
  jobs: z.array(job).default([]),
});
