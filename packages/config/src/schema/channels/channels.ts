import * as z from "zod";
import { baseUrl } from "../base-url.ts";
import { crm } from "../crm.ts";
import { secret } from "../secret.ts";
import { groupPolicy } from "./admission.ts";
import { discord } from "./discord.ts";
import { email } from "./email.ts";
import { slack } from "./slack.ts";
import { sms } from "./sms.ts";
import { telegram } from "./telegram.ts";
import { webchat } from "./webchat.ts";
import { whatsapp } from "./whatsapp.ts";

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
  defaults: z.strictObject({ groupPolicy: groupPolicy.optional() }).optional().describe("For channels that say nothing else."),
  webchat: webchat.optional(),
  portal: z
    .strictObject({
      enabled: z.boolean().optional().describe("The page of each customer. Default true; it opens by a link that was sent and by nothing else."),
      linkDays: z.int().min(1).max(90).optional().describe("For how long a link to it can be opened. Default 7."),
    })
    .optional(),
  whatsapp: whatsapp.optional(),
  telegram: telegram.optional(),
  email: email.optional(),
  sms: sms.optional(),
  slack: slack.optional(),
  discord: discord.optional(),
  booking: z.record(z.string().min(1), bookingSystem).optional(),
  crm: crm.optional(),
});
