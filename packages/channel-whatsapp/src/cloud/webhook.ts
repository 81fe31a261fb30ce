import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";

const media = z.looseObject({
  id: z.string(),
  mime_type: z.string().optional(),
  caption: z.string().optional(),
  filename: z.string().optional(),
  voice: z.boolean().optional(),
});
const graphError = z.looseObject({
  code: z.number(),
  title: z.string().optional(),
  message: z.string().optional(),
  error_data: z.looseObject({ details: z.string().optional() }).optional(),
});

const reply = z.looseObject({ id: z.string(), title: z.string().default("") });

/** A message of a customer. What it says is under the name of its type. */
export const CloudMessage = z.looseObject({
  id: z.string().min(1),
  from: z.string().min(1),
  timestamp: z.string().regex(/^\d{1,12}$/),
  type: z.string().default("unknown"),
  /** Of a message that somebody of the agency wrote in the app. */
  to: z.string().optional(),
  context: z.looseObject({ id: z.string().optional(), forwarded: z.boolean().optional(), frequently_forwarded: z.boolean().optional() }).optional(),
  text: z.looseObject({ body: z.string() }).optional(),
  image: media.optional(),
  audio: media.optional(),
  video: media.optional(),
  document: media.optional(),
  sticker: media.optional(),
  location: z.looseObject({ latitude: z.number(), longitude: z.number(), name: z.string().optional(), address: z.string().optional() }).optional(),
  contacts: z
    .array(
      z.looseObject({
        name: z.looseObject({ formatted_name: z.string().optional() }).optional(),
        phones: z.array(z.looseObject({ phone: z.string().optional() })).optional(),
        emails: z.array(z.looseObject({ email: z.string().optional() })).optional(),
      }),
    )
    .optional(),
  reaction: z.looseObject({ message_id: z.string(), emoji: z.string().optional() }).optional(),
  interactive: z.looseObject({ type: z.string(), button_reply: reply.optional(), list_reply: reply.optional() }).optional(),
  button: z.looseObject({ payload: z.string().optional(), text: z.string().default("") }).optional(),
  system: z
    .looseObject({ type: z.string().optional(), body: z.string().optional(), wa_id: z.string().optional(), new_wa_id: z.string().optional() })
    .optional(),
  errors: z.array(graphError).optional(),
});
export type CloudMessage = z.infer<typeof CloudMessage>;

/** What became of a message of ours. */
export const CloudStatus = z.looseObject({
  id: z.string().min(1),
  status: z.string(),
  timestamp: z.string().regex(/^\d{1,12}$/),
  recipient_id: z.string().optional(),
  biz_opaque_callback_data: z.string().optional(),
  errors: z.array(graphError).optional(),
});
export type CloudStatus = z.infer<typeof CloudStatus>;

const value = z.looseObject({
  metadata: z.looseObject({ phone_number_id: z.string(), display_phone_number: z.string().optional() }).optional(),
  contacts: z.array(z.looseObject({ wa_id: z.string().optional(), profile: z.looseObject({ name: z.string().optional() }).optional() })).optional(),
  // Each is looked at by itself: one that cannot be read must not keep the others back.
  messages: z.array(z.unknown()).optional(),
  message_echoes: z.array(z.unknown()).optional(),
  statuses: z.array(z.unknown()).optional(),
  event: z.string().optional(),
  display_phone_number: z.string().optional(),
  message_template_name: z.string().optional(),
  message_template_language: z.string().optional(),
  reason: z.string().nullish(),
});

/** One thing that changed. `value` is loose: fields come and go with versions of the platform. */
export interface CloudChange {
  businessAccountId: string;
  field: string;
  value: z.infer<typeof value>;
}

const post = z.looseObject({
  object: z.literal("whatsapp_business_account"),
  entry: z.array(z.looseObject({ id: z.string(), changes: z.array(z.looseObject({ field: z.string(), value })) })),
});

/** What a post of WhatsApp brings, in order. Raises `INVALID_REQUEST` for what is none. */
export function changesOf(body: Uint8Array): CloudChange[] {
  let given: unknown;
  try {
    given = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new TravelAgentError("INVALID_REQUEST", "this is no post of WhatsApp");
  }
  const read = post.safeParse(given);
  if (!read.success) throw new TravelAgentError("INVALID_REQUEST", "this is no post of WhatsApp");
  return read.data.entry.flatMap(({ id, changes }) => changes.map((change) => ({ businessAccountId: id, field: change.field, value: change.value })));
}
