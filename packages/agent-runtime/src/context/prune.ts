import type { ToolResultMessage, TranscriptMessage } from "@travelagent/protocol/messages";
import { shortFacts } from "./facts/short-facts.ts";
import type { ContextLimits } from "./limits.ts";
import { headAndTail } from "./shorten.ts";
import { messagesTokens } from "./tokens.ts";

const mostFacts = 1_500;
const textOf = (message: ToolResultMessage): string => message.content.map((block) => block.text).join("\n");

/** What is left of a result: never less than the facts in it. */
function withText(message: ToolResultMessage, text: string): ToolResultMessage {
  const facts = shortFacts(message, mostFacts);
  return { ...message, content: [{ type: "text", text: facts === "" ? text : `${text}\n${facts}` }] };
}

const shortened = new WeakMap<ToolResultMessage, ToolResultMessage>();
const cleared = new WeakMap<ToolResultMessage, ToolResultMessage>();

function kept<T extends object>(cache: WeakMap<T, T>, message: T, make: () => T): T {
  const before = cache.get(message);
  if (before) return before;
  const made = make();
  cache.set(message, made);
  return made;
}

/**
 * Long results of earlier turns, shortened or left out in the prompt alone; the transcript keeps them. The same conversation is
 * pruned the same way on every turn, so that what a provider has cached stays good but for its end.
 */
export function pruned(
  messages: readonly TranscriptMessage[],
  { pruning }: Pick<ContextLimits, "pruning">,
  { window, fixedTokens, now }: { window: number; fixedTokens: number; now: number },
): readonly TranscriptMessage[] {
  if (pruning.mode === "off") return messages;
  const ratio = (list: readonly TranscriptMessage[]) => (fixedTokens + messagesTokens(list)) / window;
  if (ratio(messages) <= pruning.softTrimRatio) return messages;
  if (pruning.mode === "cache-ttl" && !cacheHasEnded(messages, pruning.ttlMs, now)) return messages;
  const until = startOfLast(messages, pruning.keepLastAssistants);
  const { maxChars, headChars, tailChars } = pruning.softTrim;
  const old = (message: TranscriptMessage, index: number): message is ToolResultMessage => message.role === "toolResult" && index < until;
  const trimmed = messages.map((message, index) => {
    if (!old(message, index) || textOf(message).length <= maxChars) return message;
    return kept(shortened, message, () =>
      withText(
        message,
        headAndTail(textOf(message), headChars, tailChars, (left) => `[… ${left} characters left out]`),
      ),
    );
  });
  if (ratio(trimmed) <= pruning.hardClearRatio) return trimmed;
  const prunable = messages.reduce((sum, message, index) => sum + (old(message, index) ? textOf(message).length : 0), 0);
  if (prunable < pruning.minPrunableToolChars) return trimmed;
  return messages.map((message, index) => (old(message, index) ? kept(cleared, message, () => withText(message, "[Old result left out.]")) : trimmed[index]!));
}

/** Where the last `count` assistant messages begin. */
function startOfLast(messages: readonly TranscriptMessage[], count: number): number {
  if (count === 0) return messages.length;
  let left = count;
  for (let index = messages.length - 1; index >= 0; index--) if (messages[index]!.role === "assistant" && --left === 0) return index;
  return 0;
}

/** Whether the turn began so long after the answer before it that a provider has forgotten the prompt. */
function cacheHasEnded(messages: readonly TranscriptMessage[], ttlMs: number, now: number): boolean {
  const turn = messages.findLastIndex((message) => message.role === "user");
  const before = messages.slice(0, Math.max(0, turn)).findLast((message) => message.role === "assistant");
  return before !== undefined && (messages[turn]?.timestamp ?? now) - before.timestamp >= ttlMs;
}
