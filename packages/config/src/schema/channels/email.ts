import * as z from "zod";
import { baseUrl } from "../base-url.ts";
import { secret } from "../secret.ts";
import { admission, withAccounts } from "./admission.ts";

const mailServer = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).optional().describe("Default 993 and 465 with TLS from the first byte, 143 and 587 with STARTTLS."),
  secure: z.boolean().optional().describe("TLS from the first byte. Default true, unless the port is 25, 143 or 587: there STARTTLS is required."),
  allowPlaintext: z
    .boolean()
    .optional()
    .describe("Goes on without TLS where the server has none. Default false; on this machine itself it needs no permission."),
  ca: z.string().min(1).optional().describe("Certificates (PEM) of an authority of your own."),
  user: z.string().optional(),
  pass: secret().optional(),
});

/** A mailbox that is read, and a server that sends for it. */
export const email = withAccounts({
  ...admission,
  from: z.string().min(1).optional().describe('Our address, such as "Sunny Travel <hello@agency.example>".'),
  aliases: z.array(z.string().min(3)).optional().describe("Further addresses of ours; mail from them is no customer's."),
  imap: mailServer.optional(),
  smtp: mailServer.optional(),
  oauth: z
    .strictObject({
      tokenUrl: baseUrl(),
      clientId: z.string().min(1),
      clientSecret: secret().optional(),
      refreshToken: secret(),
      scope: z.string().min(1).optional(),
    })
    .optional()
    .describe("OAuth 2 (XOAUTH2) for both servers, instead of passwords."),
  folders: z.array(z.string().min(1)).min(1).optional().describe("Folders that are read. Default INBOX."),
  sentFolder: z
    .union([z.string().min(1), z.literal(false)])
    .optional()
    .describe("Folder with what was sent; default the one the server marks so. false: none."),
  authentication: z
    .strictObject({
      servers: z.array(z.string().min(1)).optional().describe("Names of your provider's servers in Authentication-Results; * is whoever wrote the topmost."),
      acceptUnchecked: z.boolean().optional().describe("Believes a From that nobody checked. Default false."),
    })
    .optional()
    .describe("Whose word counts for who wrote a mail. Absent: nobody's, and every thread is a stranger's."),
  markSeen: z.boolean().optional().describe("Marks what was taken in as read. Default true."),
  subject: z.string().min(1).optional().describe("Of a mail that begins a thread and has no other."),
  pollSeconds: z.int().min(5).max(3600).optional().describe("Where the server cannot tell of new mail by itself. Default 60."),
  maxMailBytes: z.int().min(65_536).max(100_000_000).optional().describe("Of a larger mail the beginning is read. Default 25 MiB."),
});
