import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "@travelagent/client";
import type { ChatMessage, EventPayload } from "@travelagent/protocol";
import type { Card, MessageAction } from "@travelagent/protocol/messages";
import { failure } from "./failure.ts";
import { messageText } from "./render-card.ts";

export interface Answer {
  runId: string;
  text: string;
  cards: Card[];
  author: string;
}

export interface ConversationOptions {
  client: Client;
  sessionKey: string;
  timeoutMs: number;
  /** Text of the answer that is being written, piece by piece. `replace` takes back what was there before. */
  onDelta?: (text: string, replace: boolean) => void;
  /** Something that was said without being asked for: by a person, or once an approval was given. */
  onAside?: (answer: Answer) => void;
}

export interface Conversation {
  /** Sends one message and waits for the whole answer. Null when none comes: a person has taken over, or the run was stopped. */
  say(message: string, action?: MessageAction): Promise<Answer | null>;
  /** Stops the run that is under way. */
  abort(): Promise<void>;
  close(): void;
}

/** How long the answer's own event may come after the run has ended, before the history is read instead. */
const eventGraceMs = 1_000;

/** One conversation over a connection. A connection that breaks loses no answer: it is read from the history then. */
export async function openConversation({ client, sessionKey, timeoutMs, onDelta, onAside }: ConversationOptions): Promise<Conversation> {
  // Reading the history makes this connection follow the session.
  await client.call("chat.history", { sessionKey, limit: 1 });
  let run: { id: string; settle(answer: Answer | null | Error): void } | undefined;

  const asked = new Set<string>();
  const offChat = client.on("chat", (event) => hear(event));
  function hear(event: EventPayload<"chat">): void {
    if (event.sessionKey !== sessionKey) return;
    if (run && event.runId === run.id) {
      if (event.state === "delta") onDelta?.(event.deltaText ?? "", event.replace === true);
      else if (event.state === "final" && event.message) run.settle(answerOf(event.runId, event.message));
      else if (event.state === "aborted") run.settle(null);
      else if (event.state === "error") run.settle(Object.assign(new Error(event.errorMessage ?? "the run failed"), { code: "UNAVAILABLE" }));
    } else if (event.state === "final" && event.message?.role === "assistant" && !asked.has(event.runId)) onAside?.(answerOf(event.runId, event.message));
  }

  async function fromHistory(runId: string): Promise<Answer | null> {
    const { messages } = await client.call("chat.history", { sessionKey, limit: 100 });
    const found = messages.find((message) => message.role === "assistant" && message.messageId === runId);
    return found ? answerOf(runId, found) : null;
  }

  /** The other way to the answer: asks until the run has ended. */
  async function watch(runId: string, deadline: number, signal: AbortSignal): Promise<Answer | null> {
    for (;;) {
      const left = deadline - Date.now();
      if (left <= 0)
        throw await failure(
          "TIMEOUT",
          `no answer within ${Math.round(timeoutMs / 1000)} s; the agent goes on, and "travelagent sessions show ${sessionKey}" has its answer`,
        );
      const waitMs = Math.min(left, 30_000);
      try {
        const { status, error } = await client.call("agent.wait", { runId, timeoutMs: waitMs }, { timeoutMs: waitMs + 5_000 });
        if (status !== "timeout") {
          await pause(eventGraceMs, undefined, { signal });
          const answer = await fromHistory(runId);
          if (answer || status !== "error") return answer;
          throw await failure("INTERNAL", `the run failed: ${typeof error === "string" ? error : "the gateway's log has the reason"}`);
        }
      } catch (error) {
        const code = (error as { code?: string }).code;
        if (code === "NOT_FOUND") return fromHistory(runId);
        if (signal.aborted || (code !== "UNAVAILABLE" && code !== "TIMEOUT")) throw error;
        await pause(200, undefined, { signal });
      }
    }
  }

  return {
    async say(message, action) {
      const id = randomUUID();
      asked.add(id);
      const settled = new AbortController();
      const heard = new Promise<Answer | null>((resolve, reject) => {
        run = { id, settle: (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)) };
      });
      heard.catch(() => {});
      try {
        const accepted = await client.call("chat.send", { sessionKey, message, idempotencyKey: id, ...(action ? { action } : {}) });
        asked.add(accepted.runId);
        if (run) run.id = accepted.runId;
        if (accepted.aborted !== undefined) return { runId: accepted.runId, text: stopped(accepted.runIds), cards: [], author: "system" };
        return await Promise.race([heard, watch(accepted.runId, Date.now() + timeoutMs, settled.signal)]);
      } finally {
        settled.abort();
        run = undefined;
      }
    },
    async abort() {
      await client.call("chat.abort", { sessionKey, ...(run ? { runId: run.id } : {}) });
    },
    close: offChat,
  };
}

/** What `/stop` did. */
function stopped(runIds: unknown): string {
  const count = Array.isArray(runIds) ? runIds.length : 0;
  return count === 0 ? "Nothing was being answered." : `Stopped: ${count} ${count === 1 ? "message" : "messages"}.`;
}

const answerOf = (runId: string, message: ChatMessage): Answer => ({
  runId,
  text: messageText(message).trim(),
  cards: message.cards ?? [],
  author: message.author ?? "agent",
});
