import type { TranscriptEntry } from "@travelagent/protocol/messages";
import type { SessionFacts, SessionPort } from "../ports.ts";
import type { SessionKeyOf } from "../route.ts";

/** A session store in memory that keeps the promises of the port. */
export function memorySessions(): SessionPort & { entries(key: string): TranscriptEntry[]; set(key: string, facts: Partial<SessionFacts>): void } {
  const sessions = new Map<string, { sessionId: string; entries: TranscriptEntry[]; facts: Partial<SessionFacts> }>();
  const open = (key: string) => {
    const known = sessions.get(key) ?? { sessionId: `session-${sessions.size + 1}`, entries: [], facts: {} };
    sessions.set(key, known);
    return known;
  };
  return {
    ensure: async (key) => ({ sessionId: open(key).sessionId, ...open(key).facts }),
    get: async (key) => (sessions.has(key) ? { sessionId: open(key).sessionId, ...open(key).facts } : undefined),
    history: async (key, { limit }) => open(key).entries.slice(-limit),
    async append(key, messages) {
      const { entries } = open(key);
      for (const { id, message } of messages) {
        if (entries.some((entry) => entry.id === id)) continue;
        entries.push({ type: "message", id, parentId: entries.at(-1)?.id ?? null, timestamp: new Date(message.timestamp).toISOString(), message });
      }
    },
    touch: async () => undefined,
    noteUse: async () => undefined,
    entries: (key) => open(key).entries,
    set(key, facts) {
      open(key).facts = facts;
    },
  };
}

/** Keys as the product writes them, for peers that need no escaping. */
export const plainSessionKey: SessionKeyOf = ({ kind, agentId, channel, accountId, peerId, threadId }) =>
  [`agent:${agentId}`, channel, accountId, kind === "direct" ? "dm" : "group", peerId, ...(threadId ? ["thread", threadId] : [])].filter(Boolean).join(":");
