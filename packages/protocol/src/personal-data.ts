import type { Tx } from "./ports.ts";

/**
 * One person, as the stores know them. It grows while stores are asked: a customer has sessions, sessions have bookings, bookings
 * have names and addresses.
 */
export interface DataSubject {
  /** The record that lives first, then those that were merged into it. */
  readonly customerIds: readonly string[];
  readonly sessionKeys: readonly string[];
  readonly bookingIds: readonly string[];
  /** Verified and claimed ones alike. */
  readonly identities: readonly { readonly channel: string; readonly peerId: string }[];
  /**
   * What names the person in plain text: names, e-mail addresses, telephone numbers, document numbers. Each at least five characters,
   * as it was written; who searches for them thinks of other ways to write them.
   */
  readonly identifiers: readonly string[];
}

/** One file of an export. */
export interface ExportedFile {
  /** Relative, with forward slashes, unique within the store: `orders/ord_1.json`. */
  path: string;
  /** Text or bytes; anything else is written as JSON. */
  content: string | Uint8Array | { readonly [key: string]: unknown } | readonly unknown[];
}

/** What a law keeps from being erased. */
export interface LegalHold {
  /** `invoice INV-2027-0012`: no name of the person in it. */
  what: string;
  /** The rule, such as `tax: invoices`. */
  basis: string;
  /** ISO 8601 UTC. From then on it may go. */
  until: string;
  /** Table and row, or a file relative to the state directory: where a scan may find the person still. */
  where: string;
}

export interface Erasure {
  /** Rows, lines or files that are gone or name nobody any more. */
  removed: number;
  held: LegalHold[];
}

/**
 * A store that holds something about customers. Whoever keeps a table or a file with words, names or ids of a person has one, so that
 * export, erasure and merging reach everything.
 */
export interface PersonalDataStore {
  /** Unique, the name of the folder in an export: `transcripts`. */
  readonly name: string;
  /** What this store can add to who the person is. Asked again until no store adds anything. Reads only. */
  discover?(subject: DataSubject): Promise<Partial<DataSubject>>;
  /** Everything about the person and nothing about others. Nothing sealed is opened unless the person gave it to us. */
  export(subject: DataSubject, signal: AbortSignal): AsyncIterable<ExportedFile>;
  /**
   * Removes what names the person, or makes it nameless where figures must stay. A repeat changes nothing and finishes what a crash
   * left half done. What a law keeps is not touched and is told.
   */
  erase(subject: DataSubject, request: { reason: string; now: number; signal: AbortSignal }): Promise<Erasure>;
  /**
   * Hands what belongs to customer `from` over to customer `to`, all of it or only the rows named in `only`, and returns the ids of the
   * rows that changed hands, so that a merge can be undone. Absent where nothing is kept by customer.
   */
  reassign?(move: { from: string; to: string; only?: readonly string[] }, tx: Tx): Promise<string[]>;
}
