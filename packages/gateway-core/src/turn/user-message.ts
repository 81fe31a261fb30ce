import type { UserMessage } from "@travelagent/protocol/messages";
import { messagesTopic } from "../connections/topics.ts";
import type { InboxRow } from "../inbox.ts";
import type { Publisher } from "../publish.ts";

/** As a turn writes it down: who wrote the words stays with them, whichever way the turn ends. */
export const asUserMessage = ({ id, message }: Pick<InboxRow, "id" | "message">): UserMessage => ({
  role: "user",
  content: message.text,
  timestamp: message.sentAt,
  messageId: id,
  ...(message.action ? { action: message.action } : {}),
  ...(message.attachments?.length ? { attachments: message.attachments } : {}),
  ...(message.tainted ? { tainted: true } : {}),
});

/** Shows what was written to those who follow the conversation. */
export function publishUser(
  publisher: Publisher,
  { id, sessionKey, message: { text, sentAt, action, attachments } }: Pick<InboxRow, "id" | "sessionKey" | "message">,
): void {
  if (!publisher.isFollowed(sessionKey)) return;
  const message = {
    role: "user",
    content: text,
    timestamp: sentAt,
    messageId: id,
    ...(action ? { action } : {}),
    ...(attachments?.length ? { attachments } : {}),
  };
  publisher.publish("chat", { runId: id, sessionKey, seq: 0, state: "user", message });
  if (publisher.isFollowed(messagesTopic(sessionKey))) publisher.publish("session.message", { sessionKey, messageId: id, message });
}
