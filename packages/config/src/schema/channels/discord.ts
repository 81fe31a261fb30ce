import { baseUrl } from "../base-url.ts";
import { secret } from "../secret.ts";
import { admission, withAccounts } from "./admission.ts";

/** A Discord bot. */
export const discord = withAccounts({
  ...admission,
  apiUrl: baseUrl().optional(),
  botToken: secret().optional(),
});
