import type { GatewayConfig } from "@travelagent/config";
import type { Isolation, Job, JobOutcome, JobRun, Payload, Workflow } from "@travelagent/cron";
import type { Gateway } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { sessionKey } from "@travelagent/sessions";
import { callOf, type Heartbeat } from "./heartbeat.ts";
import { okToken } from "./heartbeat-rules.ts";

export interface PerformOptions {
  config(): GatewayConfig;
  gateway(): Pick<Gateway, "runs" | "handlers">;
  heartbeat: Heartbeat;
  workflows(): readonly Workflow[];
  defaultAgentId(): string;
  /** Begins a session anew, in its lane. */
  reset(sessionKey: string): Promise<void>;
  /** The model and how long it thinks, for the next turns of a session; made when it is not there. Raises `INVALID_REQUEST` for a model nobody knows. */
  choose(sessionKey: string, choice: { model?: string; thinkingLevel?: string }): Promise<void>;
  session(sessionKey: string): Promise<{ lastChannel?: string; lastTo?: string } | undefined>;
  timeZone: string;
  clock: Clock;
}

type AgentTurn = Extract<Payload, { kind: "agentTurn" }>;

const defaults: Isolation = { postToMainPrefix: "Cron", postToMainMode: "summary", postToMainMaxChars: 8_000 };
const summaryChars = 2_000;
/** A workflow that has something to say says it itself; the agency's agent hears of what went wrong. */
const shortened = (text: string, chars: number): string => (text.length > chars ? `${text.slice(0, chars - 1)}…` : text);

/** What a job does when its time has come. */
export function performJob(options: PerformOptions): (run: JobRun) => Promise<JobOutcome> {
  const { gateway, heartbeat, workflows, defaultAgentId, reset, choose, session, timeZone, clock } = options;
  const agentOf = ({ agentId }: Job): string => agentId ?? defaultAgentId();

  const tellMain = async (run: JobRun, status: JobOutcome["status"], body: string): Promise<void> => {
    const { postToMainPrefix, postToMainMode, postToMainMaxChars } = { ...defaults, ...run.job.isolation };
    const limit = postToMainMode === "full" ? postToMainMaxChars : Math.min(summaryChars, postToMainMaxChars);
    const text = `${postToMainPrefix}${status === "ok" ? "" : ` (${status})`}: ${run.job.name}: ${shortened(body.trim(), limit)}`;
    await run.step("tell-main", () => heartbeat.wake({ text, mode: run.job.wakeMode, agentId: agentOf(run.job) }));
  };

  async function systemEvent(run: JobRun, text: string): Promise<JobOutcome> {
    if (run.job.sessionTarget !== "main") return { status: "skipped", error: "a system event goes to the main session only" };
    if (run.dryRun) return { status: "ok", summary: `would put this into the main session: ${text}` };
    const agentId = agentOf(run.job);
    await run.step("event", () => heartbeat.wake({ text, mode: "next-heartbeat", agentId }));
    if (run.job.wakeMode !== "now") return { status: "ok", summary: text };
    const looked = await run.step("look", () => heartbeat.look(agentId, { waitMs: 120_000 }));
    if (looked.status === "failed") return { status: "error", error: looked.reason ?? "the agent could not look at it" };
    return looked.status === "skipped" ? { status: "skipped", error: looked.reason ?? "skipped" } : { status: "ok", summary: looked.text ?? text };
  }

  const targetOf = async ({ channel = "last", to }: AgentTurn, agentId: string): Promise<{ channel: string; to: string } | undefined> => {
    if (channel !== "last") return to === undefined ? undefined : { channel, to };
    const main = await session(`agent:${agentId}:main`);
    const known = main?.lastChannel;
    if (known === undefined || known === "webchat") return undefined;
    const peer = to ?? main?.lastTo;
    return peer === undefined ? undefined : { channel: known, to: peer };
  };

  async function agentTurn(run: JobRun, payload: AgentTurn): Promise<JobOutcome> {
    const { job, runId, signal } = run;
    if (job.sessionTarget !== "isolated") return { status: "skipped", error: "an agent's turn has a session of its own: set sessionTarget to isolated" };
    const agentId = agentOf(job);
    const key = sessionKey({ kind: "cron", agentId, jobId: job.id });
    const wanted = payload.deliver ?? payload.to !== undefined;
    if (run.dryRun) {
      const target = wanted ? await targetOf(payload, agentId) : undefined;
      const where = target ? ` and send the answer to ${target.to} on ${target.channel}` : wanted ? ", and has nowhere to send the answer to" : "";
      return { status: "ok", summary: `would ask the agent ${agentId} in a new session ${key}${where}: ${payload.message}` };
    }
    await run.step("session", async () => {
      if (await session(key)) await reset(key);
      const { model, thinking } = payload;
      if (model !== undefined || thinking !== undefined)
        await choose(key, { ...(model === undefined ? {} : { model }), ...(thinking === undefined ? {} : { thinkingLevel: thinking }) });
    });
    const local = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(clock.now());
    const started = await run.step("start", () =>
      gateway().runs.start({
        agentId,
        sessionKey: key,
        // Where the agency's own people read along; no customer is there.
        channel: "webchat",
        peerId: key,
        senderName: job.name,
        text: `[cron:${job.id} ${job.name}] ${payload.message}\n(It is ${local}, ${timeZone}.)`,
        idempotencyKey: runId,
      }),
    );
    const stop = () =>
      void Promise.resolve(gateway().handlers["chat.abort"]?.({ sessionKey: key, runId: started.runId }, callOf(`cron:${job.id}`))).catch(() => undefined);
    // A shutdown leaves the turn to the engine; whoever ends the run ends the turn too.
    const onAbort = () => {
      if (!TravelAgentError.is(signal.reason, "UNAVAILABLE")) stop();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const { outcome, text } = await gateway().runs.result(started.runId, 7_200_000);
      if (outcome === "failed") throw new TravelAgentError("UNAVAILABLE", text || "the agent could not do it");
      if (outcome === "handed-over") return { status: "skipped", error: "the agent is paused, or a person has its session" };
      const nothing = text.trim() === "" || text.trim().startsWith(okToken);
      if (nothing) return { status: "ok" };
      if (wanted) await sendOut(run, payload, agentId, text);
      await tellMain(run, "ok", text);
      return { status: "ok", summary: shortened(text, summaryChars) };
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async function sendOut(run: JobRun, payload: AgentTurn, agentId: string, message: string): Promise<void> {
    try {
      const target = await targetOf(payload, agentId);
      if (!target)
        throw new TravelAgentError("INVALID_REQUEST", "nobody is named who gets the answer, and the main session was never written to from a channel");
      await run.step("send", async () => {
        await gateway().handlers.send!({ ...target, message, idempotencyKey: run.runId }, callOf(`cron:${run.job.id}`));
      });
    } catch (error) {
      if (!payload.bestEffortDeliver || run.signal.aborted) throw error;
    }
  }

  async function workflow(run: JobRun, { name, params = {} }: Extract<Payload, { kind: "workflow" }>): Promise<JobOutcome> {
    const found = workflows().find((one) => one.name === name);
    if (!found)
      throw new TravelAgentError(
        "NOT_FOUND",
        `there is no workflow ${name}; known: ${
          workflows()
            .map((one) => one.name)
            .join(", ") || "none"
        }`,
      );
    const parsed = found.params.safeParse(params);
    if (!parsed.success)
      throw new TravelAgentError(
        "INVALID_REQUEST",
        `params of ${name}: ${parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")}`,
      );
    const { job, slotMs, signal, dryRun, step, progress } = run;
    const { status, summary, counts } = await found.run({ jobId: job.id, slotMs, params: parsed.data, signal, dryRun, step, progress });
    return { status, summary, ...(counts ? { counts } : {}) };
  }

  return async (run) => {
    const { payload } = run.job;
    try {
      if (payload.kind === "systemEvent") return await systemEvent(run, payload.text);
      if (payload.kind === "agentTurn") return await agentTurn(run, payload);
      return await workflow(run, payload);
    } catch (error) {
      if (!run.dryRun && !run.signal.aborted && payload.kind !== "systemEvent") await tellMain(run, "error", TravelAgentError.from(error).message);
      throw error;
    }
  };
}
