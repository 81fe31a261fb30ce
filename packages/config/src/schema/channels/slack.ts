import { baseUrl } from "../base-url.ts";
import { secret } from "../secret.ts";
import { admission, withAccounts } from "./admission.ts";

/** A Slack workspace. */
export const slack = withAccounts({
  ...admission,
  apiUrl: baseUrl().optional(),
  botToken: secret().optional(),
  appToken: secret().optional(),
  signingSecret: secret().optional(),
});
