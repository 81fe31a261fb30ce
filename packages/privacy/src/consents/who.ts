import { createHmac } from "node:crypto";

/** Where somebody is reached. */
export interface ContactIdentity {
  channel: string;
  peerId: string;
}

/** A person, as far as they are known: records, addresses, or both. */
export interface Who {
  /** Default `main`. What was said to one agency says nothing to another. */
  agency?: string;
  customerIds?: readonly string[];
  identities?: readonly ContactIdentity[];
}

export const mainAgency = "main";

/** One address has one form: mail addresses and names of channels know no case. */
const plain = ({ channel, peerId }: ContactIdentity): string => {
  const peer = peerId.trim();
  return `${channel.trim().toLowerCase()}\n${peer.includes("@") ? peer.toLowerCase() : peer}`;
};

/**
 * What stands for an address in the ledger: the same for the same address, and worth nothing to whoever has not the secret, since
 * telephone numbers are few enough to try them all.
 */
export const peerHasher =
  (secret: string) =>
  (agency: string, identity: ContactIdentity): string =>
    createHmac("sha256", secret)
      .update(`${agency}\n${plain(identity)}`)
      .digest("base64url");
