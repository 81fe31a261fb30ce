import * as z from "zod";
import { baseUrl } from "./base-url.ts";
import { secret } from "./secret.ts";

const supplier = z.strictObject({
  enabled: z.boolean().optional(),
  baseUrl: baseUrl().optional(),
  authUrl: baseUrl().optional(),
  apiKey: secret().optional(),
  apiSecret: secret().optional(),
  apiToken: secret().optional(),
  accessToken: secret().optional(),
  sharedSecret: secret().optional(),
  webhookSecret: secret().optional(),
  clientId: z.string().min(1).optional(),
  clientSecret: secret().optional(),
  username: z.string().min(1).optional(),
  password: secret().optional(),
  accountId: z.string().min(1).optional().describe("Office, branch or affiliate the supplier knows the agency by."),
  timeoutMs: z.int().min(1).max(600_000).optional(),
});

export const suppliers = z.record(z.string().min(1), supplier);

export const payments = z.strictObject({
  provider: z.string().min(1).optional().describe("The entry of `providers` that is used."),
  providers: z
    .record(
      z.string().min(1),
      z.strictObject({
        baseUrl: baseUrl().optional(),
        apiKey: secret().optional(),
        clientId: z.string().min(1).optional(),
        clientSecret: secret().optional(),
        webhookSecret: secret().optional(),
      }),
    )
    .default({}),
});

export const policy = z.strictObject({
  dir: z.string().min(1).optional().describe("Folder of the rules, *.json5."),
  pack: z.string().min(1).optional().describe("A set of rules that comes with the product."),
});

export const approvals = z.strictObject({
  expireAfterMinutes: z.int().min(1).optional().describe("A decision that nobody made by then is a no."),
});
