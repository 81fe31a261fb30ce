import * as z from "zod";
import { TemplateUse } from "../messages.ts";
import { cursor, id, idempotencyKey, limit, open } from "./common.ts";
import { method } from "./define.ts";

export const Conversation = z.strictObject({
  /** The session key: one conversation is one session. */
  id: z.string(),
  channel: z.string(),
  agentId: z.string(),
  /** `agent`: the agent answers. `needs-person`: handed over, nobody has taken it. `person`: somebody owns it. */
  state: z.enum(["agent", "needs-person", "person"]),
  assignee: z.string().optional(),
  /** Why this agent answers, where it is not by bindings: handed over by `from`, given by an operator, or the customer quoted a booking. */
  assigned: z.strictObject({ by: z.enum(["handoff", "operator", "booking"]), from: z.string(), at: z.string(), reason: z.string().optional() }).optional(),
  customerId: z.string().optional(),
  displayName: z.string(),
  lastMessagePreview: z.string().optional(),
  lastMessageAt: z.string(),
  unanswered: z.boolean(),
  /** What the platform told of the newest message to the customer. */
  delivery: z
    .strictObject({
      id: z.string(),
      state: z.enum(["delivered", "read", "failed"]),
      at: z.string(),
      reason: z.string().optional(),
      code: z.string().optional(),
    })
    .optional(),
  /** Somebody has to look: the owner lets the customer wait, or a message did not reach them. */
  attention: z.strictObject({ reason: z.enum(["owner-idle", "delivery-failed"]), since: z.string() }).optional(),
});
export type Conversation = z.infer<typeof Conversation>;

export const Approval = z.strictObject({
  id: z.string(),
  tool: z.string(),
  /** SHA-256 of the action: arguments, offer, price, currency, travellers. The decision covers this and nothing else. */
  actionHash: z.string(),
  title: z.string(),
  lines: z.array(z.string()),
  total: z.looseObject({ amount: z.string(), currency: z.string() }).optional(),
  sessionKey: z.string(),
  customerId: z.string().optional(),
  ruleId: z.string(),
  reason: z.string(),
  role: z.string(),
  /** The version of the policy that asked. */
  policy: z.string().optional(),
  status: z.enum(["pending", "approved", "denied", "expired", "used"]),
  requestedAt: z.string(),
  expiresAt: z.string(),
  decidedBy: z.string().optional(),
  decidedAt: z.string().optional(),
});
export type Approval = z.infer<typeof Approval>;

export const conversationMethods = {
  "conversations.list": method({
    scope: "operator.read",
    params: z
      .strictObject({
        state: z.enum(["agent", "needs-person", "person"]).optional(),
        assignee: z.string().optional(),
        channel: z.string().optional(),
        query: z.string().max(200).optional(),
        limit,
        cursor,
      })
      .optional(),
    result: z.looseObject({ conversations: z.array(Conversation), nextCursor: z.string().optional() }),
  }),
  "conversations.takeOver": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ conversationId: id, assignee: z.string().max(100).optional(), idempotencyKey }),
    result: z.looseObject({ conversation: Conversation }),
  }),
  "conversations.handBack": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ conversationId: id, idempotencyKey }),
    result: z.looseObject({ conversation: Conversation }),
  }),
  /** Taking over is implied: a person who writes owns the conversation. */
  "conversations.reply": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({
      conversationId: id,
      message: z.string().max(20_000),
      /** Where the platform lets nobody write freely any more: a text it knows; `message` says the same in words. */
      template: TemplateUse.optional(),
      /** Files of this conversation that were uploaded before (`POST /api/media/upload`). With them the words may be empty. */
      attachments: z
        .array(z.strictObject({ id: z.string().min(1).max(64) }))
        .max(10)
        .optional(),
      idempotencyKey,
    }),
    result: z.looseObject({ messageId: z.string() }),
  }),
  "approvals.list": method({
    scope: "operator.approvals",
    params: z.strictObject({ status: z.enum(["pending", "approved", "denied", "expired", "used"]).optional(), limit, cursor }).optional(),
    result: z.looseObject({ approvals: z.array(Approval), nextCursor: z.string().optional() }),
  }),
  "approvals.resolve": method({
    scope: "operator.approvals",
    params: z.strictObject({ id, decision: z.enum(["approve", "deny"]), reason: z.string().max(2000).optional(), idempotencyKey: idempotencyKey.optional() }),
    result: z.looseObject({ approval: Approval }),
  }),
  "deliveries.list": method({
    scope: "operator.read",
    params: z.strictObject({ status: z.string().optional(), limit, cursor }).optional(),
    result: z.looseObject({ deliveries: z.array(open), nextCursor: z.string().optional() }),
  }),
  /** Sends again what failed or whose outcome a person found to be "not sent". */
  "deliveries.retry": method({ scope: "operator.write", params: z.strictObject({ id }), result: z.looseObject({ ok: z.boolean() }) }),
  /** A person says what became of an unknown send. */
  "deliveries.resolve": method({
    scope: "operator.write",
    params: z.strictObject({ id, outcome: z.enum(["sent", "failed"]) }),
    result: z.looseObject({ ok: z.boolean() }),
  }),
} as const;
