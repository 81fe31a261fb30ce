import type { Tx } from "./ports.ts";

export { type AgencyOfAccount, isSameAgency, namingOnlyThem, ofAgency, plainContact } from "./one-agency.ts";
export { type PersonalTable, personalRows } from "./personal-rows.ts";
export { type PruneRows, prunedTogether, pruneRows } from "./prune-rows.ts";

/**
 * One person, as the stores know them. It grows while stores are asked: a customer has sessions, sessions have bookings, bookings
 * have names and addresses.
 */
export interface DataSubject {
  /** The record that lives first, then those that were merged into it. */
  readonly customerIds: readonly string[];
  readonly sessionKeys: readonly string[];
  readonly bookingIds: readonly string[];
  /** Verified and claimed ones alike. The same peer at two agencies is two people; absent is `main`. */
  readonly identities: readonly { readonly channel: string; readonly peerId: string; readonly agency?: string }[];
  /**
   * What names the person in plain text: names, e-mail addresses, telephone numbers, document numbers. Each at least five characters,
   * as it was written; who searches for them thinks of other ways to write them.
   */
  readonly identifiers: readonly string[];
  /**
   * Those of the peers and identifiers that name somebody of another agency, too. What has nothing but text to go by (logs, notes of the
   * agency) cannot tell the two apart, and goes by ids of records and keys of conversations instead: see `namingOnlyThem`.
   */
  readonly shared?: readonly string[];
}

/** One file of an export. */
export interface ExportedFile {
  /** What it is, in words for the person: "Messages you wrote to us". */
  title?: string;
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
  /** What it answers for: names of tables, and files relative to the state directory (`*` for a part of a name). */
  readonly covers?: { readonly tables?: readonly string[]; readonly files?: readonly string[] };
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
  /**
   * A merge of these two that took place at `since` (milliseconds) was undone. What let somebody in as both since then, such as a link to
   * a page, ends with it: it may be in the hands of either. In the commit that undoes the merge, after `reassign`.
   */
  parted?(undone: { customerIds: readonly string[]; since: number }, tx: Tx): Promise<void>;
}

/** What a store did, or would do, for the end of a time. */
export interface Pruned {
  /** Rows, lines or files that are gone; with `dryRun`, that would be. */
  removed: number;
  /** Old enough to go, and kept because something open needs them. */
  kept: number;
}

/** A store that forgets what its time is over of. It alone knows what of it is still needed. */
export interface RetentionStore {
  /** Unique, such as `messages`. */
  readonly name: string;
  /** The line of the retention policy that counts for it, such as `messages`. */
  readonly kind: string;
  /**
   * Removes what is older than `before` (milliseconds since the epoch), in parts small enough for others to write in between. What an
   * open booking, an open promise, a legal hold or an unanswered message needs stays. A repeat goes on where a crash stopped it.
   */
  prune(before: number, options: { dryRun: boolean; signal: AbortSignal }): Promise<Pruned>;
}

/** Which of these conversations something open needs: a booking under way, a promise that is not kept yet, a message nobody has answered. */
export type SessionsInUse = (sessionKeys: readonly string[]) => Promise<ReadonlySet<string>>;
