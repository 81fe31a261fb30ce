import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { headAndTail } from "./shorten.ts";

const textIn = (content: TranscriptMessage["content"]): string =>
  typeof content === "string" ? content : content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");

const mostResultChars = 2_000;
const mostChars = 40_000;

/** A message as lines for whoever summarises it. */
export function asLines(message: TranscriptMessage): string {
  const text = textIn(message.content).trim();
  if (message.role === "toolResult")
    return `[${message.toolName} ${message.isError ? "failed" : "answered"}] ${headAndTail(text, mostResultChars * 0.7, mostResultChars * 0.3, (left) => `[… ${left} characters]`)}`;
  const said = headAndTail(text, mostChars * 0.7, mostChars * 0.3, (left) => `[… ${left} characters]`);
  if (message.role === "user") return message.synthetic ? `[note] ${said}` : message.tainted ? `[third party] ${said}` : `[customer] ${said}`;
  const calls = message.content.flatMap((block) =>
    block.type === "toolCall" ? [`[called ${block.name}] ${JSON.stringify(block.arguments).slice(0, 500)}`] : [],
  );
  return [...(said === "" ? [] : [`[${message.author === "operator" ? "colleague" : "agent"}] ${said}`]), ...calls].join("\n");
}

const lineChars = 200;

/** What happened, without any model: the last things that were said, each in a line. */
export function plainStory(messages: readonly TranscriptMessage[], before: string, maxChars: number): string {
  const lines: string[] = [];
  let chars = 0;
  for (const message of messages.toReversed()) {
    if (message.role === "toolResult" || (message.role === "user" && message.synthetic)) continue;
    const text = textIn(message.content).replace(/\s+/g, " ").trim();
    if (text === "") continue;
    const characters = Array.from(text);
    const who = message.role === "user" ? (message.tainted ? "third party" : "customer") : message.author === "operator" ? "colleague" : "agent";
    const line = `- ${who}: ${characters.length > lineChars ? `${characters.slice(0, lineChars - 1).join("")}…` : text}`;
    if (chars + line.length > maxChars * 0.7) break;
    chars += line.length;
    lines.unshift(line);
  }
  const earlier = before.trim() === "" ? [] : [headAndTail(before.trim(), Math.floor(maxChars * 0.2), Math.floor(maxChars * 0.1), () => "[…]")];
  return [...earlier, ...lines].join("\n");
}
