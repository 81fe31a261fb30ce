import { type ChatMessage, looksMerged } from "@travelagent/protocol";
import type { Inbox } from "../inbox.ts";

const textOf = ({ content }: ChatMessage): string | undefined => {
  const text = typeof content === "string" ? content : content[0]?.text;
  return typeof text === "string" ? text : undefined;
};

/** The id of a message of several, undefined for every other one. */
function mergedId(message: ChatMessage): string | undefined {
  if (message.role !== "user" || message.messageId === undefined) return undefined;
  const text = textOf(message);
  return text !== undefined && looksMerged(text) ? message.messageId : undefined;
}

/** Messages that were answered together, each as its customer wrote it, in place of the one text that a model was given. */
export async function asWritten(
  messages: readonly ChatMessage[],
  inbox: Pick<Inbox, "takenBy">,
  maxChars = Number.POSITIVE_INFINITY,
): Promise<readonly ChatMessage[]> {
  // Most pages have none.
  if (!messages.some((message) => mergedId(message) !== undefined)) return messages;
  const short = (text: string): string => (text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text);
  // What a turn heard while it ran stands there by itself.
  const apart = new Set(messages.flatMap(({ role, messageId }) => (role === "user" && messageId !== undefined ? [messageId] : [])));
  const shown = await Promise.all(
    messages.map(async (message): Promise<ChatMessage[]> => {
      const id = mergedId(message);
      const rows = id === undefined ? [] : (await inbox.takenBy(id)).filter((row) => row.id === id || !apart.has(row.id));
      if (rows.length === 0) return [message];
      return rows.map((row) => ({
        ...message,
        content: typeof message.content === "string" ? short(row.message.text) : [{ type: "text", text: short(row.message.text) }],
        timestamp: row.message.sentAt,
        messageId: row.id,
        ...(row.message.attachments?.length ? { attachments: row.message.attachments } : {}),
      }));
    }),
  );
  return shown.flat();
}
