import { mergeMessages } from "@travelagent/protocol";
import { changedText } from "../door/edits.ts";
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
export const promptOf = (rows: readonly InboxRow[], dropped: readonly string[] = []): string =>
  mergeMessages(
    rows.map(({ message: { address, senderName, text, edits } }) => ({
      text: changedText({ text, edits }),
      ...(address.chatType === "group" && senderName ? { from: senderName } : {}),
    })),
    dropped,
  );
