export { createEmail } from "./email.ts";
export type { EmailOptions, MailOAuth, MailServer, SenderAuthentication } from "./options.ts";
export { emailPersonalData } from "./personal-data.ts";
