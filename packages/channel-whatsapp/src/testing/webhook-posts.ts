import { createHmac } from "node:crypto";

/** A post as WhatsApp makes it. */
export interface SignedPost {
  headers: Record<string, string>;
  body: Uint8Array;
}

export interface PostsOptions {
  appSecret: string;
  phoneNumberId: string;
  businessAccountId?: string;
  displayNumber?: string;
}

type Fields = Record<string, unknown>;

/** A part of a post: what changed for one number. */
export interface Change {
  businessAccountId: string;
  field: string;
  value: Fields;
}

export interface Posts {
  /** Messages of one person. Times and ids are made where they are missing. */
  messages(messages: readonly Fields[], from?: { waId: string; name?: string }): Change;
  statuses(statuses: readonly Fields[]): Change;
  change(field: string, value: Fields): Change;
}

/** Signs with the secret of an app, as WhatsApp does. */
export function signed(changes: readonly Change[], appSecret: string): SignedPost {
  const entry = changes.map(({ businessAccountId, ...change }) => ({ id: businessAccountId, changes: [change] }));
  const body = Buffer.from(JSON.stringify({ object: "whatsapp_business_account", entry }));
  return {
    headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${createHmac("sha256", appSecret).update(body).digest("hex")}` },
    body,
  };
}

let made = 0;

/** What WhatsApp says of one number. */
export function webhookPosts({ phoneNumberId, businessAccountId = "102290129340398", displayNumber = "34910000001" }: Omit<PostsOptions, "appSecret">): Posts {
  const about = { messaging_product: "whatsapp", metadata: { display_phone_number: displayNumber, phone_number_id: phoneNumberId } };
  const timestamp = (): string => String(Math.floor(Date.now() / 1000));
  return {
    messages: (messages, { waId, name = "Ana Silva" } = { waId: "34600111222" }) => ({
      businessAccountId,
      field: "messages",
      value: {
        ...about,
        contacts: [{ profile: { name }, wa_id: waId }],
        messages: messages.map((message) => {
          made += 1;
          return { from: waId, id: `wamid.IN${String(made).padStart(6, "0")}`, timestamp: timestamp(), ...message };
        }),
      },
    }),
    statuses: (statuses) => ({
      businessAccountId,
      field: "messages",
      value: { ...about, statuses: statuses.map((status) => ({ timestamp: timestamp(), ...status })) },
    }),
    change: (field, value) => ({ businessAccountId, field, value }),
  };
}
