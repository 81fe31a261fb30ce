import * as z from "zod";
import { Attachment, Card, MessageAction } from "../messages.ts";
import { idempotencyKey, open, str1 } from "./common.ts";
import { method } from "./define.ts";

export const ChatMessage = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]),
  timestamp: z.number(),
  cards: z.array(Card).optional(),
  attachments: z.array(Attachment).optional(),
  author: z.string().optional(),
  messageId: z.string().optional(),
});
export type ChatMessage = z.infer<typeof ChatMessage>;

/**
 * A file that goes with a message: one that was uploaded before (`POST /api/media/upload`, or the chat page's own upload), or a small one with
 * its bytes in base64 (`content`, also as a data address), as OpenClaw's clients send it.
 */
const GivenFile = z.union([
  z.strictObject({ id: str1.max(64) }),
  z.strictObject({
    type: z.string().optional(),
    mimeType: z.string().max(200).optional(),
    fileName: z.string().max(255).optional(),
    content: str1.max(9_000_000),
  }),
]);
export type GivenFile = z.infer<typeof GivenFile>;

/** Sent by newer clients beside a short session key such as `main`. */
const agentId = str1.max(64).optional();

export const chatMethods = {
  /** The message is durable when this is answered; the answer of the agent arrives as `chat` events. */
  "chat.send": method({
    scope: "operator.write",
    visitor: true,
    idempotent: true,
    params: z.strictObject({
      sessionKey: str1.max(300),
      agentId,
      /** Where the client believes to be; a session that was reset meanwhile is written to all the same. */
      sessionId: z.string().max(200).optional(),
      message: z.string().max(100_000),
      action: MessageAction.optional(),
      thinking: z.string().optional(),
      fastMode: z.union([z.boolean(), z.literal("auto")]).optional(),
      deliver: z.boolean().optional(),
      attachments: z.array(GivenFile).max(10).optional(),
      timeoutMs: z.int().min(0).optional(),
      idempotencyKey,
    }),
    result: z.looseObject({ runId: z.string(), status: z.string() }),
  }),
  "chat.history": method({
    scope: "operator.read",
    visitor: true,
    params: z.strictObject({
      sessionKey: str1.max(300),
      agentId,
      sessionId: z.string().max(200).optional(),
      limit: z.int().min(1).max(1000).optional(),
      /** Messages to leave out at the end, to read what is before them. */
      offset: z.int().min(0).max(100_000).optional(),
      /** Longest text of one message. */
      maxChars: z.int().min(1).max(500_000).optional(),
    }),
    result: z.looseObject({ sessionKey: z.string(), sessionId: z.string().optional(), messages: z.array(ChatMessage) }),
  }),
  "chat.abort": method({
    scope: "operator.write",
    visitor: true,
    params: z.strictObject({ sessionKey: str1.max(300), agentId, runId: z.string().optional(), preserveSideRuns: z.boolean().optional() }),
    result: z.looseObject({ ok: z.boolean(), aborted: z.boolean(), runIds: z.array(z.string()) }),
  }),
  /** A note as a message of the assistant, in the transcript of one of the gateway's own sessions. Starts nothing and is sent nowhere. */
  "chat.inject": method({
    scope: "operator.admin",
    params: z.strictObject({ sessionKey: str1.max(300), agentId, message: str1.max(100_000), label: z.string().max(100).optional() }),
    result: z.looseObject({ ok: z.boolean(), messageId: z.string() }),
  }),
  /** Two answers under one id: accepted, then the outcome. `idempotencyKey` is the run's id. */
  agent: method({
    scope: "operator.write",
    idempotent: true,
    twoStage: true,
    params: z.strictObject({
      message: str1.max(100_000),
      agentId: z.string().optional(),
      sessionKey: z.string().max(300).optional(),
      sessionId: z.string().optional(),
      to: z.string().optional(),
      replyTo: z.string().optional(),
      thinking: z.string().optional(),
      deliver: z.boolean().optional(),
      attachments: z.array(GivenFile).max(10).optional(),
      channel: z.string().optional(),
      replyChannel: z.string().optional(),
      accountId: z.string().optional(),
      replyAccountId: z.string().optional(),
      threadId: z.string().optional(),
      groupId: z.string().optional(),
      groupChannel: z.string().optional(),
      groupSpace: z.string().optional(),
      timeout: z.int().min(0).optional(),
      lane: z.string().optional(),
      extraSystemPrompt: z.string().optional(),
      label: z.string().min(1).max(64).optional(),
      spawnedBy: z.string().optional(),
      bestEffortDeliver: z.boolean().optional(),
      cleanupBundleMcpOnRunEnd: z.boolean().optional(),
      inputProvenance: z.looseObject({ kind: z.string() }).optional(),
      idempotencyKey,
    }),
    result: open,
  }),
  "agent.wait": method({
    scope: "operator.write",
    params: z.strictObject({ runId: str1, timeoutMs: z.int().min(0).max(600_000).optional() }),
    result: z.looseObject({ runId: z.string(), status: z.string() }),
  }),
} as const;
