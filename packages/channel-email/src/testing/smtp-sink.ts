import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export interface SunkMail {
  from: string;
  to: string[];
  source: string;
  /** Who was logged in: a user, or a token. */
  by: string | undefined;
  /** Over TLS. */
  secure: boolean;
}

/** What goes wrong with the next mail. `lost`: it is taken, and the answer never comes. `cut`: the connection ends before any of it was read. */
export type SmtpFault = { at: "recipient" | "data"; status: number; text: string } | "lost" | "cut";

/** A server that takes mail and keeps a ledger of what it took. */
export interface SmtpSink {
  readonly port: number;
  /** What was taken, in order. The truth about what went out. */
  readonly taken: readonly SunkMail[];
  failNext(fault: SmtpFault): void;
  close(): Promise<void>;
}

export interface SmtpSinkOptions {
  /** Certificate and key as PEM. */
  tls?: { cert: string; key: string };
  /** TLS from the first byte; else STARTTLS. */
  implicit?: boolean;
  /** Whether somebody may log in; absent: nobody needs to. */
  login?(given: { user: string; pass: string | undefined; token: string | undefined }): boolean;
}

export async function startSmtpSink({ tls, implicit = false, login }: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const taken: SunkMail[] = [];
  let next: SmtpFault | undefined;
  const refusal = (at: "recipient" | "data"): Error | undefined => {
    if (typeof next !== "object" || next.at !== at) return undefined;
    const { status, text } = next;
    next = undefined;
    return Object.assign(new Error(text), { responseCode: status });
  };
  const options: SMTPServerOptions = {
    secure: implicit,
    ...(tls ?? {}),
    ...(tls ? {} : { disabledCommands: ["STARTTLS"] }),
    authOptional: login === undefined,
    allowInsecureAuth: tls === undefined,
    authMethods: ["PLAIN", "LOGIN", "XOAUTH2"],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onAuth({ username, password, accessToken }, _session, done) {
      if (login && !login({ user: username ?? "", pass: password ?? undefined, token: accessToken ?? undefined }))
        return done(Object.assign(new Error("Authentication failed"), { responseCode: 535 }));
      done(null, { user: accessToken ?? username ?? "" });
    },
    onRcptTo(_address, _session, done) {
      done(refusal("recipient"));
    },
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        const refused = refusal("data");
        if (refused) return done(refused);
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(parts).toString("utf8"),
          by: session.user === undefined ? undefined : String(session.user),
          secure: session.secure,
        });
        if (next === "lost") {
          next = undefined;
          drop(server);
          return;
        }
        done(null);
      });
    },
    onMailFrom(_address, _session, done) {
      if (next === "cut") {
        next = undefined;
        drop(server);
        return;
      }
      done(null);
    },
  };
  const server = new SMTPServer(options);
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    taken,
    failNext(fault) {
      next = fault;
    },
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

/** The connections end without a word. */
function drop(server: SMTPServer): void {
  for (const connection of server.connections) (connection as unknown as { _socket?: { destroy(): void } })._socket?.destroy();
}
