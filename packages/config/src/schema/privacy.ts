import * as z from "zod";

const optIn = z.enum(["required", "soft", "none"]);
const days = (least = 1) => z.int().min(least).max(36_500);

export const privacy = z.strictObject({
  consent: z
    .strictObject({
      optIn: z
        .strictObject({ marketing: optIn, reminders: optIn, profiling: optIn, "ai-assistance": optIn })
        .partial()
        .default({})
        .describe(
          "By purpose: required is a consent, soft lets customers who have booked hear it until they say no, none needs nothing. Default required for marketing and profiling, none else.",
        ),
    })
    .prefault({}),
  optOut: z
    .strictObject({
      channels: z
        .record(z.string().min(1), z.enum(["channel", "marketing", "off"]))
        .default({})
        .describe(
          'By channel, what a message such as "STOP" ends: everything there, advertising everywhere, or nothing. Default marketing on webchat and portal, channel else.',
        ),
      words: z.array(z.string().min(2).max(40)).max(100).default([]).describe("Further words that mean STOP."),
    })
    .prefault({}),
  disclosure: z
    .strictObject({
      enabled: z.boolean().default(true).describe("Customers are told that a machine answers them."),
      text: z
        .union([z.string().min(1).max(1_000), z.record(z.string().min(2).max(35), z.string().min(1).max(1_000))])
        .optional()
        .describe("Instead of ours: one text, or one by language. {agency} stands for agency.name."),
      repeatAfterDays: z.int().min(1).max(3_650).default(30).describe("Said again in a conversation after so many days."),
    })
    .prefault({}),
  bookkeeping: z
    .strictObject({
      country: z
        .string()
        .regex(/^[A-Z]{2}$/, "two capital letters, such as DE")
        .optional()
        .describe("Whose law says how long invoices are kept when a person is forgotten. Default: the longest term known."),
      years: z.int().min(1).max(30).optional().describe("Full years after the year of the invoice, instead of the law's."),
    })
    .prefault({}),
  retention: z
    .strictObject({
      transcripts: days().optional().describe("What was said in conversations that nobody has used for so long."),
      messages: days(7).optional().describe("Texts that came in and went out, counted from their end."),
      leads: days(30).optional().describe("Leads that were lost."),
      quotes: days(30).default(400).describe("Offers of suppliers, proposals and begun purchases that came to nothing."),
      audits: days(365).optional().describe("Who decided what and why."),
      usage: days(30).optional().describe("What each run of a model used."),
      consents: days(365).default(3_650).describe("Consents that newer ones replaced, and what is kept of a withdrawal after an erasure."),
    })
    .prefault({})
    .describe("Days after which something is removed, by kind. What is not here is kept."),
});
