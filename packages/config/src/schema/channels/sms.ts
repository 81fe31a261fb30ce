import * as z from "zod";
import { baseUrl } from "../base-url.ts";
import { secret } from "../secret.ts";
import { admission, withAccounts } from "./admission.ts";

/** A number that sends and gets text messages: at Twilio, or at Amazon SNS. */
export const sms = withAccounts({
  ...admission,
  provider: z.enum(["twilio", "sns", "aws-sns"]).optional().describe("Default twilio where there is an accountSid, sns where there is a region."),
  baseUrl: baseUrl().optional().describe("Where the platform's interface is, instead of its own address."),
  from: z.string().min(1).optional().describe("The number that sends, with + and country code, or a name of up to eleven letters."),
  countries: z
    .array(z.string().regex(/^[A-Z]{2}$/, "must be two capital letters, such as ES"))
    .min(1)
    .optional()
    .describe("Where messages may go; the first is the one national numbers belong to. Default the country of from."),
  budget: z
    .strictObject({
      segmentsPerDay: z.int().min(1).max(10_000_000).optional().describe("Segments of the account within 24 hours. Default 1000."),
      segmentsPerRecipientHour: z.int().min(1).max(100_000).optional().describe("Segments to one number within an hour. Default 30."),
    })
    .optional(),
  maxSegments: z.int().min(1).max(10).optional().describe("Longest single message, in segments. Default 10."),
  accountSid: z.string().min(1).optional().describe("Twilio."),
  authToken: secret().optional().describe("Twilio; it also signs what Twilio posts."),
  messagingServiceSid: z.string().min(1).optional().describe("Twilio: a service that chooses the number, instead of from."),
  region: z.string().min(1).optional().describe("SNS, such as eu-west-1."),
  accessKeyId: z.string().min(1).optional().describe("SNS."),
  secretAccessKey: secret().optional().describe("SNS."),
  sessionToken: secret().optional().describe("SNS, of keys that were lent."),
  topicArn: z.string().min(1).optional().describe("SNS: the topic that two-way SMS publishes to."),
  deliveryTopicArn: z.string().min(1).optional().describe("SNS: the topic that is told what became of messages."),
  maxPriceUsd: z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'must be a number of dollars, such as "0.50"')
    .optional()
    .describe("SNS: the most one message may cost."),
});
