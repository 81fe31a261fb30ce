import type { Address } from "@travelagent/protocol/messages";

/** What a session is made with that is not there yet. */
export const sessionMeta = (agentId: string, { channel, accountId, chatType, peerId, threadId }: Address) => ({
  agentId,
  channel,
  accountId,
  chatType,
  peerId,
  ...(threadId ? { threadId } : {}),
});
