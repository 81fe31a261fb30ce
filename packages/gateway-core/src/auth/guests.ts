import type { Address } from "@travelagent/protocol/messages";

/** Somebody who is known by name, such as a customer who came to a page of their own by a link. */
export interface Guest {
  /** The same for all their browsers: their limits go by it. */
  id: string;
  /** Where their conversation lives; what they write comes from there. */
  address: Address;
  name: string;
  /** The one session they may see. */
  sessionKey: string;
  /** Milliseconds. Their connection ends then. */
  until: number;
}

/** Who comes in as a visitor of another kind than the web chat's: by the cookie of another page. */
export interface Guests {
  /** Name of the cookie. */
  readonly cookie: string;
  /** Undefined for a value that is none of ours, or no longer. */
  verify(value: string): Promise<Guest | undefined>;
  /** Called when somebody's connections have to end now, such as after their links were taken back. Returns how to unsubscribe. */
  onEnded(listener: (guestId: string) => void): () => void;
}
