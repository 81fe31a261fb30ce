import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { factsBlock } from "./facts-block.ts";
import { mergeFacts } from "./merge-facts.ts";
import { messageFacts } from "./message-facts.ts";

const known = new WeakMap<TranscriptMessage, Map<number, string>>();

/** The facts of one message as text, each once, for where the message itself is shortened. */
export function shortFacts(message: TranscriptMessage, maxChars: number): string {
  const before = known.get(message)?.get(maxChars);
  if (before !== undefined) return before;
  const text = factsBlock(mergeFacts([messageFacts(message)], { now: 0, maxChars }));
  known.set(message, (known.get(message) ?? new Map<number, string>()).set(maxChars, text));
  return text;
}
