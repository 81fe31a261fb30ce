import type { TranscriptEntry, TranscriptMessage } from "@travelagent/protocol/messages";

function who(message: TranscriptMessage): string {
  if (message.role === "user") return message.synthetic ? "Note to the agent" : "You";
  if (message.role === "toolResult") return `Looked up (${message.toolName})`;
  return message.author === "operator" ? "A person of the agency" : "The agent";
}

function said(message: TranscriptMessage): string {
  const { content } = message;
  if (typeof content === "string") return content;
  return content
    .flatMap((block) => {
      if (block.type === "text") return [block.text];
      // What a model thought is no message, and tells a reader nothing.
      return block.type === "toolCall" ? [`[uses ${block.name}]`] : [];
    })
    .join("\n");
}

/** A conversation as a person reads it: who said what, and when. */
export function readableTranscript(entries: readonly TranscriptEntry[]): string {
  return entries
    .map(({ message }) => `${new Date(message.timestamp).toISOString().slice(0, 16).replace("T", " ")}  ${who(message)}\n${said(message).trim()}\n`)
    .join("\n");
}
