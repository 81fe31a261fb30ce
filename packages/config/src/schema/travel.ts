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
  accessGroup: z.string().min(1).optional(),
  authVersion: z.enum(["v2", "v3"]).optional(),
  customerIp: z.string().min(1).optional().describe("Address the supplier is told for the customer, where it asks for one."),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional()
    .describe("Point of sale, or where bookers and drivers live, for suppliers that price by it. ISO 3166-1."),
  timeZone: z.string().min(1).optional().describe("Of the office, in which ticketing dates without a zone are meant."),
  email: z.email().optional().describe("Of the agency, where a supplier asks for it beside the customer's."),
  wallet: z.boolean().optional().describe("The agency pays prepaid travel out of an account at the supplier."),
  holdMinutes: z.int().min(1).max(1440).optional(),
  brands: z.array(z.string().min(1)).optional(),
  iataNumber: z.string().min(1).optional(),
  voucherNumber: z.string().min(1).optional(),
  domain: z.string().min(1).optional(),
  tier: z.string().min(1).optional(),
  live: z.boolean().optional().describe("False for a test account or a simulator: its offers are marked as no real travel. Default true."),
  timeoutMs: z.int().min(1).max(600_000).optional(),
});

export const suppliers = z.record(z.string().min(1), supplier);

export const supplierNews = z.strictObject({
  minorMinutes: z.int().min(1).max(1440).default(30).describe("A schedule change of fewer minutes is told at once; a person looks at others first."),
  pollMinutes: z.int().min(1).max(1440).default(15).describe("Between two questions to a supplier that lists what is new."),
  readsPerHour: z.int().min(0).max(3600).default(60).describe("Most bookings read again in an hour at each supplier that tells nothing by itself. 0: none."),
  watchSandbox: z.boolean().default(false).describe("Ask and read sandboxes and test accounts, too."),
});

export const payments = z.strictObject({
  provider: z.string().min(1).optional().describe("The entry of `providers` that is used first."),
  returnUrl: z.url().optional().describe("Where a provider's page sends the customer when done. Default: the chat page."),
  providers: z
    .record(
      z.string().min(1),
      z.strictObject({
        baseUrl: baseUrl().optional(),
        apiKey: secret().optional(),
        clientId: z.string().min(1).optional(),
        clientSecret: secret().optional(),
        webhookSecret: secret().optional().describe("Signs what the provider posts; two, separated by a comma, while one is being rotated."),
        webhookId: z.string().min(1).optional(),
        live: z.boolean().optional().describe("False for a test account or a simulator. Default true: real money."),
      }),
    )
    .default({}),
});

export const policy = z.strictObject({
  dir: z.string().min(1).optional().describe("Folder of the rules, *.json5."),
  pack: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .default("agency-default")
    .describe("The sets of rules that come with the product and count: one name or several."),
  params: z.record(z.string(), z.unknown()).default({}).describe("Parameters of the rules, over those of packs and files."),
});

export const agency = z.strictObject({
  name: z.string().min(1).default("Travel agency").describe("On itineraries, invoices and quotes."),
  address: z.array(z.string().min(1)).default([]),
  email: z.email().optional(),
  phone: z.string().min(1).optional(),
  taxId: z.string().min(1).optional().describe("On invoices."),
  bank: z.array(z.string().min(1)).default([]).describe("How to pay an invoice by transfer, one line each."),
  locale: z.string().min(2).default("en-GB").describe("How dates and amounts are written on papers, BCP 47."),
  invoiceDays: z.int().min(0).max(365).default(14).describe("Days until an invoice is due."),
});

export const approvals = z.strictObject({
  expireAfterMinutes: z.int().min(1).optional().describe("A decision that nobody made by then is a no."),
  roles: z
    .record(z.string().min(1), z.array(z.string().min(1)).min(1))
    .default({})
    .describe("Who holds an approver's role: scopes such as operator.approvals, or devices as device:<id>."),
});
