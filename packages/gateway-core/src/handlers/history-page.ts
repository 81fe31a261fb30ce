import { type ChatMessage, jsonOf } from "@travelagent/protocol";

/** Bytes of one answer at most, roughly: the oldest messages are left out first. */
const maxBytes = 6 * 1024 * 1024;

/** As many of the newest as fit. */
export function asPage(messages: readonly ChatMessage[]): { messages: ChatMessage[]; cut: boolean } {
  let bytes = 0;
  for (let at = messages.length - 1; at >= 0; at--) {
    bytes += jsonOf(messages[at]).length;
    if (bytes > maxBytes && at < messages.length - 1) return { messages: messages.slice(at + 1), cut: true };
  }
  return { messages: messages.slice(), cut: false };
}
