import type { ContextFact, ToolResultMessage, TranscriptMessage } from "@travelagent/protocol/messages";
import { structuredFacts } from "./structured-facts.ts";
import { type FoundFact, promisesIn, textFacts } from "./text-facts.ts";

const known = new WeakMap<TranscriptMessage, readonly ContextFact[]>();

/** The facts of one message. Deterministic, and asked often: messages never change, so each is read once. */
export function messageFacts(message: TranscriptMessage): readonly ContextFact[] {
  const before = known.get(message);
  if (before) return before;
  const facts = found(message).map((fact): ContextFact => ({ ...fact, at: message.timestamp }));
  known.set(message, facts);
  return facts;
}

const day = (timestamp: number): string => new Date(timestamp).toISOString();

function found(message: TranscriptMessage): FoundFact[] {
  if (message.role === "user") {
    // What the gateway told the model is told again by whatever made it.
    if (message.synthetic && !message.tainted) return [];
    const text = typeof message.content === "string" ? message.content : message.content.map((block) => block.text).join("\n");
    return [...textFacts(text), ...(message.action ? [answered(message.action.type, message.action.id, message.timestamp)] : [])];
  }
  if (message.role === "toolResult") {
    const facts = [...resultFacts(message), ...structuredFacts(message.details)];
    return message.tainted ? facts.flatMap(asTheirs) : facts;
  }
  const facts: FoundFact[] = [];
  for (const block of message.content) {
    if (block.type === "text") facts.push(...textFacts(block.text), ...promisesIn(block.text));
    else if (block.type === "toolCall") {
      facts.push(...structuredFacts(block.arguments));
      if (message.model === "confirmed-action")
        facts.push({
          kind: "decision",
          text: `a yes was used for ${block.name} at ${day(message.timestamp)}; it covers nothing else`,
          key: `used ${block.id}`,
        });
    }
  }
  return [...facts, ...structuredFacts(message.cards)];
}

const answered = (type: "confirm" | "decline", id: string, at: number): FoundFact => ({
  kind: "decision",
  text: `the customer answered ${type === "confirm" ? "yes" : "no"} to question ${id} at ${day(at)}; that answer is spent`,
  key: `answered ${id.toLowerCase()}`,
});

function resultFacts(message: ToolResultMessage): FoundFact[] {
  return message.content.flatMap(({ text }) => {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null) return structuredFacts(value);
    } catch {
      // Text, or the part of a longer one.
    }
    return textFacts(text);
  });
}

/**
 * What third parties wrote may look like a record of ours: it asks the customer nothing, replaces no booking of ours, and gives
 * way to others. Bookings of ours are on cards, which none but our own tools make.
 */
function asTheirs({ active: _, ...fact }: FoundFact): FoundFact[] {
  if (fact.kind === "decision") return [];
  return [fact.kind === "booking" ? { ...fact, key: `theirs ${fact.key}` } : fact];
}
