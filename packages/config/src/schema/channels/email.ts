import * as z from "zod";
import { secret } from "../secret.ts";
import { admission, withAccounts } from "./admission.ts";

const mailServer = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).optional(),
  secure: z.boolean().optional(),
  user: z.string().optional(),
  pass: secret().optional(),
});

/** A mailbox that is read, and a server that sends for it. */
export const email = withAccounts({ ...admission, from: z.string().min(1).optional(), imap: mailServer.optional(), smtp: mailServer.optional() });
