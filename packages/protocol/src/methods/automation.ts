import * as z from "zod";
import { idempotencyKey, str1 } from "./common.ts";
import { method } from "./define.ts";

const noMedia = z.array(z.unknown()).max(0, "attachments come with a later release").optional();

/** What a person or a program sets going without being in the conversation. */
export const automationMethods = {
  /**
   * One message to a customer, through the outbox. Durable when it is answered; `deliveries.list` tells of one that failed.
   * It is a person's message: it goes out whoever owns the conversation, and does not take it over.
   */
  send: method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({
      /** The recipient on the channel, such as a phone number or a chat id; `group:<id>` for a group. */
      to: str1.max(300),
      message: str1.max(20_000),
      /** Default the only channel that reaches people outside. */
      channel: str1.max(64).optional(),
      accountId: str1.max(64).optional(),
      agentId: str1.max(64).optional(),
      threadId: str1.max(200).optional(),
      /** When given, it must be the session of that recipient. */
      sessionKey: str1.max(300).optional(),
      mediaUrls: noMedia,
      mediaUrl: z.string().max(0, "attachments come with a later release").optional(),
      /** How media would be shown; there is none. */
      gifPlayback: z.boolean().optional(),
      asVoice: z.boolean().optional(),
      forceDocument: z.boolean().optional(),
      silent: z.literal(false).optional(),
      idempotencyKey,
    }),
    result: z.looseObject({ runId: z.string(), messageId: z.string(), channel: z.string() }),
  }),
  /** `now` starts a turn in the main session; `next-heartbeat` leaves a note that the next turn there reads. */
  wake: method({
    scope: "operator.write",
    params: z.strictObject({
      mode: z.enum(["now", "next-heartbeat"]),
      text: str1.max(20_000),
      sessionKey: str1.max(300).optional(),
      agentId: str1.max(64).optional(),
    }),
    result: z.looseObject({ ok: z.boolean() }),
  }),
} as const;
