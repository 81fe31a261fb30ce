import * as z from "zod";
import { idempotencyKey, open, str1 } from "./common.ts";
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
  "cron.list": method({
    scope: "operator.read",
    params: z
      .strictObject({
        includeDisabled: z.boolean().optional(),
        enabled: z.enum(["all", "enabled", "disabled"]).optional(),
        agentId: str1.optional(),
        query: z.string().max(200).optional(),
        limit: z.int().min(1).max(200).optional(),
        offset: z.int().min(0).optional(),
        sortBy: z.enum(["nextRunAtMs", "updatedAtMs", "name"]).optional(),
        sortDir: z.enum(["asc", "desc"]).optional(),
        compact: z.boolean().optional(),
        includeDeliveryPreviews: z.boolean().optional(),
      })
      .optional(),
    result: z.looseObject({ jobs: z.array(open) }),
  }),
  "cron.status": method({
    scope: "operator.read",
    params: z.strictObject({}).optional(),
    result: z.looseObject({ enabled: z.boolean(), storePath: z.string(), jobs: z.number(), nextWakeAtMs: z.number().nullable() }),
  }),
  /** The finished runs of one job, newest first. */
  "cron.runs": method({
    scope: "operator.read",
    params: z
      .strictObject({
        id: str1.max(64).optional(),
        jobId: str1.max(64).optional(),
        limit: z.int().min(1).max(5000).optional(),
        offset: z.int().min(0).optional(),
        sortDir: z.enum(["asc", "desc"]).optional(),
      })
      .refine(({ id, jobId }) => id !== undefined || jobId !== undefined, "must have required property 'id'"),
    result: z.looseObject({ entries: z.array(open) }),
  }),
} as const;
