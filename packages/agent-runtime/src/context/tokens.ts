import type { TranscriptMessage } from "@travelagent/protocol/messages";
import type { ToolSpec } from "../model.ts";

/** What a provider adds around each message. */
const perMessage = 4;

/**
 * How many tokens a text will be, more likely too many than too few: four Latin characters to one, and one or two of a script
 * whose words are not in the vocabulary as a whole.
 */
export function textTokens(text: string): number {
  let latin = 0;
  let letters = 0;
  let signs = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x250) latin++;
    else if (code < 0x2000) letters++;
    else signs++;
  }
  return Math.ceil(latin / 4 + letters / 2 + signs);
}

const known = new WeakMap<TranscriptMessage, number>();

/** Of what a model is sent of a message: cards and details are not for it. Messages never change, so each is counted once. */
export function messageTokens(message: TranscriptMessage): number {
  const before = known.get(message);
  if (before !== undefined) return before;
  const blocks = typeof message.content === "string" ? [{ type: "text" as const, text: message.content }] : message.content;
  let tokens = perMessage;
  for (const block of blocks) {
    if (block.type === "text") tokens += textTokens(block.text);
    else if (block.type === "thinking") tokens += textTokens(block.thinking) + (block.signature ? Math.ceil(block.signature.length / 4) : 0);
    else tokens += textTokens(block.name) + textTokens(JSON.stringify(block.arguments)) + perMessage;
  }
  known.set(message, tokens);
  return tokens;
}

export const messagesTokens = (messages: readonly TranscriptMessage[]): number => messages.reduce((sum, message) => sum + messageTokens(message), 0);

const knownTools = new WeakMap<ToolSpec, number>();

const knownLists = new WeakMap<readonly ToolSpec[], number>();

/** A tool is described by one object for as long as it is there, whatever list it stands in; lists do not change. */
export function toolTokens(tools: readonly ToolSpec[]): number {
  const before = knownLists.get(tools);
  if (before !== undefined) return before;
  let tokens = 0;
  for (const tool of tools) {
    const own = knownTools.get(tool) ?? textTokens(JSON.stringify(tool)) + 1;
    knownTools.set(tool, own);
    tokens += own;
  }
  knownLists.set(tools, tokens);
  return tokens;
}
