import { randomUUID } from "node:crypto";
import type { Model, Tool } from "@travelagent/agent-runtime";
import {
  type CompactionOutcome,
  type ContextKeeper,
  type ContextLimits,
  createContextKeeper,
  defaultContextLimits,
  type ManualCompaction,
  readResultTool,
  spillingGate,
  spillingTranscript,
} from "@travelagent/agent-runtime/context";
import type { Gate } from "@travelagent/agent-runtime/gate";
import type { GatewayConfig } from "@travelagent/config";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger, Work } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { Sessions } from "@travelagent/sessions";
import type { Recall } from "@travelagent/sessions/recall";

export interface ContextOptions {
  /** The configuration as it is now. */
  config(): GatewayConfig;
  sessions: Sessions;
  work: Work;
  memory: Pick<Recall, "note">;
  clock: Clock;
  log: Logger;
}

export interface Context {
  keeper: ContextKeeper;
  /** The transcript as the agent is to write it. */
  transcript: Sessions;
  tool: Tool;
  /** The gate as the agent is to call it. */
  gate(gate: Gate): Gate;
  /** `sessions.compact`. Before the engine starts. */
  handlers(options: ContextHandlersOptions): Handlers;
}

export interface ContextHandlersOptions {
  modelOf(agentId: string, preferred: { model?: string }): Model | undefined;
  timeZone: string;
  keyOf(key: string, agentId?: string): string;
  onChange(key: string, reason: string): void;
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
const durationMs = (text: string): number => Number(text.slice(0, -1)) * unitMs[text.at(-1) as keyof typeof unitMs];

/** What is set, without what is not. */
const given = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };

export function contextLimits({ agents: { defaults } }: GatewayConfig): ContextLimits {
  const { timeoutSeconds, memoryFlush = {}, mode: _, ...compaction } = defaults.compaction ?? {};
  const { ttl, softTrim = {}, spillChars, ...pruning } = defaults.contextPruning ?? {};
  const standard = defaultContextLimits;
  return {
    compaction: {
      ...standard.compaction,
      ...given(compaction),
      ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 }),
      memoryFlush: {
        enabled: memoryFlush.enabled ?? standard.compaction.memoryFlush.enabled,
        timeoutMs: memoryFlush.timeoutSeconds === undefined ? standard.compaction.memoryFlush.timeoutMs : memoryFlush.timeoutSeconds * 1000,
      },
    },
    pruning: {
      ...standard.pruning,
      ...given(pruning),
      ...(ttl === undefined ? {} : { ttlMs: durationMs(ttl) }),
      softTrim: { ...standard.pruning.softTrim, ...given(softTrim) },
    },
    spillChars: spillChars ?? standard.spillChars,
  };
}

/** Notes go where only that customer's own conversations find them; of nobody else, and of no group, any are taken. */
const ownBorder = ({ chatType, customerId }: TurnScope): { customerId: string } | undefined =>
  chatType === "direct" && customerId !== undefined ? { customerId } : undefined;

/** Conversations within their models' windows: summaries, long results in files, notes before anything is shortened. */
export function openContext({ config, sessions, work, memory, clock, log }: ContextOptions): Context {
  const spillChars = () => contextLimits(config()).spillChars;
  const keeper = createContextKeeper({
    transcript: sessions,
    limits: () => contextLimits(config()),
    notes: {
      has: (turn) => ownBorder(turn) !== undefined,
      append: async (turn, text) => {
        const who = ownBorder(turn);
        if (who) await memory.note(text, who);
      },
    },
    clock,
    log,
  });
  return {
    keeper,
    transcript: spillingTranscript(sessions, { spillChars, log }),
    tool: readResultTool(sessions),
    gate: (gate) => spillingGate(gate, { transcript: sessions, spillChars, log }),
    handlers({ modelOf, timeZone, keyOf, onChange }) {
      // In the lane of the session, so that no turn of it runs meanwhile.
      work.define("session.compact", async (context, input): Promise<CompactionOutcome> => {
        const { key, maxLines, instructions } = input as { key: string; maxLines?: number; instructions?: string };
        const session = await sessions.get(key);
        if (!session) throw new TravelAgentError("NOT_FOUND", `there is no session ${key}; list the sessions to find its key`);
        const model = maxLines === undefined ? modelOf(session.agentId, session.prefer?.model === undefined ? {} : { model: session.prefer.model }) : undefined;
        const wanted: ManualCompaction = {
          sessionKey: key,
          timeZone,
          ...(model ? { model } : {}),
          ...(instructions === undefined ? {} : { instructions }),
          ...(maxLines === undefined ? {} : { keepMessages: maxLines }),
        };
        return keeper.compact(wanted, context);
      });
      return {
        "sessions.compact": async ({ key: named, agentId, maxLines, instructions }) => {
          const key = keyOf(named, agentId);
          const id = `session.compact:${randomUUID()}`;
          await work.submit({ name: "session.compact", id, lane: key, input: given({ key, maxLines, instructions }) });
          const { error, value } = await work.result(id, 90_000);
          if (error) throw TravelAgentError.fromShape(error);
          const outcome = value as CompactionOutcome;
          if (outcome.compacted) onChange(key, "compact");
          return { ok: true as const, key, ...outcome };
        },
      };
    },
  };
}
