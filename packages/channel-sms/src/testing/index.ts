export type { SentSms, SmsFault } from "./sent-sms.ts";
export { type SnsSimulator, startSns } from "./sns.ts";
export { startTwilio, type TwilioSimulator } from "./twilio.ts";
