import * as z from "zod";
import { baseUrl } from "../base-url.ts";
import { secret } from "../secret.ts";
import { admission, withAccounts } from "./admission.ts";

/** A Slack workspace. */
export const slack = withAccounts({
  ...admission,
  apiUrl: baseUrl().optional(),
  botToken: secret().optional(),
  appToken: secret().optional().describe("For Socket Mode."),
  signingSecret: secret().optional().describe("For posts of Slack to /webhooks/slack."),
  replyToMode: z.enum(["off", "first", "all"]).optional().describe("In channels: whether answers go below the message they answer."),
});
