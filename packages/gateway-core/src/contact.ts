import type { ContactPurpose } from "@travelagent/protocol";
import type { Address, InboundMessage } from "@travelagent/protocol/messages";
import type { Tx } from "@travelagent/protocol/ports";

/** What a message is sent for. `notice`: it tells the person that they will hear nothing more, which is all that may be said then. */
export type SendPurpose = ContactPurpose | "notice";

/** An outgoing message, for whoever decides whether it may go out. */
export interface Sending {
  address: Address;
  customerId?: string;
  purpose: ContactPurpose;
  author: "agent" | "operator" | "system";
  sessionKey: string;
}

/** A message that is nothing but a word such as STOP. */
export interface ContactWord {
  /**
   * In the commit of the message. Undefined: it means nothing now, and the message is one like any other. `answer` is said to the
   * person whatever else may not be; `ends`: what waits for an answer gets none.
   */
  hear(tx: Tx, about: { messageId: string; sessionKey: string; customerId?: string }): Promise<{ answer?: string; ends: boolean } | undefined>;
}

/** Words that stand before a reply. */
export interface Disclosure {
  text: string;
  /** In the commit of the reply. */
  shown(tx: Tx): Promise<void>;
}

/**
 * What people want to hear from us, and what they have to be told. Whoever keeps consents implements it; without one everything may
 * be sent and nothing is disclosed. What takes a `tx` awaits nothing else.
 */
export interface Contact {
  /** From the text alone, before any model. */
  wordIn(message: InboundMessage): ContactWord | undefined;
  /** Why this may not go out: a code, a colon and words for people of the agency. Undefined: it may. */
  refusal(tx: Pick<Tx, "all" | "get">, sending: Sending): Promise<string | undefined>;
  /** Why a person of the agency takes care of what is written here, and no model is asked; undefined: the agent may answer. */
  declinesAgent(address: Address, customerId: string | undefined): Promise<string | undefined>;
  /** What has to stand before the reply of this run; the same again when the run is repeated. */
  disclosure(reply: {
    runId: string;
    sessionKey: string;
    address: Address;
    /** Grows when the conversation changes hands. */
    epoch: number;
    customerId?: string;
    /** What the person wrote. */
    said?: string;
  }): Promise<Disclosure | undefined>;
  /** The person at this address is that customer. */
  known(address: Address, customerId: string): Promise<void>;
}

/** So long after the person wrote, an answer of the agent is what they asked for. */
const answersMs = 24 * 3_600_000;

/** Why a delivery may not go out, if it may not. Read in the commit that claims it. */
export async function refusalOf(
  tx: Pick<Tx, "all" | "get">,
  contact: Contact | undefined,
  { purpose, ...sending }: Omit<Sending, "purpose"> & { purpose: SendPurpose },
  now: number,
): Promise<string | undefined> {
  const { address, author, sessionKey } = sending;
  // Of a group nobody speaks for all, and an operator's own chat is no customer's.
  if (!contact || purpose === "notice" || address.chatType === "group" || address.peerId.startsWith("operator:")) return undefined;
  const refused = await contact.refusal(tx, { ...sending, purpose });
  if (refused === undefined || refused.startsWith(`${optedOut}:`) || author !== "agent") return refused;
  const wrote = await tx.get("select max(received_at) as at from inbox where session_key = ? and kind = 'customer'", sessionKey);
  return wrote?.at != null && now - Number(wrote.at) < answersMs ? undefined : refused;
}

/** The code of a refusal because nothing at all may go out on a channel. */
export const optedOut = "opted-out";
