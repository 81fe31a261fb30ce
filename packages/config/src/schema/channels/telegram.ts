import * as z from "zod";
import { baseUrl } from "../base-url.ts";
import { secret } from "../secret.ts";
import { admission, withAccounts } from "./admission.ts";

/** A Telegram bot. */
export const telegram = withAccounts({
  ...admission,
  botToken: secret().optional(),
  apiRoot: baseUrl().optional(),
  webhook: z.strictObject({ url: baseUrl(), secret: secret().optional() }).optional(),
});
