/** What a contact has on both sides. Nothing else of a customer goes out or comes in. */
export const contactFields = ["name", "email", "phone", "language", "tags"] as const;
export type ContactField = (typeof contactFields)[number];

/** Every value in its one form (see `canonicalField`); `""` says that the field is empty, a missing key that nothing is said about it. */
export type ContactFields = Partial<Record<ContactField, string>>;

export interface CrmContact {
  /** The vendor's id of the record. */
  externalId: string;
  /** Our id, as the record itself keeps it. */
  customerId?: string;
  /** Opaque; another one after every change. */
  revision: string;
  /** Milliseconds since the epoch. */
  updatedAt: number;
  /** Each of the provider's `capabilities.fields`. */
  fields: ContactFields;
}

export type CrmChange = { contact: CrmContact } | { removed: string };

export interface CrmCall {
  signal: AbortSignal;
}

export interface CrmWrite extends CrmCall {
  /** The same for every attempt of one intent, also after a restart. */
  idempotencyKey: string;
}

export interface CrmNote {
  id: string;
  text: string;
  author: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface CrmLead {
  id: string;
  title: string;
  stage: string;
  destination?: string;
  dates?: string;
  budget?: string;
}

/** What a vendor can do, as data. */
export interface CrmCapabilities {
  readonly fields: readonly ContactField[];
  /**
   * What an update with another revision than expected meets. `enforced`: the vendor refuses it. `compared`: the adapter reads just
   * before it writes, so that a change within these milliseconds (or the second, where the vendor counts in seconds) can be missed.
   */
  readonly revisions: "enforced" | "compared";
  /** The vendor refuses a second record with the same e-mail address. */
  readonly uniqueEmail: boolean;
  /** `changes` tells of removed records. */
  readonly tellsRemovals: boolean;
  /** How long a record that was just made may be missing when it is looked for by our id. */
  readonly findLagMs: number;
  /** What `remove` leaves: nothing, or a record in the vendor's bin. */
  readonly removal: "erased" | "binned";
}

export interface WebhookDelivery {
  method: string;
  /** The address as the vendor called it, with scheme and host. */
  url: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  /** As it came, to the byte. */
  body: string;
}

/**
 * A CRM of somebody else. Errors by class, as codes: `UNAVAILABLE` and `RATE_LIMITED` (nothing happened; later the same call may succeed,
 * `retryAfterMs` says when), `SUPPLIER_REJECTED` (the request as it is will never be taken), `UNAUTHORIZED` (our credentials),
 * `CONFLICT` with `details.reason` `revision` or `duplicate` (then `details.externalId` where the vendor names the other record),
 * `NOT_FOUND` (no such record any more), `OUTCOME_UNKNOWN` (a write may have happened: look before trying again).
 * No message has personal data in it.
 */
export interface CrmProvider {
  readonly contract: 1;
  /** `hubspot`: names links, rows and the webhook's path. */
  readonly id: string;
  readonly capabilities: CrmCapabilities;
  /** Makes or checks what our fields need at the vendor. Before the first exchange; a repeat changes nothing. */
  prepare?(call: CrmCall): Promise<void>;
  /**
   * Records that changed since the cursor, oldest first; from the beginning without one. A record may come more than once, none is
   * missed for good. `more` says that the next page is there already.
   */
  changes(cursor: string | undefined, call: CrmCall): Promise<{ changes: CrmChange[]; cursor: string; more: boolean }>;
  /** The record as it is now, never out of an index that lags behind (but see `findLagMs`); null when there is none. */
  find(by: { externalId: string } | { customerId: string }, call: CrmCall): Promise<CrmContact | null>;
  /** A new record that keeps `customerId`. A second one for the same customer is never made: the first is given, or `CONFLICT` raised. */
  create(contact: { customerId: string; fields: ContactFields }, write: CrmWrite): Promise<CrmContact>;
  /** Changes the fields that are given and no others. */
  update(externalId: string, fields: ContactFields, write: CrmWrite & { expectedRevision: string }): Promise<CrmContact>;
  /** Once for each `note.id`. */
  addNote?(externalId: string, note: CrmNote, write: CrmWrite): Promise<void>;
  /** Makes or changes the deal that belongs to `lead.id`. */
  upsertLead?(externalId: string, lead: CrmLead, write: CrmWrite): Promise<void>;
  /** Removes the person. Done already is done. */
  remove?(externalId: string, write: CrmWrite): Promise<void>;
  webhooks?: {
    /**
     * The records a delivery is about. They are hints: whoever hears them asks for the record. Raises `UNAUTHORIZED` when the signature
     * is not right or is too old, `INVALID_REQUEST` when the body is not readable.
     */
    receive(delivery: WebhookDelivery): Promise<{ externalIds: string[] }>;
  };
}
