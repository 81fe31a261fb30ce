import * as z from "zod";
import { Money } from "../money.ts";
import { cursor, id, idempotencyKey, limit, str1 } from "./common.ts";
import { method } from "./define.ts";

const stage = z.enum(["new", "contacted", "qualified", "quoted", "won", "lost"]);
const nextStep = z.strictObject({ what: str1.max(500), dueAt: z.iso.datetime({ offset: true }).optional() });
const Lead = z.strictObject({
  id: z.string(),
  sessionKey: z.string(),
  customerId: z.string().optional(),
  source: z.string(),
  summary: z.string(),
  destination: z.string().optional(),
  dates: z.string().optional(),
  budget: z.string().optional(),
  stage,
  lostReason: z.string().optional(),
  owner: z.string().optional(),
  nextStep: z.strictObject({ what: z.string(), dueAt: z.string().optional() }).optional(),
  expectedValue: Money.optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
  version: z.int(),
});
const LeadStep = z.strictObject({ stage, reason: z.string().optional(), by: z.string(), at: z.string() });

const status = z.enum(["open", "kept", "broken", "waived"]);
/** Something a customer was promised. */
export const PromiseEntry = z.strictObject({
  id: z.string(),
  customerId: z.string().optional(),
  sessionKey: z.string(),
  text: z.string(),
  /** The sentence, as the customer read it. */
  quote: z.string().optional(),
  promisedBy: z.enum(["agent", "operator", "system"]),
  actor: z.string().optional(),
  dueAt: z.string(),
  /** No time was named: one working day was taken. */
  assumed: z.boolean(),
  status,
  overdue: z.boolean(),
  sourceMessageId: z.string().optional(),
  note: z.string().optional(),
  settledBy: z.string().optional(),
  settledAt: z.string().optional(),
  createdAt: z.string(),
  version: z.int(),
});

const time = z.iso.datetime({ offset: true });

export const salesMethods = {
  "leads.list": method({
    scope: "operator.read",
    params: z
      .strictObject({
        stage: stage.optional(),
        owner: z.string().optional(),
        customerId: z.string().optional(),
        sessionKey: z.string().optional(),
        limit,
        cursor,
      })
      .optional(),
    result: z.looseObject({ leads: z.array(Lead), nextCursor: z.string().optional() }),
  }),
  "leads.get": method({ scope: "operator.read", params: z.strictObject({ id }), result: z.looseObject({ lead: Lead, history: z.array(LeadStep) }) }),
  "leads.create": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({
      sessionKey: str1.optional(),
      customerId: id.optional(),
      summary: str1.max(1000),
      source: str1.max(100).optional(),
      destination: str1.max(200).optional(),
      dates: str1.max(200).optional(),
      budget: str1.max(100).optional(),
      owner: str1.max(200).optional(),
      nextStep: nextStep.optional(),
      expectedValue: Money.optional(),
      idempotencyKey,
    }),
    result: z.looseObject({ lead: Lead }),
  }),
  /** `lostReason` is required when a lead is lost. Null takes a value away. */
  "leads.update": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({
      id,
      stage: stage.optional(),
      lostReason: str1.max(500).optional(),
      owner: str1.max(200).nullable().optional(),
      nextStep: nextStep.nullable().optional(),
      expectedValue: Money.nullable().optional(),
      summary: str1.max(1000).optional(),
      expectedVersion: z.int().optional(),
      idempotencyKey,
    }),
    result: z.looseObject({ lead: Lead }),
  }),
  /** Those due first come first. */
  "promises.list": method({
    scope: "operator.read",
    params: z
      .strictObject({
        status: status.optional(),
        overdue: z.boolean().optional(),
        customerId: z.string().optional(),
        sessionKey: z.string().optional(),
        limit,
        cursor,
      })
      .optional(),
    result: z.looseObject({ promises: z.array(PromiseEntry), nextCursor: z.string().optional() }),
  }),
  "promises.add": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({
      sessionKey: str1.optional(),
      customerId: id.optional(),
      text: str1.max(500),
      dueAt: time,
      note: str1.max(1000).optional(),
      idempotencyKey,
    }),
    result: z.looseObject({ promise: PromiseEntry }),
  }),
  "promises.update": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({
      id,
      text: str1.max(500).optional(),
      dueAt: time.optional(),
      note: str1.max(1000).optional(),
      expectedVersion: z.int().optional(),
      idempotencyKey,
    }),
    result: z.looseObject({ promise: PromiseEntry }),
  }),
  /** `open` takes a settled one up again. */
  "promises.settle": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ id, status, note: str1.max(1000).optional(), idempotencyKey }),
    result: z.looseObject({ promise: PromiseEntry }),
  }),
} as const;
