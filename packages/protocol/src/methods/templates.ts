import * as z from "zod";
import { id, idempotencyKey, str1 } from "./common.ts";
import { method } from "./define.ts";

const name = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "a name of a template, such as quote-ready")
  .max(64);
const locale = z.string().min(2).max(35);
const channel = z
  .string()
  .regex(/^[a-z0-9-]+$/)
  .max(64);
const values = z.record(z.string().max(64), z.unknown());

const Rendered = z.looseObject({
  template: z.string(),
  locale: z.string(),
  channel: z.string(),
  text: z.string(),
  /** Of an e-mail. */
  subject: z.string().optional(),
  html: z.string().optional(),
  /** A message template that WhatsApp knows, and its parameters in order. */
  whatsapp: z.looseObject({ name: z.string(), language: z.string(), parameters: z.array(z.string()) }).optional(),
});

export const templateMethods = {
  "templates.list": method({
    scope: "operator.read",
    params: z.strictObject({}).optional(),
    result: z.looseObject({
      templates: z.array(
        z.looseObject({
          name: z.string(),
          purpose: z.string(),
          kind: z.string(),
          variables: z.record(z.string(), z.string()),
          variants: z.array(z.looseObject({ locale: z.string(), channel: z.string().optional(), source: z.enum(["shipped", "agency"]), body: z.string() })),
        }),
      ),
    }),
  }),
  /** What a template makes of these values, without sending it. Without values, of examples. */
  "templates.preview": method({
    scope: "operator.read",
    params: z.strictObject({ name, locale: locale.optional(), channel: channel.optional(), timeZone: str1.max(64).optional(), values: values.optional() }),
    result: Rendered,
  }),
  "templates.lint": method({
    scope: "operator.read",
    params: z.strictObject({}).optional(),
    result: z.looseObject({
      ok: z.boolean(),
      problems: z.array(z.looseObject({ template: z.string(), variant: z.string().optional(), problem: z.string() })),
    }),
  }),
  /** Goes out at once, or when the customer's quiet hours are over. The same id again is sent once. */
  "templates.send": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ id: id.optional(), name, sessionKey: str1, values, locale: locale.optional(), idempotencyKey }),
    result: z.looseObject({ id: z.string(), status: z.enum(["scheduled", "sent", "refused", "failed"]), at: z.string(), reason: z.string().optional() }),
  }),
} as const;
