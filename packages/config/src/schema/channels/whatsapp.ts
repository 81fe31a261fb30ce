import * as z from "zod";
import { baseUrl } from "../base-url.ts";
import { secret } from "../secret.ts";
import { admission, withAccounts } from "./admission.ts";

const variables = z.array(z.string().min(1)).min(1);

/** An approved template, under the name that texts of ours have. */
const template = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]{1,512}$/, "must be the name as WhatsApp has it: small letters, digits and _"),
  languages: z.record(z.string().min(2), z.string().min(2)).describe("Our locale to WhatsApp's code; what is not listed takes its language, then the first."),
  body: variables.optional().describe("Our variables in the order of the places in the text. Absent: all of them."),
  header: variables.optional(),
  urlButtons: variables.optional().describe("Of each button with an address in it, what is put behind the address."),
  named: z.boolean().optional().describe("The places in the template have names, the same as our variables."),
});

/** A WhatsApp number: Meta's Cloud API, or the app on a phone (`web`). */
export const whatsapp = withAccounts({
  ...admission,
  mode: z.enum(["cloud", "web"]).optional(),
  cloud: z
    .strictObject({
      graphUrl: baseUrl().describe("With the version: https://graph.facebook.com/v24.0"),
      phoneNumberId: z.string().min(1).describe("The id of the number, not the number."),
      accessToken: secret(),
      appSecret: secret(),
      verifyToken: secret(),
      businessAccountId: z.string().min(1).optional().describe("Posts for another one are passed over."),
      templates: z.record(z.string().min(1), template).optional().describe("Approved templates by the name of the text."),
      chooseLabel: z.string().min(1).max(20).optional().describe("What stands on the button that opens a list. Default Choose."),
      mediaHosts: z.array(z.string().min(1)).optional().describe("Hosts files are fetched from beside Graph's own. Default lookaside.fbsbx.com."),
    })
    .optional(),
  web: z.strictObject({ url: z.url({ protocol: /^wss?$/, error: "must be a ws or wss address" }).optional() }).optional(),
});
