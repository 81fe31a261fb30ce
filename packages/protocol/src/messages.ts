import * as z from "zod";
import { Booking, Vertical } from "./booking.ts";
import { Money } from "./money.ts";

/** Where a conversation lives on a platform. Fixed at intake; no model, tool or config value changes it for a turn. */
export const Address = z.strictObject({
  channel: z.string().min(1),
  accountId: z.string().min(1),
  chatType: z.enum(["direct", "group"]),
  /** The person or group on the platform. */
  peerId: z.string().min(1),
  threadId: z.string().optional(),
});
export type Address = z.infer<typeof Address>;

/** A button. Pressing it sends `text` as the customer's message, together with `action` when there is one. */
export const MessageAction = z.strictObject({
  /** `confirm` and `decline` answer the confirmation with this id, and nothing else. */
  type: z.enum(["confirm", "decline"]),
  id: z.string().min(1).max(64),
});
export type MessageAction = z.infer<typeof MessageAction>;

export const Button = z.strictObject({
  label: z.string(),
  text: z.string(),
  action: MessageAction.optional(),
  style: z.enum(["primary", "danger", "plain"]).optional(),
});
export type Button = z.infer<typeof Button>;

export const OfferLine = z.strictObject({
  offerId: z.string(),
  /** What a customer answers to choose it: "1", "2", … */
  number: z.int().min(1),
  title: z.string(),
  lines: z.array(z.string()),
  price: Money,
  /** Such as "cheapest", "fastest", "free cancellation". */
  tags: z.array(z.string()),
  sandbox: z.boolean(),
});
export type OfferLine = z.infer<typeof OfferLine>;

/** Structured content beside the text. Channels without cards render it as text (`renderText` in `@travelagent/channel-kit`). */
export const Card = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("offers"), vertical: Vertical, title: z.string(), offers: z.array(OfferLine), buttons: z.array(Button) }),
  z.strictObject({
    kind: z.literal("confirmation"),
    confirmationId: z.string(),
    title: z.string(),
    /** Exactly what a yes covers: what, who, when, conditions. */
    lines: z.array(z.string()),
    total: Money.optional(),
    penalty: Money.optional(),
    expiresAt: z.string(),
    buttons: z.array(Button),
  }),
  z.strictObject({ kind: z.literal("booking"), title: z.string(), booking: Booking, lines: z.array(z.string()) }),
]);
export type Card = z.infer<typeof Card>;

/** A file that came with a message or goes out with one. The bytes are in the media store (`./media`), never in a message. */
export const Attachment = z.strictObject({
  /** Of the stored file. */
  id: z.string().min(1).max(64),
  kind: z.enum(["image", "audio", "video", "document"]),
  /** By the bytes, whatever the sender said. */
  mimeType: z.string().min(1),
  bytes: z.int().min(0),
  /** As the sender named it, without path and control characters. */
  fileName: z.string().min(1).max(255).optional(),
  /** Recorded to be listened to, not a file of sound. */
  voice: z.boolean().optional(),
});
export type Attachment = z.infer<typeof Attachment>;

export const Place = z.strictObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  name: z.string().optional(),
});
export type Place = z.infer<typeof Place>;

/** A text that a platform has to know beforehand (WhatsApp outside of its 24 hours). `text` of the message says the same in words. */
export const TemplateUse = z.strictObject({
  /** Ours; the configuration of the channel says what the platform calls it. */
  name: z.string().min(1),
  /** BCP 47. */
  locale: z.string().min(2),
  /** In the order in which the template names them. */
  variables: z.record(z.string(), z.string()),
});
export type TemplateUse = z.infer<typeof TemplateUse>;

/** A file that came and was not kept, so that nobody takes it for delivered. */
export interface RefusedAttachment {
  fileName?: string;
  /** For people: "larger than 16 MB". */
  reason: string;
}

/** What an adapter hands to the gateway. */
export interface InboundMessage {
  address: Address;
  /** The platform's own id of this message: together with channel and account the dedupe key. */
  externalId: string;
  /** Who wrote it; in a direct chat the same as `address.peerId`. */
  senderId: string;
  senderName?: string;
  text: string;
  action?: MessageAction;
  /** Milliseconds since the epoch, by the platform's clock. */
  sentAt: number;
  /** IANA zone of the customer where the platform tells it. */
  timeZone?: string;
  /** Of a message whose text is not the customer's own words (an e-mail body, a forwarded message). */
  tainted?: boolean;
  /** For a group: the bot was addressed. */
  mentioned?: boolean;
  /** What came with it, in the order it was sent. Its bytes are stored already (`ChannelHost.media`). */
  attachments?: Attachment[];
  refusedAttachments?: RefusedAttachment[];
  location?: Place;
  /** Of an e-mail. */
  subject?: string;
  /** The platform's id of a message of this conversation that it answers. */
  replyTo?: string;
  /** The customer changed a message that came before, known by this `externalId`; `text` is what it says now. Its own `externalId` is another. */
  edits?: string;
  /** A machine wrote it (an out-of-office note, a bounce, a list, another bot): why we think so. It is on record and nobody answers. */
  automated?: string;
  /** Of a group: the server or workspace it is in, where the platform has such a thing. */
  guildId?: string;
  teamId?: string;
  /** Of a message that a program hands in over the HTTP API. Nothing a channel delivers has it. */
  program?: ProgramExtras;
}

/** A function of a program that writes over the API: a model may ask for it, that program carries it out, and we never do. */
export interface ClientTool {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>;
}

/** What a program's function gave back, for the call a model asked for in the turn before. */
export interface ClientToolResult {
  toolCallId: string;
  toolName: string;
  text: string;
}

/** What a program adds to a message of its user. Holds for the turn of that message alone. */
export interface ProgramExtras {
  /** Put behind the system prompt. */
  instructions?: string;
  tools?: ClientTool[];
  /** Answers to the calls the last turn ended with. With them the message's text may be empty. */
  toolResults?: ClientToolResult[];
}

/** What goes out. `text` alone is enough on every channel. */
export interface OutboundMessage {
  text: string;
  cards?: Card[];
  /** Answers to tap. Where the platform has no buttons they are lines of the text. */
  buttons?: Button[];
  attachments?: Attachment[];
  location?: Place;
  /** Of an e-mail that begins a thread; ignored elsewhere. */
  subject?: string;
  template?: TemplateUse;
  /** The platform's id of a message of this conversation that it answers. Quoted where the platform can, ignored elsewhere. */
  replyTo?: string;
}

/** What a platform said about a send. `unknown` when it cannot be told whether the message went out. */
export type Receipt =
  | { status: "sent"; externalId?: string }
  | { status: "unknown"; reason: string }
  /** `retryAfterMs`: the platform said how long to wait; it is not tried again before. */
  | { status: "failed"; reason: string; retryable: boolean; retryAfterMs?: number; code?: FailureCode };

/** Why trying again does not help and what would: a template, another channel, a person. */
export type FailureCode =
  /** The platform lets nobody write freely so long after the customer's last message; a template would go. */
  | "reply-window-closed"
  /** The customer told the platform to stop us. */
  | "opted-out"
  /** There is nobody at that address. */
  | "no-such-recipient"
  /** The platform does not accept this template. */
  | "template-refused"
  /** What we may spend in a day on this channel is spent. */
  | "budget-spent";

/** What a platform tells later about a message that was sent. */
export interface DeliveryReport {
  /** As the receipt told it. */
  externalId: string;
  state: "delivered" | "read" | "failed";
  /** Milliseconds since the epoch. */
  at: number;
  reason?: string;
  code?: FailureCode;
  /** `SendContext.id` of the message, where the platform gives our reference back: it proves a send whose outcome nobody knew. */
  sendId?: string;
}

// ---- transcripts -------------------------------------------------------------------------------------------------

export interface TextBlock {
  type: "text";
  text: string;
}
export interface ThinkingBlock {
  type: "thinking";
  thinking: string;
  signature?: string;
}
export interface ToolCallBlock {
  type: "toolCall";
  id: string;
  name: string;
  arguments: Record<string, unknown>;
}

export interface Usage {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  totalTokens: number;
  costUsd?: number;
}

export interface UserMessage {
  role: "user";
  content: string | TextBlock[];
  timestamp: number;
  /** The inbound message it came from. */
  messageId?: string;
  action?: MessageAction;
  /** What came with it; `content` names each in a line. */
  attachments?: Attachment[];
  tainted?: boolean;
  /** Written by the gateway to tell the model something; no customer wrote it and no chat shows it. */
  synthetic?: true;
}
export interface AssistantMessage {
  role: "assistant";
  content: (TextBlock | ThinkingBlock | ToolCallBlock)[];
  provider: string;
  model: string;
  usage?: Usage;
  stopReason: "stop" | "length" | "toolUse" | "error" | "aborted";
  errorMessage?: string;
  timestamp: number;
  cards?: Card[];
  attachments?: Attachment[];
  /** `operator` when a person wrote it. */
  author?: "agent" | "operator";
}
export interface ToolResultMessage {
  role: "toolResult";
  toolCallId: string;
  toolName: string;
  content: TextBlock[];
  /** For code, never for a model. */
  details?: unknown;
  isError: boolean;
  /** Text in it was written by somebody other than the customer or us. */
  tainted?: boolean;
  timestamp: number;
}
export type TranscriptMessage = UserMessage | AssistantMessage | ToolResultMessage;

/** A message in a transcript file. The first line of a file is its `session` header; lines of other types are no messages. */
export interface TranscriptEntry {
  type: "message";
  id: string;
  parentId: string | null;
  timestamp: string;
  message: TranscriptMessage;
}

/** Something said earlier, word for word, that must outlive every shortening of a conversation. */
export interface ContextFact {
  kind: "booking" | "reference" | "ticket" | "traveller" | "date" | "price" | "offer" | "decision" | "promise";
  /** As it was written. */
  text: string;
  /** What a newer fact replaces: the same kind with the same key is the same fact. */
  key: string;
  /** When it was last said, in milliseconds since the epoch. */
  at: number;
  /** A booking that is neither cancelled nor failed: never left out. */
  active?: true;
  /** Milliseconds after which it no longer holds, such as an offer's expiry. */
  until?: number;
}

/** From here on a model gets `summary` instead of what came before `firstKeptEntryId`. The messages themselves stay in the file. */
export interface CompactionEntry {
  type: "compaction";
  id: string;
  parentId: string | null;
  timestamp: string;
  summary: string;
  firstKeptEntryId: string;
  /** Estimate of the context before. */
  tokensBefore: number;
  details?: {
    facts?: ContextFact[];
    /** The summary without the facts. */
    story?: string;
    /** Something it summarises was written by third parties. */
    tainted?: true;
    /** `provider/model`, or `gateway` when no model had a part in it. */
    by?: string;
  };
}
