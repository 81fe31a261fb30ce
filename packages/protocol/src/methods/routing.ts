import * as z from "zod";
import { id, idempotencyKey, str1 } from "./common.ts";
import { Conversation } from "./conversations.ts";
import { method } from "./define.ts";

/** Which agent answers whom. */
export const routingMethods = {
  /** Gives a conversation to an agent until somebody decides otherwise; null gives it back to the one the bindings name, such as after a handoff. */
  "conversations.assignAgent": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ conversationId: id, agentId: str1.max(64).nullable(), reason: z.string().max(500).optional(), idempotencyKey }),
    result: z.looseObject({ conversation: Conversation }),
  }),
  /** Where a message from there would go, and why, without any. `agents` lists all of a broadcast group. */
  /** Which agent answers whom, in the order of the configuration; the most specific one wins. `handoff`: by agent, to whom it may hand over. */
  "routing.list": method({
    scope: "operator.read",
    params: z.strictObject({}).optional(),
    result: z.looseObject({
      defaultId: z.string(),
      bindings: z.array(z.looseObject({ agentId: z.string(), match: z.looseObject({}) })),
      handoff: z.record(z.string(), z.array(z.string())),
    }),
  }),
  "routing.explain": method({
    scope: "operator.read",
    params: z.strictObject({
      channel: str1.max(64),
      accountId: str1.max(64).optional(),
      chatType: z.enum(["direct", "group"]).optional(),
      peer: str1.max(300),
      threadId: str1.max(300).optional(),
      guildId: str1.max(300).optional(),
      teamId: str1.max(300).optional(),
      /** What they would write: it may quote a booking. */
      text: z.string().max(20_000).optional(),
    }),
    result: z.looseObject({ agentId: z.string(), sessionKey: z.string(), matchedBy: z.string() }),
  }),
} as const;
