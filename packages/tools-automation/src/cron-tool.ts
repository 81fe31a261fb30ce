import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";

interface KnownJob {
  id: string;
  name: string;
  description?: string | undefined;
  enabled: boolean;
  agentId?: string | undefined;
}

/** What the tool needs of whoever runs jobs; `Scheduler` of `@travelagent/cron` with its forms of new jobs and patches. */
export interface CronToolOptions {
  scheduler(): {
    readonly enabled: boolean;
    list(): KnownJob[];
    get(id: string): KnownJob | undefined;
    size(): number;
    nextWakeAtMs(): number | undefined;
    add(job: never): Promise<KnownJob>;
    update(id: string, patch: never): Promise<KnownJob>;
    remove(id: string): Promise<boolean>;
    run(id: string, options: { key: string }): Promise<{ ran: boolean; reason?: string }>;
    runs(id: string, options: { limit: number }): Promise<unknown[]>;
  };
  wake(request: { text: string; mode: "now" | "next-heartbeat"; agentId?: string }): Promise<void>;
}

const schedule = z.union([
  z.strictObject({ kind: z.literal("at"), at: z.iso.datetime({ offset: true }).describe("Once, such as 2027-03-28T10:15:00+02:00.") }),
  z.strictObject({ kind: z.literal("every"), everyMs: z.int().min(60_000) }),
  z.strictObject({ kind: z.literal("cron"), expr: z.string().min(1).max(200).describe("minute hour day month weekday"), tz: z.string().max(64).optional() }),
]);
const fields = {
  name: z.string().min(1).max(200),
  description: z.string().max(1_000).optional(),
  schedule,
  message: z.string().min(1).max(8_000).describe("What you are to do then. You will see nothing of this conversation."),
  deleteAfterRun: z.boolean().optional(),
};
const id = z.string().min(1).max(64);
/** How long a yes to a change of jobs counts. */
const yesCountsMs = 15 * 60_000;

const Args = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("status") }),
  z.strictObject({ action: z.literal("list") }),
  z.strictObject({ action: z.literal("add"), ...fields }),
  z.strictObject({
    action: z.literal("update"),
    id,
    enabled: z.boolean().optional(),
    name: fields.name.optional(),
    schedule: schedule.optional(),
    message: fields.message.optional(),
  }),
  z.strictObject({ action: z.literal("remove"), id }),
  z.strictObject({ action: z.literal("run"), id }),
  z.strictObject({ action: z.literal("runs"), id }),
  z.strictObject({ action: z.literal("wake"), text: z.string().min(1).max(2_000), mode: z.enum(["now", "next-heartbeat"]).optional() }),
]);
type Args = z.infer<typeof Args>;

const scheduleOf = (given: z.infer<typeof schedule>) => (given.kind === "at" ? { kind: "at", atMs: Date.parse(given.at) } : given);

/**
 * `cron`: an agent's own jobs. It sees and changes those of its own only, works in a session of its own then, sends nothing by itself, and
 * cannot be used from a customer's conversation or from a job: jobs that make jobs have no end.
 */
export function cronTool({ scheduler, wake }: CronToolOptions): Tool {
  const own = (agentId: string, jobId: string): KnownJob => {
    const job = scheduler().get(jobId);
    if (!job || job.agentId !== agentId) throw new TravelAgentError("NOT_FOUND", `you have no job ${jobId}; list shows yours`);
    return job;
  };
  return defineTool({
    name: "cron",
    description: "Your own jobs: things you do by yourself at set times. Actions: status, list, add, update, remove, run, runs, wake.",
    group: "automation",
    optIn: true,
    facts: ["action"],
    args: Args,
    effect: "write",
    writes: "configuration",
    async describe(args, { now }) {
      const named = "id" in args ? (scheduler().get(args.id)?.name ?? args.id) : "name" in args ? args.name : "";
      return {
        title: `Jobs: ${args.action} ${named}`.trim(),
        lines: [
          ...("schedule" in args && args.schedule ? [`When: ${JSON.stringify(args.schedule)}`] : []),
          ...("message" in args && args.message ? [`What: ${args.message}`] : []),
          ...("text" in args ? [args.text] : []),
        ],
        expiresAt: now + yesCountsMs,
        subject: { ...args },
        facts: { action: args.action },
      };
    },
    async execute(args: Args, { turn, idempotencyKey, tainted }) {
      const { agentId, sessionKey } = turn;
      if (sessionKey !== `agent:${agentId}:main`) throw new TravelAgentError("FORBIDDEN", "jobs are made in the agent's main session, by the agency's people");
      const jobs = scheduler();
      switch (args.action) {
        case "status":
          return {
            content: { enabled: jobs.enabled, jobs: jobs.list().filter((job) => job.agentId === agentId).length, nextWakeAtMs: jobs.nextWakeAtMs() ?? null },
          };
        case "list":
          return { content: { jobs: jobs.list().filter((job) => job.agentId === agentId) } };
        case "add": {
          if (tainted) throw new TravelAgentError("FORBIDDEN", "a job is not made of words that somebody else wrote; ask the person for it");
          const { name, description, schedule: when, message, deleteAfterRun } = args;
          const jobId = `job-${idempotencyKey.replace(/[^A-Za-z0-9]/g, "").slice(-40)}`;
          const job = {
            id: jobId,
            name,
            enabled: true,
            agentId,
            ...(description === undefined ? {} : { description }),
            ...(deleteAfterRun === undefined ? {} : { deleteAfterRun }),
            schedule: scheduleOf(when),
            sessionTarget: "isolated",
            wakeMode: "next-heartbeat",
            payload: { kind: "agentTurn", message },
          };
          return { content: { job: jobs.get(jobId) ?? (await jobs.add(job as never)) } };
        }
        case "update": {
          const { id: jobId, schedule: when, message, name, enabled } = args;
          own(agentId, jobId);
          if (tainted) throw new TravelAgentError("FORBIDDEN", "a job is not changed by words that somebody else wrote; ask the person for it");
          const patch = {
            ...(name === undefined ? {} : { name }),
            ...(enabled === undefined ? {} : { enabled }),
            ...(when === undefined ? {} : { schedule: scheduleOf(when) }),
            ...(message === undefined ? {} : { payload: { kind: "agentTurn", message } }),
          };
          return { content: { job: await jobs.update(jobId, patch as never) } };
        }
        case "remove":
          own(agentId, args.id);
          return { content: { removed: await jobs.remove(args.id) } };
        case "run":
          own(agentId, args.id);
          return { content: await jobs.run(args.id, { key: idempotencyKey.replace(/[^\w.-]/g, "_").slice(0, 100) }) };
        case "runs":
          own(agentId, args.id);
          return { content: { runs: await jobs.runs(args.id, { limit: 20 }) }, tainted: true };
        case "wake":
          await wake({ text: args.text, mode: args.mode ?? "next-heartbeat", agentId });
          return { content: { ok: true } };
      }
    },
  });
}
