import type { AssistantMessage, Attachment, Card, ToolCallBlock, Usage } from "@travelagent/protocol/messages";
import type { Tx } from "@travelagent/protocol/ports";
import type { TurnOutcome } from "@travelagent/protocol/turn";
import type { Loop } from "./loop.ts";
import { textOf } from "./model-call.ts";

/** What the gateway says where no model has words, or none may be believed. */
export const wording = {
  apology: "I am sorry, something is not working on our side right now. I have kept your message, and a colleague will answer you here.",
  onceMore: "To be sure that we mean the same thing: this is what would be done. Is that what you want?",
  stuck: "I am sorry, I am going round in circles with this. A colleague will take over and answer you here.",
  handedOver: "A colleague will take over and answer you here.",
  parked:
    "Thank you for your message. Something on our side is slow right now, so my answer takes a little longer. I have not forgotten you and will write to you here.",
  budget: "I am sorry, I cannot go on with this by myself. A colleague will take over and answer you here.",
} as const;

/** A message of the gateway itself. */
export const ownWords = (text: string, now: number): AssistantMessage => ({
  role: "assistant",
  content: [{ type: "text", text }],
  provider: "travelagent",
  model: "gateway",
  stopReason: "stop",
  timestamp: now,
});

/** What a turn has come to so far, beside its context. */
export interface Progress {
  cards: Card[];
  attachments: Attachment[];
  /** Confirmations among the cards. */
  shown: string[];
  usage: Usage | undefined;
  /** Ids of the steering messages that stand in the context, in their order. */
  heard: string[];
  /** How long it has waited for models in all. */
  parkedMs: number;
  /** The customer knows that it takes longer. */
  told: boolean;
}

export const freshProgress = (): Progress => ({ cards: [], attachments: [], shown: [], usage: undefined, heard: [], parkedMs: 0, told: false });

export interface End {
  kind: TurnOutcome["kind"];
  message: AssistantMessage;
  reason?: string;
  clientCalls?: ToolCallBlock[];
  replyTo?: TurnOutcome["replyTo"] | undefined;
  /** Runs with the commit of the reply. */
  alsoCommit?(tx: Tx): Promise<void>;
}

/** The end of a turn: what the customer sees, and which questions count as asked once that is committed. */
export function outcomeOf(
  { gate }: Pick<Loop, "gate">,
  { cards, attachments, shown, usage, heard }: Progress,
  { kind, message, reason, clientCalls = [], replyTo, alsoCommit }: End,
): TurnOutcome {
  const visible = lastCards(cards);
  const files = [...new Map(attachments.map((one) => [one.id, one])).values()];
  const brought = files.length > 0 ? { attachments: files } : {};
  return {
    kind,
    message: { ...message, ...(visible.length > 0 ? { cards: visible } : {}), ...brought },
    text: textOf(message),
    cards: visible,
    ...brought,
    ...(reason === undefined ? {} : { reason }),
    ...(clientCalls.length > 0 ? { clientCalls } : {}),
    ...(usage ? { usage } : {}),
    ...(heard.length > 0 ? { heard: [...heard] } : {}),
    ...(replyTo === undefined ? {} : { replyTo }),
    async commit(tx) {
      await gate.decisions.markShown(
        tx,
        visible.flatMap((card) => (card.kind === "confirmation" && shown.includes(card.confirmationId) ? [card.confirmationId] : [])),
      );
      await alsoCommit?.(tx);
    },
  };
}

/** What the customer sees beside the words: of several searches of one kind the last, of questions the last, every booking once. */
function lastCards(cards: readonly Card[]): Card[] {
  const keyOf = (card: Card): string =>
    card.kind === "offers" ? `offers ${card.vertical}` : card.kind === "confirmation" ? "confirmation" : `booking ${card.booking.id}`;
  const last = new Map<string, Card>();
  for (const card of cards) {
    last.delete(keyOf(card));
    last.set(keyOf(card), card);
  }
  return [...last.values()];
}
