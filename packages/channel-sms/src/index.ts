export { createSmsLedger, type SmsBudget, type SmsLedger } from "./ledger.ts";
export { smsPersonalData } from "./personal-data.ts";
export type { KeptMessage, SmsEvent, SmsPost, SmsProvider } from "./provider.ts";
export { createSms, type Sms, type SmsOptions } from "./sms.ts";
export { type SnsOptions, sns } from "./sns/sns.ts";
export { type TwilioOptions, twilio } from "./twilio/twilio.ts";
