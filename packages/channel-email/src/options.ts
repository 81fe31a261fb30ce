import type { Clock, Database } from "@travelagent/protocol/ports";

/** A server for mail. */
export interface MailServer {
  host: string;
  /** Default 993 for reading and 465 for sending with TLS from the first byte, 143 and 587 without. */
  port?: number;
  /** TLS from the first byte. Default true, unless the port is 143, 25 or 587: there it begins with STARTTLS, and without it nothing is said. */
  secure?: boolean;
  /** Talks without TLS where the server has none. Default false; on this machine itself it needs no permission. */
  allowPlaintext?: boolean;
  /** Certificates (PEM) of an authority of the agency's own, trusted besides the public ones. */
  ca?: string;
  user?: string;
  pass?: string;
}

/** OAuth 2 with a token that is renewed (RFC 6749, section 6), for both servers (XOAUTH2). It takes the place of passwords. */
export interface MailOAuth {
  tokenUrl: string;
  clientId: string;
  clientSecret?: string;
  refreshToken: string;
  scope?: string;
}

/** How far a From address is believed. */
export interface SenderAuthentication {
  /**
   * Names (authserv-id) of servers of the agency's own provider: what they write in Authentication-Results counts, of the topmost such
   * header alone. `*` stands for whoever wrote the topmost one, for providers that always write one and name none.
   */
  servers?: readonly string[];
  /** Believes mail that nobody checked. Only for a server that refuses forged mail by itself. Default false. */
  acceptUnchecked?: boolean;
}

export interface EmailOptions {
  /** Our own address, with a name: `Sunny Travel <hello@agency.example>`. */
  from: string;
  /** Further addresses that are ours: what comes from them is no customer's. */
  aliases?: readonly string[];
  imap: MailServer;
  smtp: MailServer;
  oauth?: MailOAuth;
  /** Where threads and the place in each folder are remembered. */
  db: Database;
  /** Default `default`. */
  accountId?: string;
  /** Folders that are read. Default `INBOX`. */
  folders?: readonly string[];
  /** Folder with what was sent; default the one the server marks so. False: nobody looks there and nothing is put there. */
  sentFolder?: string | false;
  authentication?: SenderAuthentication;
  /** Marks mail as read once it is durable. What machines wrote stays unread for people. Default true. */
  markSeen?: boolean;
  /** Subject of a mail that begins a thread and has none. Default `Message from` and the name in `from`. */
  subject?: string;
  /** Where the server cannot tell of news by itself. Default 60 s. */
  pollMs?: number;
  /** After so long without news the server is asked whether it is still there. Default 4 minutes. */
  aliveMs?: number;
  /** A command without an answer for so long is a lost connection. Default 30 s. */
  answerMs?: number;
  /** Mail above it is read up to this size, and its files are not kept. Default 25 MiB. */
  maxMailBytes?: number;
  /** Words of one mail that reach the conversation. Default 20,000 characters. */
  maxTextLength?: number;
  /** How long ids of mail are remembered, by which an answer finds its thread. Default 400 days. */
  rememberMs?: number;
  clock?: Clock;
}
