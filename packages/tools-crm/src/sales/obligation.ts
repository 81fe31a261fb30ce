import type { Page } from "../crm.ts";

/** Who gave their word. `system`: what the gateway itself wrote, such as news of a booking or a reminder. */
export type PromisedBy = "agent" | "operator" | "system";
export type PromiseStatus = "open" | "kept" | "broken" | "waived";

/** Something that a customer was promised, and by when. */
export interface Obligation {
  id: string;
  customerId?: string;
  sessionKey: string;
  /** What has to be done, in a sentence. */
  text: string;
  /** The sentence it was promised with, as the customer read it. Absent when a person or a tool wrote it down. */
  quote?: string;
  promisedBy: PromisedBy;
  /** A name for the record, such as `agent:main`. */
  actor?: string;
  /** ISO 8601 UTC. */
  dueAt: string;
  /** No time was named, so one working day was taken. */
  assumed: boolean;
  status: PromiseStatus;
  /** Open, and its time is over. */
  overdue: boolean;
  /** The message the customer got. */
  sourceMessageId?: string;
  note?: string;
  settledBy?: string;
  settledAt?: string;
  createdAt: string;
  version: number;
}

export interface NewObligation {
  customerId?: string | undefined;
  sessionKey: string;
  text: string;
  quote?: string;
  promisedBy: PromisedBy;
  actor?: string;
  /** Milliseconds. */
  dueAt: number;
  assumed?: boolean;
  /** The run of the agent that promised it. */
  runId?: string;
  note?: string;
}

/** What a message says that it promises. */
export interface PromisedInMessage {
  messageId: string;
  runId?: string;
  sessionKey: string;
  customerId?: string | undefined;
  promisedBy: PromisedBy;
  actor?: string;
  /** Milliseconds. */
  saidAt: number;
  promises: readonly { quote: string; dueAt: number; assumed: boolean }[];
}

export interface ObligationFilter extends Page {
  customerId?: string;
  sessionKey?: string;
  status?: PromiseStatus;
  /** Only open ones whose time is over. */
  overdue?: boolean;
}

export interface Reminder {
  obligation: Obligation;
  /** Its time comes soon, or is over. */
  phase: "due" | "overdue";
}

/** The ledger of promises. Unknown ids raise `NOT_FOUND`. */
export interface Obligations {
  /** The same key gives the same promise; for other arguments it raises `IDEMPOTENCY_MISMATCH`. */
  add(promise: NewObligation, options: { idempotencyKey: string }): Promise<Obligation>;
  /**
   * Those a message makes. The same message again adds nothing. What a tool of the same run has written down already is given its
   * sentence instead of standing there twice.
   */
  addFromMessage(message: PromisedInMessage): Promise<Obligation[]>;
  get(id: string): Promise<Obligation | null>;
  /** Those due first come first. */
  list(filter: ObligationFilter): Promise<{ promises: Obligation[]; nextCursor?: string }>;
  /**
   * What somebody in this conversation may hear about: promises to its customer, and in it while it had none. Open ones, those due first
   * first, at most 20.
   */
  openFor(who: { sessionKey: string; customerId?: string }): Promise<Obligation[]>;
  /** Raises `CONFLICT` when it is settled, or no longer at `expectedVersion`. A new time sets the reminders anew. */
  update(
    id: string,
    changes: { text?: string | undefined; dueAt?: number | undefined; note?: string | undefined },
    options?: { expectedVersion?: number },
  ): Promise<Obligation>;
  /** The same again changes nothing; another end raises `CONFLICT`. `open` takes it up again. */
  settle(id: string, settled: { status: PromiseStatus; by: string; note?: string | undefined }): Promise<Obligation>;
  /** Reminders whose time has come, at most `limit`. They stay until `reminded`. */
  reminders(limit: number): Promise<Reminder[]>;
  /** This reminder was given: it does not come again, also not after a restart. */
  reminded(reminder: Reminder): Promise<void>;
  /** When the next reminder is due, in milliseconds; undefined when none is. */
  nextReminder(): Promise<number | undefined>;
  /** Called after each change that may bring a reminder nearer. One listener. */
  onChange(listen: (obligation: Obligation) => void): void;
}
