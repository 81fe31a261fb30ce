import type { Customer, CustomerPreferences } from "@travelagent/protocol";
import type { Companies } from "./companies/companies.ts";
import type { Lifecycle } from "./lifecycle/lifecycle.ts";
import type { Merging } from "./merging/merging.ts";
import type { Parties } from "./parties/parties.ts";
import type { Leads } from "./sales/lead.ts";
import type { RecordEvents } from "./timeline/record-events.ts";

/** What a record says about a person. None of it proves who somebody is. */
export interface CustomerFields {
  name: string;
  email?: string;
  /** E.164. */
  phone?: string;
  /** BCP 47. */
  language?: string;
  /** For people of the agency; never shown to customers or models. */
  notes?: string;
  tags?: string[];
  /** Who of the agency looks after them. */
  owner?: string;
  /** ISO 3166-1 alpha-2. */
  country?: string;
  /** IANA. */
  timeZone?: string;
  /** Of a company of the same agency. */
  companyId?: string;
  costCentre?: string;
  preferences?: CustomerPreferences;
}

/** `undefined` leaves a field as it is, null takes its value away. */
export type CustomerChanges = { [K in keyof CustomerFields]?: CustomerFields[K] | (K extends "name" | "tags" ? never : null) | undefined };

/** Who vouched for an identity: the platform, a code that only its owner could read, a person of the agency, the portal's link, or the agency's own site where they are signed in. */
export type VerifiedHow = "platform" | "code" | "operator" | "portal" | "site";

/** Who somebody is on a channel. */
export interface Identity {
  channel: string;
  peerId: string;
  /** Vouched for: messages of this peer are this customer's. At most one customer per peer and agency. One that is not is claimed. */
  verified: boolean;
  /** Of a verified one. Default `platform`. */
  how?: VerifiedHow;
  /** ISO 8601. */
  verifiedAt?: string;
  /** Name for the record: an operator, or what checked a code. */
  verifiedBy?: string;
  /** ISO 8601. From then on it counts for nothing. */
  removedAt?: string;
}

/** A record that looks like the same person. For people to look at: nothing is linked by it. */
export interface PossibleDuplicate {
  customer: Customer;
  by: ("email" | "phone" | "name")[];
}

export interface Page {
  limit?: number;
  cursor?: string;
}

/** Whom a note or lead is about: the customer, else the conversation until its customer is known. */
export interface Subject {
  customerId?: string;
  sessionKey: string;
}

export interface Note {
  id: string;
  customerId?: string;
  sessionKey: string;
  text: string;
  author: string;
  createdAt: string;
}

/** What a booking or another service knows about the person it has in front of it. */
export interface WalkIn {
  sessionKey: string;
  /** When the conversation has a customer already. */
  customerId?: string;
  channel: string;
  peerId: string;
  name: string;
  email?: string;
  phone?: string;
  /** The brand whose account was written to. Absent: `main`. */
  agency?: string;
}

export interface CustomerFilter extends Page {
  /** Each word begins a word of the name, address, number, tags, company or notes. */
  query?: string;
  tag?: string;
  owner?: string;
  lifecycle?: NonNullable<Customer["lifecycle"]>;
  companyId?: string;
  /** Absent: of all agencies. */
  agency?: string;
}

/**
 * Customers and what is known about them. Writes take an `idempotencyKey`: the same key with the same arguments does nothing
 * again and gives the same record; with other arguments it raises `IDEMPOTENCY_MISMATCH`. For notes and leads the customer
 * is no argument: it may have become known in between. Unknown ids raise `NOT_FOUND`.
 *
 * Records and identities of one agency never meet those of another: the same number or chat id at two is two people.
 */
export interface Crm extends Leads {
  /**
   * A new record of `agency`, with `identity` as its first identity. Raises `CONFLICT` when that identity is verified for somebody else there.
   * Records that look alike are reported, and stay apart.
   */
  create(
    fields: CustomerFields,
    options: { idempotencyKey: string; identity?: Identity; sessionKey?: string; agency?: string },
  ): Promise<{ customer: Customer; possibleDuplicates: PossibleDuplicate[] }>;
  /** One that was merged away says so in `mergedInto`. */
  get(id: string): Promise<Customer | null>;
  /** Changes the fields that are given. Raises `CONFLICT` when the record is no longer at `expectedVersion`, or was merged away. */
  update(id: string, changes: CustomerChanges, options: { idempotencyKey: string; expectedVersion?: number }): Promise<Customer>;
  /** Newest first, without those that were merged away. */
  list(filter: CustomerFilter): Promise<{ customers: Customer[]; nextCursor?: string }>;
  /** Whose verified identity this is at that agency; absent is `main`. */
  byIdentity(channel: string, peerId: string, agency?: string): Promise<Customer | null>;
  /** Those that were removed come last. */
  identities(customerId: string): Promise<Identity[]>;
  /** Adds it, or marks it verified. Raises `CONFLICT` when it is verified for another customer of the agency. */
  addIdentity(customerId: string, identity: Identity): Promise<void>;
  /** An ability: from now on it counts for nothing. Raises `NOT_FOUND` when the customer has no such identity. */
  removeIdentity?(customerId: string, identity: Pick<Identity, "channel" | "peerId">, by: string): Promise<void>;
  /**
   * The record of the person in front of us: the conversation's customer, else whose channel identity it is, else a new
   * record with that identity. Never one that merely has the same name, e-mail or phone: knowing these does not make
   * somebody that customer. Contact data a known record lacks is filled in, what it has is kept. Notes and leads of the
   * conversation move to the record. Raises `CONFLICT` when the conversation's customer was merged away since.
   */
  ensureCustomer(walkIn: WalkIn): Promise<{ customerId: string }>;
  addNote(about: Subject, note: { text: string; author: string }, options: { idempotencyKey: string }): Promise<Note>;
  /** Newest first. With a customer: all of theirs; without: those of the conversation. */
  notes(about: Subject | { customerId: string }, page?: Page): Promise<{ notes: Note[]; nextCursor?: string }>;
  /** An ability: two records of one person become one, and that can be undone. */
  readonly merging?: Merging;
  /** An ability: who travels with whom. */
  readonly parties?: Parties;
  /** An ability: for whom customers work. */
  readonly companies?: Companies;
  /** An ability: what happened to a record. */
  readonly events?: RecordEvents;
  /** An ability: where customers stand, by what they booked. */
  readonly lifecycle?: Lifecycle;
}
