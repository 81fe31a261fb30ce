import type { ChatMessage } from "@travelagent/protocol";
import type { TranscriptMessage } from "@travelagent/protocol/messages";
import type { Clock } from "@travelagent/protocol/ports";
import type { TurnEvent, TurnOutcome } from "@travelagent/protocol/turn";
import type { Delivery } from "./outbox.ts";
import type { Publisher } from "./publish.ts";

/** How a run looks to those who follow its session. */
export interface LiveRun {
  hear(event: TurnEvent): void;
  /** The reply is committed, also that of a turn that failed; the `final` follows once it was sent (see `finalOf`). */
  done(outcome: Pick<TurnOutcome, "kind" | "reason">): void;
  aborted(): void;
}

/** At most one delta in this time; each carries only what is new, so an answer costs its own length however long it is. */
const deltaIntervalMs = 50;

export function liveRun({ publisher, clock, runId, sessionKey }: { publisher: Publisher; clock: Clock; runId: string; sessionKey: string }): LiveRun {
  let agentSeq = 0;
  let chatSeq = 0;
  let visitorSeq = 0;
  let unsent = "";
  let replace = false;
  let cancel: (() => void) | undefined;

  const agent = (stream: string, data: Record<string, unknown>) => {
    if (publisher.isFollowed(sessionKey)) publisher.publish("agent", { runId, sessionKey, seq: ++agentSeq, stream, ts: clock.now(), data });
  };
  /** That somebody is at work, and no more of it: a page shows dots until the first word comes. */
  const visitors = (phase: "start" | "end") => {
    if (publisher.isFollowed(sessionKey))
      publisher.publish("agent", { runId, sessionKey, seq: ++visitorSeq, stream: "lifecycle", ts: clock.now(), data: { phase } }, { roles: ["visitor"] });
  };
  const chat = (rest: { state: "delta" | "aborted"; deltaText?: string; replace?: boolean }) => {
    if (publisher.isFollowed(sessionKey)) publisher.publish("chat", { runId, sessionKey, seq: ++chatSeq, ...rest }, { droppable: rest.state === "delta" });
  };
  const flush = () => {
    cancel?.();
    cancel = undefined;
    if (unsent === "" && !replace) return;
    const deltaText = unsent;
    agent("assistant", { delta: deltaText, ...(replace ? { replace: true } : {}) });
    chat({ state: "delta", deltaText, ...(replace ? { replace: true } : {}) });
    unsent = "";
    replace = false;
  };

  return {
    hear(event) {
      switch (event.type) {
        case "run-start":
          agent("lifecycle", { phase: "start", startedAt: clock.now(), model: event.model });
          visitors("start");
          break;
        case "text-delta":
          if (!publisher.isFollowed(sessionKey)) break;
          unsent += event.delta;
          cancel ??= clock.after(deltaIntervalMs, flush);
          break;
        case "text-reset":
          unsent = "";
          replace = true;
          flush();
          break;
        case "tool-start":
          flush();
          agent("tool", { phase: "start", name: event.name, toolCallId: event.toolCallId, args: event.args });
          break;
        case "tool-end":
          agent("tool", { phase: "result", name: event.name, toolCallId: event.toolCallId, isError: event.isError });
          break;
        case "run-parked":
          flush();
          agent("lifecycle", { phase: "parked", until: event.until, reason: event.reason });
          visitors("end");
          break;
        case "run-end":
          flush();
          break;
      }
    },
    done({ kind, reason = "the turn failed" }) {
      flush();
      agent("lifecycle", kind === "failed" ? { phase: "error", error: reason, endedAt: clock.now() } : { phase: "end", endedAt: clock.now() });
      visitors("end");
    },
    aborted() {
      flush();
      agent("lifecycle", { phase: "end", aborted: true, endedAt: clock.now() });
      visitors("end");
      chat({ state: "aborted" });
    },
  };
}

/** A delivery as those who follow its session see it: the whole message, in the form of `chat.history`. */
export const finalOf = ({ id, message, author, createdAt }: Delivery): ChatMessage => ({
  role: "assistant",
  content: [{ type: "text", text: message.text }],
  timestamp: createdAt,
  messageId: id,
  ...(message.cards ? { cards: message.cards } : {}),
  ...(message.attachments ? { attachments: message.attachments } : {}),
  ...(author === "operator" ? { author } : {}),
});

/** A transcript message as `chat.history` and `chat` events carry it; null for what no chat shows. */
export function asChatMessage(message: TranscriptMessage, id?: string): ChatMessage | null {
  if (message.role === "user") {
    if (message.synthetic) return null;
    return {
      role: "user",
      content: typeof message.content === "string" ? message.content : message.content.map((block) => ({ ...block })),
      timestamp: message.timestamp,
      ...(message.messageId ? { messageId: message.messageId } : {}),
      ...(message.action ? { action: message.action } : {}),
      ...(message.attachments ? { attachments: message.attachments } : {}),
    };
  }
  if (message.role === "toolResult") {
    return {
      role: "toolResult",
      content: message.content.map((block) => ({ ...block })),
      timestamp: message.timestamp,
      toolName: message.toolName,
      toolCallId: message.toolCallId,
      isError: message.isError,
    };
  }
  return {
    role: "assistant",
    content: message.content.filter((block) => block.type !== "thinking").map((block) => ({ ...block })),
    timestamp: message.timestamp,
    provider: message.provider,
    model: message.model,
    stopReason: message.stopReason,
    ...(message.usage ? { usage: message.usage } : {}),
    ...(message.cards ? { cards: message.cards } : {}),
    ...(message.attachments ? { attachments: message.attachments } : {}),
    ...(message.author ? { author: message.author } : {}),
    ...(id ? { messageId: id } : {}),
  };
}
