import { randomUUID } from "node:crypto";
import { type EventPayload, type HelloOk, TravelAgentError } from "@travelagent/protocol";
import type { Envelope, Reply } from "./envelope.ts";
import type { InnerClient } from "./inner-client.ts";

/** One client of the older gateway: its envelopes as calls, our events as envelopes. */
export interface GoSession {
  /** Never rejects: what went wrong is in the answer. */
  take(envelope: Envelope): Promise<readonly Reply[]>;
  /** What this client is told of an event; nothing of a session it did not subscribe to. */
  translate(event: string, payload: Record<string, unknown>): Reply | undefined;
}

const uniqueLength = 16;

export function createGoSession(client: Pick<InnerClient, "call">, hello: HelloOk): GoSession {
  const sessions = new Set<string>();
  const connection = randomUUID();
  let presence = false;

  /** Clients that count their messages begin at 1 with every connection: only a long ID means the same message for ever. */
  const keyOf = (id: string): string => (id === "" ? randomUUID() : id.length >= uniqueLength ? id : `${connection}:${id}`);

  const update = (id: string, sessionKey: string, status: string, more: Record<string, unknown> = {}): Reply => ({
    id,
    type: "session.update",
    data: { sessionKey, status, ...more },
  });
  /** The gateway's own name for a session: events carry that one. */
  const follow = async (name: string): Promise<string> => {
    const { sessionKey } = await client.call("chat.history", { sessionKey: name, limit: 1 });
    const key = typeof sessionKey === "string" ? sessionKey : name;
    sessions.add(key).add(name);
    return key;
  };

  const handlers: Record<string, (envelope: Envelope) => Promise<readonly Reply[]>> = {
    ping: async ({ id }) => [{ id, type: "pong" }],
    async subscribe({ id, data }) {
      const wanted = [data.sessionKey, data.sessionId, ...list(data.sessions), ...list(data.topics)].filter(
        (name): name is string => typeof name === "string" && name !== "",
      );
      if (wanted.length === 0 || wanted.length > 100) throw new TravelAgentError("INVALID_REQUEST", "subscribe to sessions or topics: name between 1 and 100");
      const replies: Reply[] = [];
      for (const name of wanted) {
        if (name === "presence") {
          presence = true;
          replies.push({ id, type: "presence", data: { presence: await client.call("system-presence", {}) } });
        } else replies.push(update(id, await follow(name.replace(/^session:/, "")), "subscribed"));
      }
      return replies;
    },
    async "message.send"({ id, data }) {
      const sessionKey = text(data.sessionKey) ?? text(data.sessionId) ?? hello.snapshot.sessionDefaults?.mainSessionKey ?? "main";
      const message = text(data.text) ?? text(data.message) ?? text(data.content);
      if (message === undefined) throw new TravelAgentError("INVALID_REQUEST", "message.send needs a text");
      const key = await follow(sessionKey);
      const { runId, status } = await client.call("chat.send", { sessionKey: key, message, idempotencyKey: keyOf(id) });
      return [update(id, key, String(status), { runId })];
    },
    async "session.create"({ id, data }) {
      const agentId = text(data.agentId) ?? hello.snapshot.sessionDefaults?.defaultAgentId ?? "main";
      return [update(id, await follow(`agent:${agentId}:${randomUUID()}`), "created")];
    },
  };

  return {
    async take(envelope) {
      const { id, type } = envelope;
      try {
        const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined;
        if (!handler) throw new TravelAgentError("INVALID_REQUEST", `unknown type ${type}: use ping, subscribe, message.send or session.create`);
        return await handler(envelope);
      } catch (thrown) {
        const { code, message } = TravelAgentError.from(thrown);
        return [{ id, type, error: `${code}: ${message}` }];
      }
    },
    translate(event, payload) {
      if (event === "presence") return presence ? { id: randomUUID(), type: "presence", data: payload } : undefined;
      if (event !== "chat") return undefined;
      const { sessionKey, runId, state, message, errorMessage } = payload as EventPayload<"chat">;
      if (!sessions.has(sessionKey) || state === "delta") return undefined;
      if (state !== "user" && state !== "final")
        return update(randomUUID(), sessionKey, state, { runId, ...(errorMessage === undefined ? {} : { error: errorMessage }) });
      return { id: randomUUID(), type: "message.inbound", data: { sessionKey, runId, role: state === "user" ? "user" : "assistant", text: textOf(message) } };
    },
  };
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value.trim() !== "" ? value : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const textOf = (message: EventPayload<"chat">["message"]): string => {
  const content = message?.content;
  if (typeof content === "string") return content;
  return (content ?? []).map((block) => ("text" in block && typeof block.text === "string" ? block.text : "")).join("");
};
