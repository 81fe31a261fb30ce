import * as z from "zod";
import { baseUrl } from "../base-url.ts";
import { secret } from "../secret.ts";
import { admission, withAccounts } from "./admission.ts";

/** A number that sends and gets text messages. */
export const sms = withAccounts({
  ...admission,
  provider: z.string().min(1).optional(),
  baseUrl: baseUrl().optional(),
  accountSid: z.string().min(1).optional(),
  authToken: secret().optional(),
  from: z.string().min(1).optional(),
});
