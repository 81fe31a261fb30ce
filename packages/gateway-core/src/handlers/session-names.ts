import { type Call, TravelAgentError } from "@travelagent/protocol";

export interface SessionNames {
  /** The key a client means: `main` and other short names are sessions of the named or the default agent. */
  keyOf(wanted: string, agentId?: string): string;
  /** The session a call may read. A visitor has one, an operator any. Raises `FORBIDDEN`. */
  readable(call: Call, wanted: string, agentId?: string): string;
  /** The session a call may write into as its own. An operator any of the gateway's own, never a customer's. Raises `FORBIDDEN` or `NOT_FOUND`. */
  writable(call: Call, wanted: string, agentId?: string): string;
  /** A session of the gateway's own, which no customer reads. */
  isOwn(sessionKey: string): boolean;
}

const own = /^agent:[a-z0-9_-]+:[a-z0-9_.@-]+$/;
const withoutAgent = new Set(["global", "unknown"]);

export function sessionNames(routing: () => { defaultAgentId: string; agentIds: readonly string[] }): SessionNames {
  const keyOf = (wanted: string, agentId = routing().defaultAgentId): string => {
    const key = wanted.trim().toLowerCase();
    if (/^agent:[^:]+$/.test(key)) return `${key}:main`;
    return key.includes(":") || withoutAgent.has(key) ? key : `agent:${agentId.toLowerCase()}:${key}`;
  };
  const readable = (call: Call, wanted: string, agentId?: string): string => {
    const sessionKey = keyOf(wanted, agentId);
    if (call.role === "visitor" && sessionKey !== call.visitorSessionKey)
      throw new TravelAgentError("FORBIDDEN", "a visitor has one conversation: use the session key from hello-ok");
    return sessionKey;
  };
  return {
    keyOf,
    readable,
    isOwn: (sessionKey) => own.test(sessionKey),
    writable(call, wanted, agentId) {
      const sessionKey = readable(call, wanted, agentId);
      if (call.role === "visitor") return sessionKey;
      const { defaultAgentId, agentIds } = routing();
      if (!own.test(sessionKey))
        throw new TravelAgentError(
          "FORBIDDEN",
          `${sessionKey} belongs to a customer; write there with conversations.reply, or use agent:${defaultAgentId}:main or agent:${defaultAgentId}:<name>`,
        );
      if (!agentIds.includes(sessionKey.split(":")[1] ?? ""))
        throw new TravelAgentError("NOT_FOUND", `there is no agent ${sessionKey.split(":")[1]}; known: ${agentIds.join(", ")}`);
      return sessionKey;
    },
  };
}
