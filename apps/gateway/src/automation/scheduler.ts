import type { Tool } from "@travelagent/agent-runtime";
import type { GatewayConfig, StatePaths } from "@travelagent/config";
import { type CronEvent, createScheduler, cronHandlers, type JobSeed, openFileJobStore, type Scheduler, seedJobs, type Workflow } from "@travelagent/cron";
import type { Gateway, Publisher } from "@travelagent/gateway-core";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger, Work } from "@travelagent/protocol/ports";
import type { Sessions } from "@travelagent/sessions";
import { cronTool } from "@travelagent/tools-automation";
import { type Heartbeat, openHeartbeat } from "./heartbeat.ts";
import { performJob } from "./perform-job.ts";

export interface AutomationOptions {
  config(): GatewayConfig;
  env: NodeJS.ProcessEnv;
  paths: StatePaths;
  db: Database;
  work: Work;
  sessions: Sessions;
  /** All of these are asked when they are needed: they are made later. */
  gateway(): Gateway;
  defaultAgentId(): string;
  agents(): readonly string[];
  workspaceOf(agentId: string): string;
  canLook(agentId: string): boolean;
  reset(sessionKey: string): Promise<void>;
  /** As `sessions.patch`. */
  patchSession(patch: { key: string; model?: string; thinkingLevel?: string }): Promise<unknown>;
  workflows: readonly Workflow[];
  /** Jobs of a fresh installation, besides those of the configuration. */
  seeds: readonly JobSeed[];
  publisher: Publisher;
  timeZone: string;
  clock: Clock;
  log: Logger;
}

/** Jobs and heartbeats: what the gateway does without being asked. */
export interface Automation {
  readonly heartbeat: Heartbeat;
  readonly tools: readonly Tool[];
  /** Absent methods mean that the jobs cannot be read; see the log. */
  readonly handlers: Handlers;
  /** Before the engine starts. */
  prepare(): Promise<void>;
  /** After the gateway started. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Work of code costs no model: a long one must not hold up a reminder. */
const codeAtOnce = 4;
const skips = new Set(["1", "true", "yes", "on"]);

/** What clients hear of a job, in the form of each generation. */
const eventOf = (event: CronEvent): { jobId: string; action: CronEvent["action"] } & Record<string, unknown> => {
  if (event.action === "progress") return { jobId: event.jobId, action: event.action, done: event.done, of: event.of };
  if (event.action === "started") return { jobId: event.jobId, action: event.action, runAtMs: event.runAtMs };
  if (event.action === "removed") return { jobId: event.jobId, action: event.action };
  if (event.action !== "finished") {
    const { nextRunAtMs } = event.job.state;
    return { jobId: event.jobId, action: event.action, ...(nextRunAtMs === undefined ? {} : { nextRunAtMs }) };
  }
  const { status, error, summary, runAtMs, durationMs, nextRunAtMs } = event.record;
  return {
    jobId: event.jobId,
    action: event.action,
    status,
    ...(error === undefined ? {} : { error }),
    ...(summary === undefined ? {} : { summary }),
    runAtMs,
    durationMs,
    ...(nextRunAtMs === undefined ? {} : { nextRunAtMs }),
  };
};

export function openAutomation(options: AutomationOptions): Automation {
  const { config, env, paths, db, work, sessions, gateway, defaultAgentId, agents, workflows, seeds, publisher, timeZone, clock, log } = options;
  const heartbeat = openHeartbeat({ ...options, publish: (payload) => publisher.publish("heartbeat", payload) });
  const isOn = config().cron.enabled && !skips.has((env.TRAVELAGENT_SKIP_CRON ?? "").trim().toLowerCase());
  let scheduler: Scheduler | undefined;
  const handlers: Handlers = {
    ...heartbeat.handlers,
    // What waits in a main session for the next look has to be known to whoever looks.
    async wake(params, call) {
      const { mode, text, sessionKey = "main", agentId } = params;
      const key = gateway().sessionKeyNamed(sessionKey, agentId);
      const agent = /^agent:([^:]+):main$/.exec(key)?.[1];
      if (mode === "now" || agent === undefined || !agents().includes(agent)) return (await gateway().handlers.wake!(params, call)) as { ok: boolean };
      await heartbeat.wake({ text, mode, agentId: agent });
      return { ok: true };
    },
  };
  const running = (): Scheduler => {
    if (!scheduler) throw new TravelAgentError("UNAVAILABLE", "the jobs of this gateway cannot be read; its log says why");
    return scheduler;
  };

  return {
    heartbeat,
    handlers,
    tools: [cronTool({ scheduler: running, wake: heartbeat.wake })],
    async prepare() {
      await heartbeat.prepare();
      try {
        const store = await openFileJobStore({ jobsPath: paths.cronJobs, runsDirectory: paths.cronRuns, db, clock });
        const own = config().cron.jobs;
        await seedJobs({ store, jobs: [...own, ...seeds.filter(({ name }) => !own.some((job) => job.name === name))], clock });
        const made = createScheduler({
          store,
          db,
          work,
          enabled: isOn,
          maxConcurrentRuns: (kind) => Math.max(config().cron.maxConcurrentRuns, kind === "code" ? codeAtOnce : 1),
          catchUpCap: config().cron.catchUpCap,
          perform: performJob({
            ...options,
            heartbeat,
            workflows: () => workflows,
            session: (key) => sessions.get(key),
            async choose(key, choice) {
              await sessions.ensure(key, { channel: "webchat", accountId: "default", chatType: "direct", peerId: key });
              await options.patchSession({ key, ...choice });
            },
            gateway,
            defaultAgentId,
          }),
          timeZone,
          onEvent(event) {
            publisher.publish("cron", eventOf(event));
            if (event.action === "finished" && event.record.status === "error")
              log.error("a job failed", { jobId: event.jobId, runId: event.runId, error: event.record.error });
          },
          clock,
          log,
        });
        await made.prepare();
        scheduler = made;
        Object.assign(handlers, cronHandlers({ scheduler: made, storePath: paths.cronJobs }));
      } catch (error) {
        // A file that cannot be read as jobs is left alone and costs no more than the jobs.
        log.error("the cron jobs cannot be read", { path: paths.cronJobs, error: String(error) });
      }
    },
    async start() {
      heartbeat.start();
      await scheduler?.start();
    },
    async stop() {
      heartbeat.stop();
      await scheduler?.stop().catch((error: unknown) => log.warn("the state of the jobs could not be written down", { error: String(error) }));
    },
  };
}
