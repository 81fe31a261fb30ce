import * as z from "zod";
import { baseUrl } from "../base-url.ts";
import { secret } from "../secret.ts";
import { admission, withAccounts } from "./admission.ts";

/** A WhatsApp number: Meta's Cloud API, or the app on a phone (`web`). */
export const whatsapp = withAccounts({
  ...admission,
  mode: z.enum(["cloud", "web"]).optional(),
  cloud: z
    .strictObject({ graphUrl: baseUrl(), phoneNumberId: z.string().min(1), accessToken: secret(), appSecret: secret(), verifyToken: secret() })
    .optional(),
  web: z.strictObject({ url: z.url({ protocol: /^wss?$/, error: "must be a ws or wss address" }).optional() }).optional(),
});
