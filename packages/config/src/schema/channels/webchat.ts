import * as z from "zod";
import { secret } from "../secret.ts";
import { admission } from "./admission.ts";

/** The chat on the agency's own site. */
export const webchat = z.strictObject({
  ...admission,
  title: z.string().min(1).optional(),
  greeting: z.string().optional(),
  identitySecret: secret().optional().describe("With it the agency's own site signs who its visitors are (JWT, HS256); at least 32 characters."),
  allowedOrigins: z.array(z.string().min(1)).optional().describe("Sites that may embed the chat."),
});
