import type { InboxRow } from "../inbox.ts";

/** Longest line about a message that was left out. */
const lineLength = 160;

/** A message that gave way, in one line. */
export const droppedLine = (text: string): string => {
  const line = text.replace(/\s+/g, " ").trim();
  const characters = Array.from(line);
  return characters.length > lineLength ? `${characters.slice(0, lineLength - 1).join("")}…` : line;
};

/** What several messages that are answered together look like to a model; a single one is itself. */
export function promptOf(rows: readonly InboxRow[], dropped: readonly string[] = []): string {
  const [first] = rows;
  if (!first) return "";
  const parts: string[] = [];
  if (dropped.length > 0) parts.push(`(Left out because too many messages waited, oldest first:)\n${dropped.map((line) => `- ${line}`).join("\n")}`);
  const said = ({ message }: InboxRow): string =>
    message.address.chatType === "group" && message.senderName ? `${message.senderName}: ${message.text}` : message.text;
  if (rows.length === 1) parts.push(parts.length === 0 ? first.message.text : said(first));
  else parts.push(`(${rows.length} messages, one after the other. One answer to all of them.)`, rows.map((row, index) => `${index + 1}. ${said(row)}`).join("\n"));
  return parts.join("\n\n");
}
