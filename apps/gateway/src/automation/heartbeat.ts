import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { GatewayConfig } from "@travelagent/config";
import type { Gateway } from "@travelagent/gateway-core";
import { type Call, type Handlers, removeCardNumbers, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger, Migration } from "@travelagent/protocol/ports";
import type { AgentPort, TurnOutcome } from "@travelagent/protocol/turn";
import type { Sessions } from "@travelagent/sessions";
import { asksForSomething, defaultPrompt, everyMsOf, isActive, lookHeader, withoutToken } from "./heartbeat-rules.ts";
import type { Wake } from "./wake.ts";

export type { Wake } from "./wake.ts";

export interface HeartbeatOptions {
  config(): GatewayConfig;
  db: Database;
  sessions: Pick<Sessions, "ensure" | "append" | "get">;
  gateway(): Pick<Gateway, "note" | "runs" | "handlers">;
  defaultAgentId(): string;
  workspaceOf(agentId: string): string;
  /** The offline model knows words of customers only: it is not asked to look around. */
  canLook(agentId: string): boolean;
  publish(payload: { ts: number; status: HeartbeatStatus } & Record<string, unknown>): void;
  timeZone: string;
  clock: Clock;
  log: Logger;
}

export type HeartbeatStatus = "sent" | "ok-empty" | "ok-token" | "skipped" | "failed";

export interface Looked {
  status: HeartbeatStatus;
  reason?: string;
  text?: string;
}

/** The agent of the agency looks at its main session by itself, when there is something to look at. Never at a customer's. */
export interface Heartbeat {
  prepare(): Promise<void>;
  start(): void;
  stop(): void;
  readonly wake: Wake;
  /** Looks now, unless nothing is there to look at. Never rejects. */
  look(agentId?: string, options?: { waitMs?: number }): Promise<Looked>;
  /** Knows turns of the heartbeat and of jobs, and keeps back what they have nothing to say. */
  around(agent: AgentPort): AgentPort;
  readonly handlers: Handlers;
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table heartbeat_event (id text primary key, agent_id text not null, digest text not null, created_at bigint not null);
      create table heartbeat_mark (agent_id text primary key, digest text not null, said_at bigint not null);
    `,
  },
];

/** Where the agency's own people talk with their agents. */
const webchatChannel = "webchat";
const mostEvents = 20;
const dayMs = 86_400_000;
const longestWaitMs = 120_000;
/** What wakes within this time is looked at together. */
const coalesceMs = 250;

const digestOf = (text: string): string => createHash("sha256").update(text.trim()).digest("base64url").slice(0, 22);
const mainOf = (agentId: string): string => `agent:${agentId}:main`;
const isJobs = (sessionKey: string): boolean => /^(?:agent:[^:]+:)?cron:/.test(sessionKey);

export function openHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { config, db, sessions, gateway, defaultAgentId, workspaceOf, canLook, publish, timeZone, clock, log } = options;
  const settings = () => config().agents.defaults.heartbeat;
  let disarm = (): void => undefined;
  let stopped = true;
  let last: ({ ts: number } & Looked) | null = null;
  const looking = new Map<string, Promise<Looked>>();

  /** In the transcript at once, so that whatever turn comes next reads it; the table says only that there is something. */
  const enqueue = async (agentId: string, text: string): Promise<void> => {
    const sessionKey = mainOf(agentId);
    const digest = digestOf(text);
    const id = randomUUID();
    const added = await db.transaction(async (tx) => {
      const newest = await tx.get("select digest from heartbeat_event where agent_id = ? order by created_at desc, id limit 1", agentId);
      if (newest?.digest === digest) return false;
      await tx.run("insert into heartbeat_event (id, agent_id, digest, created_at) values (?, ?, ?, ?)", id, agentId, digest, clock.now());
      await tx.run(
        "delete from heartbeat_event where agent_id = ? and id not in (select id from heartbeat_event where agent_id = ? order by created_at desc limit ?)",
        agentId,
        agentId,
        mostEvents,
      );
      return true;
    });
    if (!added) return;
    await sessions.ensure(sessionKey, { channel: webchatChannel, accountId: "default", chatType: "direct", peerId: `operator:${sessionKey}` });
    const content = `System: [${new Date(clock.now()).toISOString().slice(0, 16)}Z] ${text}`;
    await sessions.append(sessionKey, [{ id: `${id}:note`, message: { role: "user", content, timestamp: clock.now(), synthetic: true, tainted: true } }], {
      durable: true,
    });
  };

  const told = (looked: Looked): Looked => {
    const ts = clock.now();
    last = { ts, ...looked };
    publish({ ts, status: looked.status, ...(looked.reason ? { reason: looked.reason } : {}), ...(looked.text ? { preview: looked.text.slice(0, 200) } : {}) });
    return looked;
  };

  /** Looks once. The id is that of what there is to see: after a crash the same look goes on instead of another one. */
  const lookOnce = async (agentId: string, waitMs: number, regular: boolean): Promise<Looked> => {
    const { prompt = defaultPrompt, activeHours } = settings();
    const pending = await db.all("select id from heartbeat_event where agent_id = ? order by created_at, id", agentId);
    if (regular && !isActive(activeHours, clock.now(), timeZone)) return { status: "skipped", reason: "quiet-hours" };
    if (pending.length === 0) {
      const file = await readFile(join(workspaceOf(agentId), "HEARTBEAT.md"), "utf8").catch(() => "");
      if (!asksForSomething(file)) return { status: "skipped", reason: "empty-heartbeat-file" };
    }
    if (!canLook(agentId)) return { status: "skipped", reason: "offline-model" };
    const newest = pending.at(-1)?.id ?? String(clock.now());
    const runId = await begin(agentId, `heartbeat:${agentId}:${newest}`, `${lookHeader} ${prompt}`);
    const result = await gateway().runs.result(runId, waitMs);
    await db.transaction(async (tx) => {
      for (const { id } of pending) await tx.run("delete from heartbeat_event where id = ?", String(id));
    });
    if (result.outcome === "handed-over") return { status: "skipped", reason: "a person has the session, or the agent is paused" };
    if (result.outcome === "failed") return { status: "failed", reason: result.text };
    if (result.text.trim() === "") return { status: "ok-token" };
    await deliver(agentId, runId, result.text);
    return { status: "sent", text: result.text };
  };

  const begin = async (agentId: string, id: string, text: string): Promise<string> => {
    const sessionKey = mainOf(agentId);
    try {
      return await gateway().note({ id, sessionKey, text, tainted: true, class: "background" });
    } catch (error) {
      if (!TravelAgentError.is(error, "NOT_FOUND")) throw error;
      // Nobody has spoken there yet: it begins as the operator's own conversation.
      const { runId } = await gateway().runs.start({
        agentId,
        sessionKey,
        channel: webchatChannel,
        peerId: `operator:${sessionKey}`,
        senderName: sessionKey,
        text,
        tainted: true,
        idempotencyKey: id,
      });
      return runId;
    }
  };

  const deliver = async (agentId: string, runId: string, message: string): Promise<void> => {
    const { channel, to } = settings();
    if (channel === undefined || to === undefined) return;
    await gateway().handlers.send!({ channel, to, message, idempotencyKey: runId, agentId }, callOf("heartbeat"));
  };

  const look = (agentId = defaultAgentId(), { waitMs = longestWaitMs, regular = false }: { waitMs?: number; regular?: boolean } = {}): Promise<Looked> => {
    const known = looking.get(agentId);
    if (known) return known.then(() => look(agentId, { waitMs, regular }));
    const one = lookOnce(agentId, waitMs, regular)
      .catch((error: unknown): Looked => {
        log.warn("a heartbeat failed", { agentId, error: TravelAgentError.from(error).message });
        return { status: "failed", reason: TravelAgentError.from(error).message };
      })
      .then(told)
      .finally(() => looking.delete(agentId));
    looking.set(agentId, one);
    return one;
  };

  const arm = (): void => {
    disarm();
    if (stopped) return;
    const everyMs = everyMsOf(settings().every);
    // The configuration may change meanwhile: what is switched off is asked again now and then.
    disarm = clock.after(everyMs > 0 ? everyMs : 60_000, () => {
      if (everyMs > 0 && everyMsOf(settings().every) > 0) void look(defaultAgentId(), { regular: true }).finally(arm);
      else arm();
    });
  };

  let waking: (() => void) | undefined;
  const wakeSoon = (agentId: string): void => {
    waking ??= clock.after(coalesceMs, () => {
      waking = undefined;
      if (!stopped) void look(agentId);
    });
  };

  const quiet = (outcome: TurnOutcome): TurnOutcome => {
    const { reason: _, ...rest } = outcome;
    return { ...rest, kind: "silent", text: "", cards: [] };
  };

  return {
    prepare: () => db.migrate("heartbeat", migrations),
    start() {
      stopped = false;
      arm();
    },
    stop() {
      stopped = true;
      disarm();
      waking?.();
    },
    async wake({ text, mode, agentId = defaultAgentId() }) {
      await enqueue(agentId, removeCardNumbers(text).text);
      if (mode === "now") wakeSoon(agentId);
    },
    look,
    around: (agent) => ({
      async run(request, work, hear) {
        const { sessionKey, agentId } = request.turn;
        const isLook = sessionKey === mainOf(agentId) && (request.note?.text ?? request.message?.text ?? "").startsWith(lookHeader);
        if (!isLook && !isJobs(sessionKey)) return agent.run(request, work, hear);
        // Nobody reads along in a job's own session who could say yes.
        const asked = isLook ? request : { ...request, turn: { ...request.turn, unattended: true as const } };
        const outcome = await agent.run(asked, work, hear);
        if (outcome.kind === "failed" && /NO_REPLY/.test(outcome.reason ?? "")) return quiet(outcome);
        if (!isLook || outcome.kind !== "replied") return outcome;
        const rest = withoutToken(outcome.text, settings().ackMaxChars);
        if (rest === undefined) return quiet(outcome);
        const digest = digestOf(rest);
        const now = clock.now();
        const isNew = await work.step("heartbeat-news", () =>
          db.transaction(async (tx) => {
            const known = await tx.get("select digest, said_at from heartbeat_mark where agent_id = ?", agentId);
            if (known?.digest === digest && now - Number(known.said_at) < dayMs) return false;
            await tx.run(
              "insert into heartbeat_mark (agent_id, digest, said_at) values (?, ?, ?) on conflict (agent_id) do update set digest = excluded.digest, said_at = excluded.said_at",
              agentId,
              digest,
              now,
            );
            return true;
          }),
        );
        return isNew ? { ...outcome, text: rest } : quiet(outcome);
      },
    }),
    handlers: { "last-heartbeat": () => (last ? { ...last } : null) },
  };
}

/** A call in the name of the gateway itself. */
export const callOf = (actor: string, signal: AbortSignal = new AbortController().signal): Call => ({
  requestId: randomUUID(),
  connectionId: actor,
  role: "operator",
  scopes: ["operator.write"],
  actor,
  signal,
  follow: () => undefined,
  unfollow: () => undefined,
  later: (outcome) => void outcome.catch(() => undefined),
});
