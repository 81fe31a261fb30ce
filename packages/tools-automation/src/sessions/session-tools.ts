import { defineTool, type Tool } from "@travelagent/agent-runtime";
import type { SubAgents } from "@travelagent/agent-runtime/sub-agents";
import type { TranscriptEntry } from "@travelagent/protocol/messages";
import * as z from "zod";
import { type KnownSession, type SessionAccess, sessionBorder } from "./session-access.ts";

export interface SessionToolsOptions {
  sessions: SessionAccess;
  /** Asked at each call: helpers are made after the tools. */
  helpers(): SubAgents;
  /** The agents there are, and which of them an agent may send. */
  agents(): readonly { id: string; name?: string }[];
  mayUse(agentId: string, helper: string): boolean;
}

const iso = (at: number): string => new Date(at).toISOString();

const row = ({ key, agentId, channel, label, totalTokens, updatedAt }: KnownSession) => ({
  sessionKey: key,
  agentId,
  ...(channel === undefined ? {} : { channel }),
  ...(label === undefined ? {} : { label }),
  totalTokens,
  updatedAt: iso(updatedAt),
});

const said = ({ message }: TranscriptEntry): string =>
  typeof message.content === "string" ? message.content : message.content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");

/** Thoughts, details and cards are nobody's business here. */
const shown = (entry: TranscriptEntry) => ({
  role: entry.message.role,
  ...(entry.message.role === "toolResult" ? { tool: entry.message.toolName } : {}),
  text: said(entry),
  at: iso(entry.message.timestamp),
});

const isTainted = ({ message }: TranscriptEntry): boolean => message.role !== "assistant" && message.tainted === true;

/** Entries that are looked at for words of others: what the agent said after it had read them may be theirs too. */
const minRead = 200;

/** Characters of one answer of these tools. */
const maxChars = 40_000;

/** The newest that fit. */
function fitting<T extends { text: string }>(messages: readonly T[]): T[] {
  let left = maxChars;
  const kept: T[] = [];
  for (const message of [...messages].reverse()) {
    left -= message.text.length;
    if (left < 0) break;
    kept.unshift(message);
  }
  return kept;
}

/** `sessions_list`, `sessions_history`, `session_status`, `agents_list`: reads, each within the border of the turn's customer. */
export function sessionTools({ sessions, helpers, agents, mayUse }: SessionToolsOptions): Tool[] {
  const border = sessionBorder(sessions, (key) => helpers().of(key));
  const history = async (key: string, limit: number, includeTools: boolean) => {
    // Results of tools do not count, so more are read than are wanted.
    const read = (await sessions.history(key, { limit: Math.max(minRead, limit * 4) })).filter((entry) => entry.type === "message");
    const entries = read.filter((entry) => includeTools || (entry.message.role !== "toolResult" && said(entry) !== "")).slice(-limit);
    return { entries, tainted: read.some(isTainted) };
  };

  return [
    defineTool({
      name: "sessions_list",
      description: "Lists this conversation, its helpers, and the other conversations of the same customer on whatever channel, newest first.",
      group: "sessions",
      args: z.strictObject({
        limit: z.int().min(1).max(50).optional(),
        activeMinutes: z.int().min(1).max(525_600).optional().describe("Only what was used within this time."),
        messageLimit: z.int().min(0).max(20).optional().describe("Last messages to show of each."),
      }),
      effect: "read",
      async execute({ limit = 20, activeMinutes, messageLimit = 0 }, { turn, now }) {
        const found = await border.visible(turn, { limit, ...(activeMinutes === undefined ? {} : { activeSince: now - activeMinutes * 60_000 }) });
        const tasks = new Map((await helpers().of(turn.sessionKey)).reverse().map((run) => [run.sessionKey, run]));
        let tainted = false;
        const rows = await Promise.all(
          found.map(async (session) => {
            const task = tasks.get(session.key);
            const { entries, tainted: hasReadOthers } = messageLimit > 0 ? await history(session.key, messageLimit, false) : { entries: [], tainted: false };
            tainted ||= hasReadOthers;
            return {
              ...row(session),
              ...(session.key === turn.sessionKey ? { current: true } : {}),
              ...(task ? { helper: { task: task.task.slice(0, 200), state: task.state } } : {}),
              ...(messageLimit > 0 ? { messages: fitting(entries.map(shown)) } : {}),
            };
          }),
        );
        return { content: { sessions: rows }, tainted };
      },
    }),
    defineTool({
      name: "sessions_history",
      description: "Reads the last messages of one of the sessions that sessions_list shows.",
      group: "sessions",
      args: z.strictObject({
        sessionKey: z.string().min(1).max(300),
        limit: z.int().min(1).max(100).optional(),
        includeTools: z.boolean().optional().describe("Also what tools answered."),
      }),
      effect: "read",
      async execute({ sessionKey, limit = 20, includeTools = false }, { turn }) {
        const { key } = await border.need(turn, sessionKey);
        const { entries, tainted } = await history(key, limit, includeTools);
        return { content: { sessionKey: key, messages: fitting(entries.map(shown)) }, tainted };
      },
    }),
    defineTool({
      name: "session_status",
      description: "Tells of this session: its agent, model, size, and the time now at the customer's place.",
      group: "sessions",
      args: z.strictObject({}),
      effect: "read",
      async execute(_, { turn, now }) {
        const session = await sessions.get(turn.sessionKey);
        const running = (await helpers().of(turn.sessionKey)).filter(({ state }) => state === "running").length;
        return {
          content: {
            sessionKey: turn.sessionKey,
            agentId: turn.agentId,
            channel: turn.channel,
            ...(session?.model === undefined ? {} : { model: session.model }),
            totalTokens: session?.totalTokens ?? 0,
            contextTokens: session?.contextTokens ?? 0,
            time: iso(now),
            timeZone: turn.timeZone,
            helpersAtWork: running,
          },
        };
      },
    }),
    defineTool({
      name: "agents_list",
      description: "Lists the agents you may send as helpers.",
      group: "sessions",
      args: z.strictObject({}),
      effect: "read",
      execute: async (_, { turn }) => ({ content: { agents: agents().filter(({ id }) => mayUse(turn.agentId, id)) } }),
    }),
  ];
}
