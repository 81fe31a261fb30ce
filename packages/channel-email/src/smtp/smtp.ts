import type { Readable } from "node:stream";
import type { Receipt } from "@travelagent/protocol/messages";
import { createTransport, type MailMessage, type NodemailerError } from "nodemailer";
import type { TokenSource } from "../oauth.ts";
import type { MailServer } from "../options.ts";
import { secureConnection } from "../secure-connection.ts";
import { refusalOf } from "./refusal.ts";

export interface SmtpMail {
  from: string;
  to: string;
  /** A whole mail. */
  raw: Buffer;
  messageId: string;
}

export interface Smtp {
  /** Never rejects. `sent` means that the server has taken the mail over. */
  send(mail: SmtpMail, signal: AbortSignal): Promise<Receipt>;
  /** Ends its connections. A mail that is sent later opens new ones. */
  close(): void;
}

export interface SmtpOptions {
  server: MailServer;
  tokens: TokenSource | undefined;
  answerMs: number;
}

/** Mail goes out over a few connections that stay open for the next one. */
export function createSmtp({ server, tokens, answerMs }: SmtpOptions): Smtp {
  const { host, user, pass, ca } = server;
  const { port, implicit, required } = secureConnection(server, { implicit: 465, plain: 587 });
  // The stream of each mail: whether anything of it was read is whether the server may have it.
  const streams = new Map<string, Readable>();
  const keepStream = (mail: MailMessage<unknown>, done: () => void): void => {
    const { message } = mail;
    const create = message.createReadStream.bind(message);
    const key = String((mail.data as { messageId?: unknown }).messageId);
    message.createReadStream = (options) => {
      const stream = create(options);
      streams.set(key, stream as Readable);
      return stream;
    };
    done();
  };
  const provideToken = (_user: string, renew: boolean, done: (error: Error | null, token?: string) => void): void => {
    tokens?.token(renew).then(
      (token) => done(null, token),
      (error: Error) => done(error),
    );
  };
  const open = () => {
    const transport = createTransport({
      pool: true,
      maxConnections: 2,
      host,
      port,
      secure: implicit,
      requireTLS: required,
      ...(ca === undefined ? {} : { tls: { ca } }),
      ...(user === undefined ? {} : { auth: tokens ? { type: "OAuth2" as const, user } : { user, pass: pass ?? "" } }),
      connectionTimeout: answerMs,
      greetingTimeout: answerMs,
      socketTimeout: answerMs * 4,
      disableFileAccess: true,
      disableUrlAccess: true,
      logger: false,
    });
    transport.on("error", () => undefined);
    if (tokens) transport.set("oauth2_provision_cb", provideToken);
    transport.use("stream", keepStream);
    return transport;
  };
  /** Made with the first mail, and again with the first one after `close`. */
  let current: ReturnType<typeof open> | undefined;

  const isRenewed = async (): Promise<boolean> => {
    try {
      return (await tokens?.token(true)) !== undefined;
    } catch {
      return false;
    }
  };

  return {
    async send({ from, to, raw, messageId }, signal) {
      for (let renewed = tokens === undefined; ; renewed = true) {
        if (signal.aborted) return { status: "failed", reason: "it was cancelled before it was sent", retryable: true };
        streams.delete(messageId);
        try {
          current ??= open();
          await current.sendMail({ envelope: { from, to: [to] }, raw, messageId, signal });
          return { status: "sent", externalId: messageId };
        } catch (error) {
          // A token that was good a moment ago; nobody was told of the mail yet.
          if ((error as NodemailerError).code === "EAUTH" && !renewed && (await isRenewed())) continue;
          return refusalOf(error as NodemailerError, streams.get(messageId)?.readableDidRead === true);
        } finally {
          streams.delete(messageId);
        }
      }
    },
    close() {
      current?.close();
      current = undefined;
    },
  };
}
