import type { ConversationRow } from "../conversations.ts";
import type { InboxRow } from "../inbox.ts";

/** The conversation at the address a customer's message came from: who writes from several is answered where they wrote. */
export const answeredAt = (conversation: ConversationRow | null, row: InboxRow | null): ConversationRow | null =>
  conversation && row?.kind === "customer" ? { ...conversation, address: row.message.address } : conversation;
