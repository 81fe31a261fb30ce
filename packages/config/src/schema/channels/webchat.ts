import * as z from "zod";
import { admission } from "./admission.ts";

/** The chat on the agency's own site. */
export const webchat = z.strictObject({
  ...admission,
  title: z.string().min(1).optional(),
  greeting: z.string().optional(),
  allowedOrigins: z.array(z.string().min(1)).optional().describe("Sites that may embed the chat."),
});
