import { type Dovecot, type DovecotOptions, startDovecot } from "./dovecot.ts";
import { type SmtpSink, type SmtpSinkOptions, startSmtpSink } from "./smtp-sink.ts";

/** A mailbox to read and a server to send, on this machine. */
export interface MailServers {
  imap: Dovecot;
  smtp: SmtpSink;
  close(): Promise<void>;
}

/** Needs the program `dovecot`: see `dovecotProgram`. */
export async function startMailServers({ imap = {}, smtp = {} }: { imap?: DovecotOptions; smtp?: SmtpSinkOptions } = {}): Promise<MailServers> {
  const sink = await startSmtpSink(smtp);
  try {
    const dovecot = await startDovecot(imap);
    return {
      imap: dovecot,
      smtp: sink,
      async close() {
        await Promise.all([dovecot.stop(), sink.close()]);
      },
    };
  } catch (error) {
    await sink.close();
    throw error;
  }
}
