import * as z from "zod";

/** Milliseconds since the epoch. */
const timestamp = z.int().min(0);

export const Schedule = z.discriminatedUnion("kind", [
  /** Once. */
  z.strictObject({ kind: z.literal("at"), atMs: timestamp }),
  /** Every `everyMs`, counted from the anchor (the time of creation when there is none). */
  z.strictObject({ kind: z.literal("every"), everyMs: z.int().min(1), anchorMs: timestamp.optional() }),
  /** Five fields; `tz` is an IANA zone, the machine's own when it is left out. */
  z.strictObject({ kind: z.literal("cron"), expr: z.string().min(1), tz: z.string().min(1).optional() }),
]);
export type Schedule = z.infer<typeof Schedule>;

export const Payload = z.discriminatedUnion("kind", [
  /** A line for the main session; only with target `main`. */
  z.strictObject({ kind: z.literal("systemEvent"), text: z.string().min(1) }),
  /** A turn of its own; only with target `isolated`. */
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
  /** Code by its name; only with target `isolated`. */
  z.strictObject({ kind: z.literal("workflow"), name: z.string().min(1), params: z.record(z.string(), z.unknown()).optional() }),
]);
export type Payload = z.infer<typeof Payload>;

/** How the result of an isolated run is told to the main session. */
export const Isolation = z.strictObject({
  postToMainPrefix: z.string().default("Cron"),
  postToMainMode: z.enum(["summary", "full"]).default("summary"),
  postToMainMaxChars: z.int().min(1).default(8000),
});
export type Isolation = z.infer<typeof Isolation>;

export const RunStatus = z.enum(["ok", "error", "skipped"]);
export type RunStatus = z.infer<typeof RunStatus>;

/** What becomes of the times that passed while nothing could run: the last one runs late, all do (up to a limit), or none does. */
export const CatchUp = z.enum(["latest", "all", "skip"]);
export type CatchUp = z.infer<typeof CatchUp>;

/** What becomes of a run that a crash interrupted: it goes on behind its finished steps, once, or it is given up and said so. */
export const WhenInterrupted = z.enum(["retry", "skip"]);
export type WhenInterrupted = z.infer<typeof WhenInterrupted>;

export const JobState = z.strictObject({
  nextRunAtMs: timestamp.optional(),
  runningAtMs: timestamp.optional(),
  lastRunAtMs: timestamp.optional(),
  lastStatus: RunStatus.optional(),
  lastError: z.string().optional(),
  lastDurationMs: z.int().min(0).optional(),
});
export type JobState = z.infer<typeof JobState>;

/** What a person decides about a job. */
export const JobDefinition = z.strictObject({
  name: z.string().min(1).max(200),
  description: z.string().optional(),
  enabled: z.boolean(),
  agentId: z.string().min(1).optional(),
  deleteAfterRun: z.boolean().optional(),
  schedule: Schedule,
  sessionTarget: z.enum(["main", "isolated"]),
  wakeMode: z.enum(["next-heartbeat", "now"]),
  payload: Payload,
  isolation: Isolation.optional(),
  /** Default `latest`. */
  catchUp: CatchUp.optional(),
  /** Default `retry`. */
  whenInterrupted: WhenInterrupted.optional(),
});
export type JobDefinition = z.infer<typeof JobDefinition>;

export const Job = z.strictObject({
  /** Also the name of its history file. */
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/),
  ...JobDefinition.shape,
  createdAtMs: timestamp,
  updatedAtMs: timestamp,
  state: JobState,
  /** The entry of the configuration it came from, as last read. Kept to tell edits there from edits here. */
  seed: JobDefinition.optional(),
});
export type Job = z.infer<typeof Job>;

/** One finished run, a line of the job's history. */
export const RunRecord = z.strictObject({
  ts: timestamp,
  jobId: z.string(),
  action: z.literal("finished"),
  status: RunStatus,
  error: z.string().optional(),
  summary: z.string().optional(),
  runAtMs: timestamp,
  durationMs: z.int().min(0),
  nextRunAtMs: timestamp.optional(),
});
export type RunRecord = z.infer<typeof RunRecord>;
