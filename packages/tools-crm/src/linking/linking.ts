import type { Identity } from "../crm.ts";

/** What somebody says is theirs. One of the three. */
export interface LinkTarget {
  kind: "email" | "phone" | "booking";
  value: string;
}

/** Somebody who is signed in at the agency's site. */
export interface SiteCustomer {
  /** What the site calls them, for good. */
  subject: string;
  name: string;
  /** That the site has verified. */
  email?: string;
  phone?: string;
}

/** A direct conversation, as it was fixed when its message came in. */
export interface LinkPlace {
  sessionKey: string;
  channel: string;
  accountId: string;
  peerId: string;
  agency?: string | undefined;
}

export type LinkStatus = "waiting" | "code-sent" | "proven" | "linked" | "rejected" | "expired";

/** A claim on a record, for people of the agency. */
export interface LinkRequest {
  id: string;
  /**
   * `waiting`: no code could be brought to the person on record, or not surely; a person decides. `code-sent`: it waits for the code.
   * `proven`: the code was right, and the conversation is being linked. `expired` without a right code.
   */
  status: LinkStatus;
  sessionKey: string;
  channel: string;
  customerId: string;
  customerName: string;
  by: LinkTarget["kind"] | "site";
  createdAt: string;
}

/** Brings a one-time code to the person on record, and to nobody else. */
export interface CodeSender {
  /**
   * To a conversation of one of these verified identities of the customer, never to `not`. `perhaps`: it went out, and nobody may see
   * it soon, as on a page that was left. `nowhere`: none of them can be reached. Must not throw for a reason of a channel.
   */
  send(code: { id: string; customerId: string; identities: readonly Identity[]; not: string; text: string }): Promise<"sent" | "perhaps" | "nowhere">;
}

/** What linking needs of the program around it. */
export interface LinkPorts {
  codes: CodeSender;
  /** Whose booking this is, by its reference. */
  bookingOwner(reference: string): Promise<string | undefined>;
  /** The record a conversation has by itself. */
  ownerOf(sessionKey: string): Promise<string | undefined>;
  /** The conversation is this customer's from now on. Called again after a crash. */
  bind(place: LinkPlace, customerId: string, name: string): Promise<void>;
  /** Runs `work` while no turn runs in a conversation of these customers or in these; see `MergingPorts.quiet`. */
  quiet<T>(customerIds: readonly string[], work: () => Promise<T>, options: { within?: string; sessions?: readonly string[] }): Promise<T>;
  /** Something that was just said was true: the customer hears that they are known now. */
  welcome(request: { id: string; sessionKey: string }): Promise<void>;
}

/**
 * How somebody who writes from a new place gets to their record. Knowing a name, an address, a number or a reference proves nothing:
 * a code goes to the person on record, in a conversation that is known to be theirs, and only who types it in the conversation that
 * asked is that person. Whoever asks sees the same whether there is such a record or not.
 */
export interface Linking {
  /**
   * Begins, or does nothing when the conversation is that customer's already. Returns the same either way, after the same work. An
   * earlier claim of the conversation ends. Raises `RATE_LIMITED` when this conversation asked too often or for this target too many
   * did, whether or not there is such a record.
   */
  request(place: LinkPlace, target: LinkTarget, options: { idempotencyKey: string }): Promise<void>;
  /** The conversation has a claim that a code would prove. */
  awaits(sessionKey: string): Promise<boolean>;
  /** True when the code is right: the claim is proven, and `settle` links. A wrong one counts; nothing says what was wrong with it. */
  confirm(sessionKey: string, code: string): Promise<boolean>;
  /**
   * Links a conversation whose claim is proven, in its own turn's lane with `within`. What the conversation had as a record of its own
   * goes up in the customer's. True when that is done; false when there is nothing to do or it has to wait, and then it is tried again.
   */
  settle(sessionKey: string, options?: { within?: boolean }): Promise<boolean>;
  /**
   * The agency's own site says who its visitor is, where they are signed in; whoever calls has checked that it does. Finds them by what the
   * site calls them, else by an address the site has verified, else makes a record, and links the conversation as `settle` does. Raises
   * `CONFLICT` when the conversation is that of somebody else who was signed in there: give it a new one.
   */
  vouch(place: LinkPlace, who: SiteCustomer, options: { idempotencyKey: string }): Promise<{ customerId: string; linked: boolean }>;
  /** Newest first. Default those that wait for a person. */
  list(filter?: { status?: LinkStatus; limit?: number }): Promise<LinkRequest[]>;
  /** A person made sure, or does not believe it. Raises `CONFLICT` for one that is decided or over. */
  decide(id: string, decision: "link" | "reject", by: string): Promise<LinkRequest>;
  /** After a start: what was proven and not linked. */
  resume(): Promise<void>;
  close(): void;
}
