import { TravelAgentError } from "@travelagent/protocol";
import { ImapFlow } from "imapflow";
import type { TokenSource } from "../oauth.ts";
import type { MailServer } from "../options.ts";
import { secureConnection } from "../secure-connection.ts";

export interface OpenImapOptions {
  server: MailServer;
  tokens: TokenSource | undefined;
  answerMs: number;
}

/**
 * A connection that is logged in. Rejects with `UNAUTHORIZED` when the server refuses us for good and with `UNAVAILABLE` for all that may
 * pass. Its errors reach whoever waits for an answer; the connection itself ends with `close`.
 */
export async function openImap({ server, tokens, answerMs }: OpenImapOptions): Promise<ImapFlow> {
  try {
    return await connected(server, tokens && (await tokens.token()), answerMs);
  } catch (error) {
    if (!tokens || !isRefused(error)) throw readable(error);
  }
  try {
    return await connected(server, await tokens.token(true), answerMs);
  } catch (error) {
    throw readable(error);
  }
}

async function connected(server: MailServer, accessToken: string | undefined, answerMs: number): Promise<ImapFlow> {
  const { port, implicit, required } = secureConnection(server, { implicit: 993, plain: 143 });
  const { host, user = "", pass = "", ca } = server;
  const client = new ImapFlow({
    host,
    port,
    secure: implicit,
    ...(implicit || !required ? {} : { doSTARTTLS: true }),
    auth: accessToken === undefined ? { user, pass } : { user, accessToken },
    ...(ca === undefined ? {} : { tls: { ca } }),
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: answerMs,
    greetingTimeout: answerMs,
  });
  // Told to whoever waits for an answer; without a listener it would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

const isRefused = (error: unknown): boolean => {
  const { authenticationFailed, serverResponseCode } = (error ?? {}) as { authenticationFailed?: boolean; serverResponseCode?: string };
  return authenticationFailed === true && !["UNAVAILABLE", "INUSE", "LIMIT"].includes(serverResponseCode ?? "");
};

function readable(error: unknown): TravelAgentError {
  if (TravelAgentError.is(error)) return error;
  if (isRefused(error)) return new TravelAgentError("UNAUTHORIZED", "the mail server does not take this user and password; look at channels.email");
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  return new TravelAgentError("UNAVAILABLE", `the mailbox cannot be reached: ${code ?? message ?? "no answer"}`, { cause: error });
}
