import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { shortFacts } from "./facts/short-facts.ts";
import { headAndTail } from "./shorten.ts";
import { messagesTokens, messageTokens } from "./tokens.ts";

const note = (left: number) => `[… ${left} characters left out]`;

/** The message with texts of at most `chars`, and the facts of what was left out. */
function cut(message: TranscriptMessage, chars: number): TranscriptMessage {
  const short = (text: string) => {
    const cutText = headAndTail(text, Math.ceil(chars * 0.7), Math.floor(chars * 0.3), note);
    if (cutText === text || message.role === "assistant") return cutText;
    const facts = shortFacts(message, chars);
    return facts === "" ? cutText : `${cutText}\n${facts}`;
  };
  if (message.role === "user")
    return {
      ...message,
      content: typeof message.content === "string" ? short(message.content) : message.content.map((block) => ({ ...block, text: short(block.text) })),
    };
  if (message.role === "toolResult") return { ...message, content: message.content.map((block) => ({ ...block, text: short(block.text) })) };
  return { ...message, content: message.content.map((block) => (block.type === "text" ? { ...block, text: short(block.text) } : block)) };
}

/**
 * Whatever it takes to fit, in the prompt alone: results are cut, oldest first and ever shorter, then what people and models
 * said, then whole turns go, the oldest first. What stays: a summary at the begin and the last message of a user.
 */
export function squeezed(given: readonly TranscriptMessage[], maxTokens: number): readonly TranscriptMessage[] {
  const messages = [...given];
  let tokens = messagesTokens(messages);
  const shorten = (chars: number, which: (message: TranscriptMessage, index: number) => boolean) => {
    for (const [index, message] of messages.entries()) {
      if (tokens <= maxTokens) return;
      if (!which(message, index)) continue;
      const short = cut(message, chars);
      tokens += messageTokens(short) - messageTokens(message);
      messages[index] = short;
    }
  };
  const summary = (index: number): boolean => index === 0 && given[0]?.role === "user" && given[0].synthetic === true;
  for (const chars of [4_000, 1_500, 500]) shorten(chars, ({ role }) => role === "toolResult");
  for (const chars of [20_000, 4_000, 1_000]) shorten(chars, ({ role }, index) => role !== "toolResult" && !summary(index));
  const from = summary(0) ? 1 : 0;
  while (tokens > maxTokens) {
    const last = messages.findLastIndex(({ role }) => role === "user");
    // A turn goes as a whole, so that no result loses its call.
    let next = from + 1;
    while (next < messages.length && messages[next]!.role === "toolResult") next++;
    if (next > last) break;
    for (const gone of messages.splice(from, next - from)) tokens -= messageTokens(gone);
  }
  return messages;
}
