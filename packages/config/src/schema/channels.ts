import * as z from "zod";
import { baseUrl } from "./base-url.ts";
import { crm } from "./crm.ts";
import { secret } from "./secret.ts";

const group = z.strictObject({ requireMention: z.boolean().optional(), agentId: z.string().min(1).optional(), allowFrom: z.array(z.string()).optional() });

/** Who may write, the same on every channel. */
const admission = {
  enabled: z.boolean().optional(),
  dmPolicy: z.enum(["pairing", "allowlist", "open", "disabled"]).optional().describe("Who may start a direct conversation."),
  groupPolicy: z.enum(["open", "allowlist", "disabled"]).optional(),
  allowFrom: z.array(z.string().min(1)).optional().describe("Senders who may write; * is everybody."),
  groupAllowFrom: z.array(z.string().min(1)).optional(),
  groups: z
    .union([z.array(z.string().min(1)), z.record(z.string(), group)])
    .optional()
    .describe("Groups the agent serves; * is any."),
  textChunkLimit: z.int().min(100).max(100_000).optional(),
};

const mailServer = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).optional(),
  secure: z.boolean().optional(),
  user: z.string().optional(),
  pass: secret().optional(),
});

const chatApi = z.strictObject({
  ...admission,
  apiUrl: baseUrl().optional(),
  botToken: secret().optional(),
  appToken: secret().optional(),
  signingSecret: secret().optional(),
});

/** Keys of booking systems as agencies write them beside their channels; `suppliers.<id>` is where a supplier is switched on. */
const bookingSystem = z.strictObject({
  enabled: z.boolean().optional(),
  baseUrl: baseUrl().optional(),
  apiKey: secret().optional(),
  apiSecret: secret().optional(),
  clientId: z.string().min(1).optional(),
  clientSecret: secret().optional(),
});

export const channels = z.strictObject({
  webchat: z
    .strictObject({
      ...admission,
      title: z.string().min(1).optional(),
      greeting: z.string().optional(),
      allowedOrigins: z.array(z.string().min(1)).optional().describe("Sites that may embed the chat."),
    })
    .optional(),
  portal: z
    .strictObject({
      enabled: z.boolean().optional().describe("The page of each customer. Default true; it opens by a link that was sent and by nothing else."),
      linkDays: z.int().min(1).max(90).optional().describe("For how long a link to it can be opened. Default 7."),
    })
    .optional(),
  whatsapp: z
    .strictObject({
      ...admission,
      mode: z.enum(["cloud", "web"]).optional(),
      cloud: z
        .strictObject({ graphUrl: baseUrl(), phoneNumberId: z.string().min(1), accessToken: secret(), appSecret: secret(), verifyToken: secret() })
        .optional(),
      web: z.strictObject({ url: z.url({ protocol: /^wss?$/, error: "must be a ws or wss address" }).optional() }).optional(),
    })
    .optional(),
  telegram: z
    .strictObject({
      ...admission,
      botToken: secret().optional(),
      apiRoot: baseUrl().optional(),
      webhook: z.strictObject({ url: baseUrl(), secret: secret().optional() }).optional(),
    })
    .optional(),
  email: z.strictObject({ ...admission, from: z.string().min(1).optional(), imap: mailServer.optional(), smtp: mailServer.optional() }).optional(),
  sms: z
    .strictObject({
      ...admission,
      provider: z.string().min(1).optional(),
      baseUrl: baseUrl().optional(),
      accountSid: z.string().min(1).optional(),
      authToken: secret().optional(),
      from: z.string().min(1).optional(),
    })
    .optional(),
  slack: chatApi.optional(),
  discord: chatApi.optional(),
  booking: z.record(z.string().min(1), bookingSystem).optional(),
  crm: crm.optional(),
});
