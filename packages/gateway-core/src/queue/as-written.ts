import { type ChatMessage, looksMerged } from "@travelagent/protocol";
import type { Inbox } from "../inbox.ts";

/** Messages that were answered together, each as its customer wrote it, in place of the one text that a model was given. */
export async function asWritten(messages: readonly ChatMessage[], inbox: Pick<Inbox, "takenBy">, maxChars = Number.POSITIVE_INFINITY): Promise<ChatMessage[]> {
  const short = (text: string): string => (text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text);
  // What a turn heard while it ran stands there by itself.
  const apart = new Set(messages.flatMap(({ role, messageId }) => (role === "user" && messageId !== undefined ? [messageId] : [])));
  const shown = await Promise.all(
    messages.map(async (message): Promise<ChatMessage[]> => {
      const { role, messageId, content } = message;
      const text = typeof content === "string" ? content : content[0]?.text;
      if (role !== "user" || messageId === undefined || typeof text !== "string" || !looksMerged(text)) return [message];
      const rows = (await inbox.takenBy(messageId)).filter(({ id }) => id === messageId || !apart.has(id));
      if (rows.length === 0) return [message];
      return rows.map(({ id, message: own }) => ({
        ...message,
        content: typeof content === "string" ? short(own.text) : [{ type: "text", text: short(own.text) }],
        timestamp: own.sentAt,
        messageId: id,
      }));
    }),
  );
  return shown.flat();
}
