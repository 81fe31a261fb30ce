import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { describe, expect, it } from "vitest";
import { createConcierge } from "./concierge.ts";
import { flights } from "./testing/canned.ts";
import { type Answer, allTools, converse, wednesday } from "./testing/conversation.ts";
import { sampleGazetteer } from "./testing/gazetteer.ts";

const concierge = createConcierge({ places: sampleGazetteer });
const tools = allTools.map((name) => ({ name, description: name, parameters: {} }));
const accepts = (messages: readonly TranscriptMessage[]): boolean =>
  concierge.accepts!({ system: "", messages, tools, now: wednesday, timeZone: "Europe/Madrid" });
const user = (content: string): TranscriptMessage => ({ role: "user", content, timestamp: wednesday });
const other = (text: string): TranscriptMessage => ({
  role: "assistant",
  content: [{ type: "text", text }],
  provider: "vendor",
  model: "big",
  stopReason: "stop",
  timestamp: wednesday,
});

describe("what the concierge takes over from a model that is away", () => {
  it.each([
    "I need a flight from Barcelona to Lisbon on 12 March for two",
    "Find me a hotel in Madrid",
    "Please cancel my booking K7PQ2M",
    "What is the status of my booking?",
    "I want to talk to a person",
    "Call an ambulance, he has chest pain",
    "My card is 4111 1111 1111 1111",
  ])("%s", (text) => expect(accepts([user(text)])).toBe(true));

  it.each([
    "hello",
    "thanks!",
    "Do I need a visa for Brazil?",
    "What is the weather like?",
    "Necesito un vuelo a Lisboa por favor",
    "Write me a poem",
    "The chair in my room was broken",
    "yes",
  ])("waits with: %s", (text) => expect(accepts([user(text)])).toBe(false));

  it("goes on with what it began, in short words too", async () => {
    const desk: Record<string, Answer> = { search_flights: flights };
    const customer = converse(desk);
    await customer.say("flight from Barcelona to Lisbon on 12 March for two");
    expect(accepts([...customer.messages, user("2")])).toBe(true);
    await customer.say("2");
    expect(accepts([...customer.messages, user("Ana Silva and Rui Costa")])).toBe(true);
    expect(accepts([...customer.messages, user("ana@example.com")])).toBe(true);
    expect(accepts([...customer.messages, user("do you like dogs?")])).toBe(false);
  });

  it("does not answer a question that another model asked", () => {
    expect(accepts([user("hi"), other("Shall I tell you about the museums?"), user("yes")])).toBe(false);
    expect(accepts([user("hi"), other("Shall I tell you about the museums?"), user("no")])).toBe(false);
  });

  it("tells what came of a travel tool, whoever called it, and nothing of another", () => {
    const called = (name: string, content: unknown): TranscriptMessage[] => [
      user("go"),
      {
        ...(other("") as Extract<TranscriptMessage, { role: "assistant" }>),
        content: [{ type: "toolCall", id: "c1", name, arguments: {} }],
        stopReason: "toolUse",
      },
      {
        role: "toolResult",
        toolCallId: "c1",
        toolName: name,
        content: [{ type: "text", text: JSON.stringify(content) }],
        isError: false,
        timestamp: wednesday,
      },
    ];
    expect(accepts(called("search_flights", flights({}, 1)))).toBe(true);
    expect(accepts(called("memory_search", { found: [] }))).toBe(false);
    expect(accepts([{ ...user("(news)"), synthetic: true } as TranscriptMessage])).toBe(false);
  });
});
