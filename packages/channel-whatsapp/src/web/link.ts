/** A message as WhatsApp's web protocol has it, as far as it is read here. */
export interface WebMessage {
  key: {
    id?: string | null;
    remoteJid?: string | null;
    /** The same chat by its number where `remoteJid` hides it. */
    remoteJidAlt?: string | null;
    fromMe?: boolean | null;
    participant?: string | null;
    participantAlt?: string | null;
  };
  message?: Record<string, unknown> | null;
  /** Seconds: a number, or an object of a library for long numbers. */
  messageTimestamp?: unknown;
  pushName?: string | null;
  messageStubType?: number | string | null;
}

export interface WebReceipt {
  id: string;
  /** `accepted`: WhatsApp's server has it. */
  state: "accepted" | "delivered" | "read" | "failed";
}

/** What a connection tells, until it says that it is closed. */
export interface LinkEvents {
  /** Who we are, where a phone has let us in before: told first of all. */
  known(me: { number: string; lid?: string }): void;
  /** Something to scan, when nobody is connected yet. The next one replaces it. */
  qr(text: string): void;
  /** Messages flow. `lid`: the name under which groups know us. */
  open(me: { number: string; lid?: string }): void;
  /** Once, and last. What was to be stored is stored. */
  closed(code: number | undefined): void;
  /** New ones, also those that came while we were away; never the history of the phone. Resolves when they are kept. */
  messages(messages: readonly WebMessage[]): Promise<void>;
  receipts(receipts: readonly WebReceipt[]): void;
}

export type WebContent =
  | { kind: "text"; text: string }
  | { kind: "file"; as: "image" | "audio" | "video" | "document"; bytes: Uint8Array; mimeType: string; fileName?: string; caption?: string; voice?: boolean }
  | { kind: "location"; latitude: number; longitude: number; name?: string }
  | { kind: "reaction"; key: WebMessage["key"]; emoji: string };

/** One connection. Everything rejects once it is closed. */
export interface Connection {
  /** When something last came from the other side, in milliseconds since the epoch by the link's clock. */
  lastHeardAt(): number;
  /** Resolves when the server was given the message under this id. */
  send(jid: string, content: WebContent, options: { messageId?: string; quoted?: WebMessage }): Promise<void>;
  read(keys: readonly WebMessage["key"][]): Promise<void>;
  typing(jid: string): Promise<void>;
  /** The bytes of a file of this message. */
  download(message: WebMessage): Promise<AsyncIterable<Uint8Array>>;
  /** The number behind a name that hides it; undefined when it is not known. */
  numberOf(lid: string): Promise<string | undefined>;
  /** A code to type on the phone with this number, digits only. Only while nobody is connected. */
  pairingCode(number: string): Promise<string>;
  /** The phone forgets us. */
  logout(): Promise<void>;
  /** Ends it without a word. `closed` is not told. */
  end(): void;
}

/** WhatsApp's web protocol. */
export interface WebLink {
  /** `refresh`: the newest version of the protocol is asked for first. */
  connect(session: WebSession, events: LinkEvents, options: { refresh: boolean }): Promise<Connection>;
}

/** What is kept of being connected. Values are JSON, in which bytes may stand. */
export interface WebSession {
  readonly isConnected: () => boolean;
  creds(): Promise<unknown>;
  saveCreds(creds: unknown, isConnected: boolean): Promise<void>;
  get(kind: string, ids: readonly string[]): Promise<Record<string, unknown>>;
  /** All of it or nothing. Null removes. */
  set(values: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Promise<void>;
  clear(): Promise<void>;
}
