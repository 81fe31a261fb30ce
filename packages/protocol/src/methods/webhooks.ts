import * as z from "zod";
import { idempotencyKey, limit } from "./common.ts";
import { method } from "./define.ts";

const webhookId = z.string().regex(/^wh_[0-9a-z]{1,40}$/, "an id of webhooks.list, such as wh_0123456789abcdef");
const deliveryId = z.string().regex(/^msg_[0-9a-f]{1,64}$/, "an id of webhooks.deliveries");
const event = z.enum(["booking.changed", "conversation.handed-over", "approval.requested", "delivery.failed"]);

/** Another system that is told of events. */
const Webhook = z.looseObject({
  id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  description: z.string().optional(),
  createdBy: z.string(),
  createdAt: z.string(),
  /** Why nothing is sent there any more. */
  disabled: z.string().optional(),
});

export const webhookMethods = {
  "webhooks.list": method({ scope: "operator.read", params: z.strictObject({}).optional(), result: z.looseObject({ webhooks: z.array(Webhook) }) }),
  /** The secret is told once. */
  "webhooks.add": method({
    scope: "operator.admin",
    idempotent: true,
    params: z.strictObject({ url: z.url().max(2000), events: z.array(event).min(1), description: z.string().trim().max(200).optional(), idempotencyKey }),
    result: z.looseObject({ webhook: Webhook, secret: z.string() }),
  }),
  /** With everything that waits for it. */
  "webhooks.remove": method({
    scope: "operator.admin",
    idempotent: true,
    params: z.strictObject({ id: webhookId, idempotencyKey }),
    result: z.looseObject({ ok: z.boolean() }),
  }),
  /** A new secret, told once; the old one signs as well for a day. One that was off is on again. */
  "webhooks.rotate": method({
    scope: "operator.admin",
    idempotent: true,
    params: z.strictObject({ id: webhookId, idempotencyKey }),
    result: z.looseObject({ id: z.string(), secret: z.string() }),
  }),
  /** Newest first. */
  "webhooks.deliveries": method({
    scope: "operator.read",
    params: z.strictObject({ status: z.enum(["pending", "delivered", "dead"]).optional(), webhookId: webhookId.optional(), limit }).optional(),
    result: z.looseObject({
      deliveries: z.array(
        z.looseObject({
          id: z.string(),
          webhookId: z.string(),
          event: z.string(),
          status: z.enum(["pending", "delivered", "dead"]),
          attempts: z.int(),
          reason: z.string().optional(),
          createdAt: z.string(),
          nextAt: z.string().optional(),
        }),
      ),
    }),
  }),
  /** Dead letters go out again: one, or all of a webhook. */
  "webhooks.redrive": method({
    scope: "operator.write",
    idempotent: true,
    params: z
      .strictObject({ id: deliveryId.optional(), webhookId: webhookId.optional(), idempotencyKey })
      .refine(({ id, webhookId: of }) => (id === undefined) !== (of === undefined), "give either id or webhookId"),
    result: z.looseObject({ count: z.int() }),
  }),
} as const;
