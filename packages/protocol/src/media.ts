import type { Attachment } from "./messages.ts";

/** What is known of a file before anybody looks at it. Nothing of it is trusted. */
export interface MediaSource {
  bytes: AsyncIterable<Uint8Array> | Uint8Array;
  fileName?: string | undefined;
  /** As the sender states it: told to nobody, and used only where the bytes have no mark of their own, such as plain text. */
  declaredType?: string | undefined;
  voice?: boolean | undefined;
}

/** Files that customers send and that we send to them. A file belongs to one conversation, and only in it can it be shown or sent. */
export interface MediaStore {
  /**
   * Resolves when the file is durable. Reading stops at the limit. Raises `PAYLOAD_TOO_LARGE` above the limit of its kind and
   * `INVALID_REQUEST` for a kind that is not taken; the message says which in words for people. The same bytes in the same conversation give
   * the same id.
   */
  save(sessionKey: string, source: MediaSource): Promise<Attachment>;
  /** What is stored under this id in this conversation; null for what is not there, also when it is another conversation's. */
  find(sessionKey: string, id: string): Promise<Attachment | null>;
  /** The bytes, whole: limits keep them small enough. Raises `NOT_FOUND`. */
  read(sessionKey: string, id: string): Promise<Uint8Array>;
  /** Newest first. */
  list(sessionKey: string): Promise<(Attachment & { at: number })[]>;
}

/** Reads what goes out. Bound to the conversation of the message: an adapter can ask for no other file. */
export type ReadMedia = (attachment: Attachment) => Promise<Uint8Array>;
