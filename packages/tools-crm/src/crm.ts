import type { Customer } from "@travelagent/protocol";

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
}

/** Who somebody is on a channel. */
export interface Identity {
  channel: string;
  peerId: string;
  /** The platform vouches for it: messages of this peer are this customer's. At most one customer per peer. */
  verified: boolean;
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

export type LeadStage = "new" | "contacted" | "won" | "lost";

export interface LeadFields {
  summary: string;
  destination?: string;
  /** As the person said it. */
  dates?: string;
  /** As the person said it. */
  budget?: string;
}

export interface Lead extends LeadFields {
  id: string;
  customerId?: string;
  sessionKey: string;
  /** Channel it came from. */
  source: string;
  stage: LeadStage;
  owner?: string;
  createdAt: string;
  updatedAt: string;
  version: number;
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
}

/**
 * Customers and what is known about them. Writes take an `idempotencyKey`: the same key with the same arguments does nothing
 * again and gives the same record; with other arguments it raises `IDEMPOTENCY_MISMATCH`. For notes and leads the customer
 * is no argument: it may have become known in between. Unknown ids raise `NOT_FOUND`.
 */
export interface Crm {
  /**
   * A new record, with `identity` as its first identity. Raises `CONFLICT` when that identity is verified for somebody else.
   * Records that look alike are reported, and stay apart.
   */
  create(
    fields: CustomerFields,
    options: { idempotencyKey: string; identity?: Identity; sessionKey?: string },
  ): Promise<{ customer: Customer; possibleDuplicates: PossibleDuplicate[] }>;
  get(id: string): Promise<Customer | null>;
  /** Changes the fields that are given. Raises `CONFLICT` when the record is no longer at `expectedVersion`. */
  update(id: string, changes: Partial<CustomerFields>, options: { idempotencyKey: string; expectedVersion?: number }): Promise<Customer>;
  /** Newest first. Each word of `query` begins a part of the name, the e-mail address or the phone number. */
  list(filter: Page & { query?: string }): Promise<{ customers: Customer[]; nextCursor?: string }>;
  /** Whose verified identity this is. */
  byIdentity(channel: string, peerId: string): Promise<Customer | null>;
  identities(customerId: string): Promise<Identity[]>;
  /** Adds it, or marks it verified. Raises `CONFLICT` when it is verified for another customer. */
  addIdentity(customerId: string, identity: Identity): Promise<void>;
  /**
   * The record of the person in front of us: the conversation's customer, else whose channel identity it is, else a new
   * record with that identity. Never one that merely has the same name, e-mail or phone: knowing these does not make
   * somebody that customer. Contact data a known record lacks is filled in, what it has is kept. Notes and leads of the
   * conversation move to the record.
   */
  ensureCustomer(walkIn: WalkIn): Promise<{ customerId: string }>;
  addNote(about: Subject, note: { text: string; author: string }, options: { idempotencyKey: string }): Promise<Note>;
  /** Newest first. With a customer: all of theirs; without: those of the conversation. */
  notes(about: Subject | { customerId: string }, page?: Page): Promise<{ notes: Note[]; nextCursor?: string }>;
  createLead(about: Subject, lead: LeadFields & { source: string }, options: { idempotencyKey: string }): Promise<Lead>;
  /** Raises `CONFLICT` when the lead is no longer at `expectedVersion`. */
  updateLead(id: string, changes: { stage?: LeadStage; owner?: string }, options?: { expectedVersion?: number }): Promise<Lead>;
  /** Newest first. */
  leads(filter: Page & { stage?: LeadStage; customerId?: string }): Promise<{ leads: Lead[]; nextCursor?: string }>;
}
