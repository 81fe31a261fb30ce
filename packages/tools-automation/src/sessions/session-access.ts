import type { SubAgentRun } from "@travelagent/agent-runtime/sub-agents";
import { TravelAgentError } from "@travelagent/protocol";
import type { TranscriptEntry } from "@travelagent/protocol/messages";
import type { TurnScope } from "@travelagent/protocol/turn";

/** A session as these tools see it. */
export interface KnownSession {
  key: string;
  sessionId: string;
  agentId: string;
  customerId?: string;
  channel?: string;
  label?: string;
  model?: string;
  totalTokens: number;
  contextTokens: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  updatedAt: number;
}

/** What these tools need of the session store. */
export interface SessionAccess {
  get(key: string): Promise<KnownSession | undefined>;
  /** Newest first. */
  ofCustomer(customerId: string, options: { limit: number; activeSince?: number }): Promise<KnownSession[]>;
  history(key: string, options: { limit: number }): Promise<TranscriptEntry[]>;
}

/**
 * The border of every session tool: a turn sees its own session, its helpers, and, in a direct conversation with a known
 * customer, the other sessions of that customer. Nothing a model writes moves it.
 */
export interface SessionBorder {
  visible(turn: TurnScope, options?: { limit?: number; activeSince?: number }): Promise<KnownSession[]>;
  /** The session of this key. Raises `NOT_FOUND` for a missing one and for one behind the border, which look the same. */
  need(turn: TurnScope, key: string): Promise<KnownSession>;
}

export function sessionBorder(sessions: SessionAccess, helpersOf: (sessionKey: string) => Promise<readonly SubAgentRun[]>): SessionBorder {
  const customerOf = ({ chatType, customerId }: TurnScope): string | undefined => (chatType === "direct" ? customerId : undefined);

  return {
    async visible(turn, { limit = 20, activeSince } = {}) {
      const customerId = customerOf(turn);
      const helpers = await helpersOf(turn.sessionKey);
      const keys = new Set([turn.sessionKey, ...helpers.map(({ sessionKey }) => sessionKey)]);
      const own = (await Promise.all([...keys].map((key) => sessions.get(key)))).filter((session) => session !== undefined);
      const theirs =
        customerId === undefined
          ? []
          : await sessions.ofCustomer(customerId, { limit: limit + keys.size, ...(activeSince === undefined ? {} : { activeSince }) });
      return [...own, ...theirs.filter(({ key }) => !keys.has(key))]
        .filter(({ updatedAt }) => activeSince === undefined || updatedAt >= activeSince)
        .sort((a, b) => b.updatedAt - a.updatedAt)
        .slice(0, limit);
    },
    async need(turn, key) {
      const wanted = key.trim().toLowerCase();
      const session = await sessions.get(wanted);
      const customerId = customerOf(turn);
      const mine =
        wanted === turn.sessionKey ||
        (customerId !== undefined && session?.customerId === customerId) ||
        (await helpersOf(turn.sessionKey)).some(({ sessionKey }) => sessionKey === wanted);
      if (!session || !mine) throw new TravelAgentError("NOT_FOUND", `there is no session ${key} in this conversation; sessions_list shows those there are`);
      return session;
    },
  };
}
