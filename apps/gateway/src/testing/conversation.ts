import { randomUUID } from "node:crypto";
import { type Client, createClient } from "@travelagent/client";
import type { ChatMessage } from "@travelagent/protocol";
import type { Card, MessageAction } from "@travelagent/protocol/messages";

/** What the customer got for one message. */
export interface Reply {
  runId: string;
  text: string;
  cards: Card[];
}

export interface Talk {
  readonly sessionKey: string;
  readonly client: Client;
  /** Sends one message under one key until it is accepted, and waits until its answer is in the history. Survives a gateway that dies and comes back. */
  say(message: string, options?: { action?: MessageAction; key?: string; timeoutMs?: number }): Promise<Reply>;
  history(): Promise<ChatMessage[]>;
  close(): Promise<void>;
}

const text = (message: ChatMessage): string =>
  typeof message.content === "string" ? message.content : message.content.map((block) => (typeof block.text === "string" ? block.text : "")).join("");

/** A customer at the socket, in a session of their own. */
export async function talk({ url, token, sessionKey = "agent:main:main" }: { url: string; token: string; sessionKey?: string }): Promise<Talk> {
  const client = createClient({
    url: url.replace(/^http/, "ws"),
    role: "operator",
    auth: { token },
    scopes: ["operator.admin"],
    client: { id: "test", version: "1", platform: "test", mode: "test" },
    timeZone: "Europe/Madrid",
  });
  client.start();
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  return {
    sessionKey,
    client,
    async say(message, { action, key = randomUUID(), timeoutMs = 30_000 } = {}) {
      const deadline = Date.now() + timeoutMs;
      let runId: string | undefined;
      for (;;) {
        if (Date.now() > deadline) throw new Error(`no answer to "${message}" within ${timeoutMs} ms (${runId ? "accepted" : "not accepted"})`);
        try {
          runId ??= (await client.call("chat.send", { sessionKey, message, idempotencyKey: key, ...(action ? { action } : {}) }, { timeoutMs: 5_000 })).runId;
          await client.call("agent.wait", { runId, timeoutMs: 4_000 }, { timeoutMs: 5_000 });
          const { messages } = await client.call("chat.history", { sessionKey, limit: 1000 }, { timeoutMs: 5_000 });
          const answer = messages.find((candidate) => candidate.role === "assistant" && candidate.messageId === runId);
          if (answer) return { runId, text: text(answer), cards: answer.cards ?? [] };
        } catch (error) {
          const code = (error as { code?: string }).code;
          if (code !== "UNAVAILABLE" && code !== "TIMEOUT" && code !== "NOT_FOUND" && code !== "STORAGE_BUSY") throw error;
        }
        await pause(40);
      }
    },
    history: async () => (await client.call("chat.history", { sessionKey, limit: 1000 })).messages,
    close: async () => client.stop(),
  };
}
