import * as z from "zod";
import { baseUrl } from "./base-url.ts";
import { secret } from "./secret.ts";

const field = z.enum(["name", "email", "phone", "language", "tags"]);

/** A CRM of somebody else with which customers are exchanged. Without this section nobody is asked and nothing goes out. */
export const crm = z.strictObject({
  enabled: z.boolean().optional().describe("Default true."),
  provider: z.enum(["custom", "rest", "hubspot", "salesforce"]).describe("custom is rest: your own system, in the format of docs/crm.md."),
  apiUrl: baseUrl().optional().describe("Where it answers; https, but on this machine."),
  apiKey: secret().optional().describe("Of rest, or the access token of a HubSpot private app."),
  clientId: z.string().min(1).optional().describe("Of a Salesforce app."),
  clientSecret: secret().optional(),
  privateKey: secret().optional().describe("PEM, for Salesforce's JWT bearer flow in place of a secret."),
  username: z.string().min(1).optional().describe("Whom the JWT bearer flow acts as."),
  apiVersion: z
    .string()
    .regex(/^v\d+\.\d$/, "such as v62.0")
    .optional(),
  webhookSecret: secret().optional().describe("Signs webhooks; without it none are taken."),
  agency: z.string().min(1).optional().describe("Whose customers these are. Default main."),
  fields: z.array(field).min(1).optional().describe("What may go out and come in. Default all."),
  conflicts: z
    .partialRecord(field, z.enum(["ours", "theirs", "newest", "ask"]))
    .optional()
    .describe("Who wins what both sides changed. Default newest."),
  importNew: z.boolean().optional().describe("Records that are new there become customers here. Default true."),
  notes: z.boolean().optional().describe("Notes go out. Default false."),
  leads: z.boolean().optional().describe("Leads go out. Default false."),
  stages: z.record(z.string().min(1), z.string().min(1)).optional().describe("Our stage of a lead to theirs."),
  removeErased: z.boolean().optional().describe("Who is erased here is removed there. Default true."),
  pollSeconds: z.int().min(10).max(86_400).optional().describe("Default 60."),
});
