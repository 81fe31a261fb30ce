import type { AssistantMessage, ToolCallBlock, ToolResultMessage, TranscriptMessage } from "@travelagent/protocol/messages";
import type { Model, ModelEvent } from "../../../model.ts";
import { createConcierge } from "../concierge.ts";
import { sampleGazetteer } from "./gazetteer.ts";

export const allTools = [
  "search_flights",
  "search_hotels",
  "search_cars",
  "create_booking",
  "modify_booking",
  "cancel_booking",
  "get_booking_history",
  "hand_over_to_person",
];

/** A tool's content, or the error it ends with. */
export type Answer = (args: Record<string, unknown>, calls: number) => unknown;

interface Conversation {
  /** What the customer writes; the reply. Tool calls are answered on the way. */
  say(text: string): Promise<string>;
  /** The runtime's part after a yes: the pending call once more, with this result. Then the reply. */
  confirm(content: unknown, text?: string): Promise<string>;
  /** A colleague decided on what was pending, against it. */
  hearFromColleague(): Promise<string>;
  readonly calls: ToolCallBlock[];
  readonly messages: TranscriptMessage[];
  lastCall(): ToolCallBlock;
}

export const wednesday = Date.parse("2027-01-13T09:00:00Z");

export interface ConversationOptions {
  tools?: readonly string[];
  now?: number;
  timeZone?: string;
  model?: Model;
}

/** A turn loop in small: what the model calls is answered with canned results, until it speaks. */
export function converse(
  answers: Record<string, Answer>,
  { tools = allTools, now = wednesday, timeZone = "Europe/Madrid", model = createConcierge({ places: sampleGazetteer }) }: ConversationOptions = {},
): Conversation {
  const messages: TranscriptMessage[] = [];
  const calls: ToolCallBlock[] = [];
  const specs = tools.map((name) => ({ name, description: name, parameters: {} }));
  let pending: ToolCallBlock | undefined;

  const assistant = (content: AssistantMessage["content"], provider = "concierge"): AssistantMessage => ({
    role: "assistant",
    content,
    provider,
    model: provider,
    stopReason: content.some(({ type }) => type === "toolCall") ? "toolUse" : "stop",
    timestamp: now,
  });
  const result = (call: ToolCallBlock, content: unknown): ToolResultMessage => ({
    role: "toolResult",
    toolCallId: call.id,
    toolName: call.name,
    content: [{ type: "text", text: JSON.stringify(content) }],
    isError: typeof content === "object" && content !== null && "error" in content,
    timestamp: now,
  });

  async function turn(): Promise<string> {
    for (let step = 0; step < 10; step++) {
      const events: ModelEvent[] = [];
      for await (const event of model.stream({ system: "", messages, tools: specs, now, timeZone }, new AbortController().signal)) events.push(event);
      const text = events.map((event) => (event.type === "text" ? event.delta : "")).join("");
      const call = events.find((event) => event.type === "toolCall");
      if (!call) {
        messages.push(assistant([{ type: "text", text }]));
        return text;
      }
      const block: ToolCallBlock = { type: "toolCall", id: call.id, name: call.name, arguments: call.arguments };
      calls.push(block);
      const content = answers[call.name]?.(call.arguments, calls.filter(({ name }) => name === call.name).length) ?? {
        error: { code: "INTERNAL", message: "no answer in this test" },
      };
      if (typeof content === "object" && content !== null && "status" in content && content.status === "confirmation-required") pending = block;
      messages.push(assistant([block]), result(block, content));
    }
    throw new Error("the concierge went round in circles");
  }

  return {
    calls,
    messages,
    lastCall: () => calls.at(-1)!,
    say(text) {
      messages.push({ role: "user", content: text, timestamp: now });
      return turn();
    },
    hearFromColleague() {
      messages.push({ role: "user", content: "(A colleague has decided on the pending request.)", timestamp: now, synthetic: true });
      return turn();
    },
    confirm(content, text = "yes") {
      if (!pending) throw new Error("nothing is pending");
      const again: ToolCallBlock = { ...pending, id: `${pending.id}_confirmed` };
      messages.push({ role: "user", content: text, timestamp: now }, assistant([again], "travelagent"), result(again, content));
      pending = undefined;
      return turn();
    },
  };
}
