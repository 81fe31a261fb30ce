import { createHash } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, type Logger, silentLogger, systemClock, type Tx, type Work, type WorkContext } from "@travelagent/protocol/ports";
import { type AgentPort, type ThinkingLevel, type TurnOutcome, type TurnScope, thinkingLevels } from "@travelagent/protocol/turn";
import * as z from "zod";
import { isTainted } from "../gate/provenance.ts";
import { storeCannotWrite } from "../gate/store-failure.ts";
import type { Transcript } from "../transcript.ts";
import { announcement } from "./announcement.ts";
import { createRunStore, type SubAgentRun } from "./run-store.ts";
import { isSubAgent } from "./sub-agent-key.ts";

export type { SubAgentRun } from "./run-store.ts";

export interface SubAgentRequest {
  /** The turn that gives the task. The helper works for its customer, and for nobody else. */
  parent: TurnScope;
  /** The same key from the same session is the same task, also after a restart. */
  key: string;
  task: string;
  /** Default the agent that asks. */
  agentId?: string;
  label?: string;
  model?: string;
  thinking?: ThinkingLevel;
  timeoutMs?: number;
  /** The words of the task may come from a third party. */
  tainted: boolean;
  /** A helper of this session that goes on in its own conversation. Default a new one. */
  sessionKey?: string;
  /** The session hears of the end by a note. False for who waits for `result`. */
  announce: boolean;
  /** Sets the helper's session aside when it has finished. */
  discard?: boolean;
}

/** Helpers of an agent: turns in sessions of their own, where nobody can be asked for a yes. */
export interface SubAgents {
  /** Creates the table and registers the durable function. Before the engine starts. */
  prepare(): Promise<void>;
  /**
   * Resolves when the task is durable. Raises `FORBIDDEN` when a helper asks for helpers or the agent may not use that one,
   * `LOOP_LIMIT` when this session has too many at work, `CONFLICT` when the named helper is still at work.
   */
  spawn(request: SubAgentRequest): Promise<SubAgentRun>;
  /** Waits for the end. Raises `TIMEOUT`. */
  result(runId: string, timeoutMs: number): Promise<SubAgentRun>;
  /** The tasks this session gave, newest first. */
  of(parentKey: string): Promise<SubAgentRun[]>;
  /** Ends those of a session that are at work; how many there were. */
  stop(parentKey: string): Promise<number>;
  /** Ends those at work whose agent may not work any more; how many there were. Their sessions hear of it. */
  stopPaused(): Promise<number>;
  /** After the engine started: those that died with their process more often than they may have failed, and their sessions hear of it. */
  sweep(): Promise<void>;
}

/** What helpers need of the session store. */
export interface SubAgentSessions extends Transcript {
  ensure(
    key: string,
    meta: { channel: string; accountId: string; chatType: "direct" | "group"; peerId: string; customerId?: string; label?: string },
  ): Promise<unknown>;
  archive(key: string): Promise<unknown>;
}

export interface SubAgentsOptions {
  work: Work;
  db: Database;
  agent: AgentPort;
  sessions: SubAgentSessions;
  /** Sets the agent of a session going with something it is told by the gateway. A repeat of the same id changes nothing. */
  note(note: { id: string; sessionKey: string; text: string; tainted: boolean }): Promise<void>;
  /** Which agents an agent may send. Default only itself. */
  mayUse?(agentId: string, helper: string): boolean;
  /** False for an agent that was stopped: its helpers ask no model. Default true. */
  mayWork?(agentId: string): boolean;
  /** In the commit of the end: what the models used. */
  recordUsage?(tx: Tx, used: { runId: string; sessionKey: string; agentId: string; outcome: TurnOutcome }): Promise<void>;
  /** Helpers of one session at the same time. Default 5. */
  maxPerSession?: number;
  /** Longest time of a helper. Default 10 minutes. */
  timeoutMs?: number;
  /** How long a helper's session stays in the index after its last end. Default one hour. */
  keepMs?: number;
  clock?: Clock;
  log?: Logger;
}

const workName = "sub-agent";
const archiveName = "sub-agent.archive";
const paused = "it was stopped: its agent is paused";
const interrupted = "it was interrupted too often";

const Input = z.strictObject({
  scope: z.custom<TurnScope>((value) => typeof value === "object" && value !== null),
  task: z.string(),
  tainted: z.boolean(),
  announce: z.boolean(),
  discard: z.boolean(),
  model: z.string().optional(),
  thinking: z.enum(thinkingLevels).optional(),
});

/** Tells tasks apart without carrying what they say. */
const idOf = (...parts: string[]): string => createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32);

export function createSubAgents({
  work,
  db,
  agent,
  sessions,
  note,
  mayUse = (agentId, helper) => agentId === helper,
  mayWork = () => true,
  recordUsage,
  maxPerSession = 5,
  timeoutMs: longestMs = 600_000,
  keepMs = 3_600_000,
  clock = systemClock,
  log = silentLogger,
}: SubAgentsOptions): SubAgents {
  const store = createRunStore(db);

  const stateOf = (outcome: TurnOutcome): SubAgentRun["state"] => (outcome.kind === "replied" || outcome.kind === "silent" ? "done" : "failed");

  async function run(context: WorkContext, rawInput: unknown): Promise<unknown> {
    const { scope, task, tainted, announce, discard, model, thinking } = Input.parse(rawInput);
    const { sessionKey, customerId, channel, accountId, chatType, peerId } = scope;
    const begun = await store.get(context.id);
    if (!begun) return { state: "cancelled" };
    if (begun.state !== "running") {
      // The process died between the end and what follows it.
      await ended(context.id, { announce, discard });
      return { state: begun.state };
    }
    if (!mayWork(scope.agentId)) {
      await fail(context.id, paused);
      await ended(context.id, { announce, discard });
      return { state: "failed" };
    }
    await sessions.ensure(sessionKey, {
      channel,
      accountId,
      chatType,
      peerId,
      ...(customerId === undefined ? {} : { customerId }),
      ...(begun.label === undefined ? {} : { label: begun.label }),
    });
    const now = clock.now();
    const message = { text: task, sentAt: now, receivedAt: now, lastShown: [], ...(tainted ? { tainted } : {}) };
    const prefer = { ...(model === undefined ? {} : { model }), ...(thinking === undefined ? {} : { thinking }) };
    const outcome = await agent.run({ turn: scope, message, prefer }, context, () => undefined);
    const hasReadOthers = isTainted(await sessions.messages(sessionKey));
    await sessions.append(sessionKey, [{ id: `${context.id}:final`, message: outcome.message }], { durable: true });
    const usage = outcome.usage ?? outcome.message.usage;
    const state = stateOf(outcome);
    await context.transaction("end", async (tx) => {
      const text = state === "done" ? outcome.text : (outcome.reason ?? outcome.text);
      const end = { state, text, tainted: tainted || hasReadOthers, totalTokens: usage?.totalTokens ?? 0 };
      if (await store.end(tx, context.id, end, clock.now())) await recordUsage?.(tx, { runId: context.id, sessionKey, agentId: scope.agentId, outcome });
    });
    await ended(context.id, { announce, discard });
    return { state };
  }

  /** What follows an end, whichever it was. Safe to repeat. */
  async function ended(runId: string, { announce, discard }: { announce: boolean; discard: boolean }): Promise<void> {
    const done = (await store.get(runId))!;
    if (announce && done.state !== "cancelled")
      await note({ id: `${runId}:announce`, sessionKey: done.parentKey, text: announcement(done), tainted: done.tainted });
    await work.submit({
      name: archiveName,
      id: `${runId}:archive`,
      input: { sessionKey: done.sessionKey, runId, afterMs: discard ? 0 : keepMs },
    });
  }

  async function fail(runId: string, reason: string): Promise<void> {
    const row = (await store.get(runId))!;
    await db.transaction((tx) => store.end(tx, runId, { state: "failed", text: reason, tainted: row.tainted, totalTokens: 0 }, clock.now()));
  }

  return {
    async prepare() {
      await store.migrate();
      work.define(workName, async (context, input) => {
        try {
          return await run(context, input);
        } catch (thrown) {
          const reason = TravelAgentError.from(context.signal.aborted ? context.signal.reason : thrown);
          if (reason.code === "CANCELLED" && (await store.get(context.id))?.state === "failed") await ended(context.id, Input.parse(input));
          // Cancelled is on record already; a process that stops goes on after the start; a store that cannot write is asked again.
          if (reason.code === "CANCELLED" || (reason.code === "UNAVAILABLE" && context.signal.aborted) || storeCannotWrite(reason)) throw thrown;
          log.warn("a helper failed", { runId: context.id, code: reason.code });
          await fail(context.id, `it could not finish: ${reason.code}`);
          await ended(context.id, Input.parse(input));
          throw thrown;
        }
      });
      work.define(archiveName, async (context, input) => {
        const { sessionKey, runId, afterMs } = input as { sessionKey: string; runId: string; afterMs: number };
        await context.sleep("keep", afterMs);
        // It was given another task meanwhile: the end of that one counts.
        const [last] = await store.in(sessionKey);
        if (last?.runId === runId) await sessions.archive(sessionKey);
      });
    },

    async spawn({
      parent,
      key,
      task,
      agentId = parent.agentId,
      label,
      model,
      thinking,
      timeoutMs = longestMs,
      tainted,
      sessionKey: known,
      announce,
      discard = false,
    }) {
      if (isSubAgent(parent.sessionKey))
        throw new TravelAgentError("FORBIDDEN", "a helper cannot send helpers of its own; do it yourself or say what is missing");
      if (!mayUse(parent.agentId, agentId))
        throw new TravelAgentError("FORBIDDEN", `${parent.agentId} may not send ${agentId}; see agents_list for those it may`);
      const runId = `helper-${idOf(parent.sessionKey, key)}`;
      const before = await store.get(runId);
      if (before) return before;
      const sessionKey = known ?? `agent:${agentId}:subagent:${idOf(runId)}`;
      const mine = await store.of(parent.sessionKey, 200);
      if (known !== undefined && !mine.some((run) => run.sessionKey === known))
        throw new TravelAgentError("NOT_FOUND", `there is no helper ${known} of this conversation; sessions_list shows them`);
      const busy = mine.filter((run) => run.state === "running");
      if (busy.some((run) => run.sessionKey === sessionKey)) throw new TravelAgentError("CONFLICT", "this helper is still at work; wait for its answer");
      if (busy.length >= maxPerSession)
        throw new TravelAgentError("LOOP_LIMIT", `${maxPerSession} helpers are at work for this conversation; wait for one of them`, {
          details: { ruleId: "sub-agents.limit" },
        });
      const { traceparent, customerId } = parent;
      const scope: TurnScope = {
        runId,
        agentId,
        sessionKey,
        channel: parent.channel,
        accountId: parent.accountId,
        chatType: parent.chatType,
        peerId: parent.peerId,
        timeZone: parent.timeZone,
        ...(customerId === undefined ? {} : { customerId }),
        ...(traceparent === undefined ? {} : { traceparent }),
        unattended: true,
      };
      const run = {
        runId,
        parentKey: parent.sessionKey,
        sessionKey,
        agentId,
        task,
        tainted,
        startedAt: clock.now(),
        ...(label === undefined ? {} : { label }),
      };
      const input = { scope, task, tainted, announce, discard, ...(model === undefined ? {} : { model }), ...(thinking === undefined ? {} : { thinking }) };
      // Without a lane: whoever waits for it holds one.
      await db.transaction(async (tx) => {
        await store.begin(tx, run);
        await work.submit({ name: workName, id: runId, input, timeoutMs: Math.min(timeoutMs, longestMs) }, tx);
      });
      return (await store.get(runId))!;
    },

    async result(runId, timeoutMs) {
      await work.result(runId, timeoutMs);
      const row = await store.get(runId);
      if (!row) throw new TravelAgentError("NOT_FOUND", `there is no helper's task ${runId}`);
      if (row.state !== "running") return row;
      // It died with its process more often than it may.
      await fail(runId, interrupted);
      return (await store.get(runId))!;
    },

    of: (parentKey) => store.of(parentKey),

    async stop(parentKey) {
      const running = (await store.of(parentKey, 200)).filter((run) => run.state === "running");
      for (const { runId, tainted } of running) {
        await db.transaction((tx) => store.end(tx, runId, { state: "cancelled", tainted, totalTokens: 0 }, clock.now()));
        await work.cancel(runId);
      }
      return running.length;
    },

    async stopPaused() {
      const theirs = (await store.running()).filter(({ agentId }) => !mayWork(agentId));
      for (const { runId } of theirs) {
        // One that waits finds out by itself when it begins.
        if ((await work.state(runId)) === "queued") continue;
        await fail(runId, paused);
        await work.cancel(runId);
      }
      return theirs.length;
    },

    async sweep() {
      for (const { runId } of await store.running()) {
        const state = await work.state(runId);
        if (state === "queued" || state === "running") continue;
        await fail(runId, interrupted);
        await ended(runId, { announce: true, discard: false });
      }
    },
  };
}
