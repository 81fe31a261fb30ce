import { createHash } from "node:crypto";

/** A header of every mail of ours: also where a provider gives it another Message-ID on its way, we know it again. */
export const ownMark = "x-travel-agent-message";

/** The Message-ID of a delivery: the same whenever it is tried or asked for. */
export const messageIdOf = (accountId: string, deliveryId: string, domain: string): string => ownMessageId(markOf(accountId, deliveryId), domain);

/** As it was given by us. */
export const ownMessageId = (mark: string, domain: string): string => `<ta.${mark}@${domain}>`;

/** The mark of a mail whose Message-ID is ours. */
export const markIn = (messageId: string): string => messageId.slice(4, messageId.lastIndexOf("@"));

export const markOf = (accountId: string, deliveryId: string): string => createHash("sha256").update(`${accountId}\n${deliveryId}`).digest("hex").slice(0, 40);
