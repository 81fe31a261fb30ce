export { type Dovecot, type DovecotOptions, dovecotProgram, startDovecot } from "./dovecot.ts";
export { type MailServers, startMailServers } from "./mail-servers.ts";
export { type SmtpFault, type SmtpSink, type SmtpSinkOptions, type SunkMail, startSmtpSink } from "./smtp-sink.ts";
export type { Wire } from "./wire.ts";
export { type WrittenMail, writtenMail } from "./written-mail.ts";
