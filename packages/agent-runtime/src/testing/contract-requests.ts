import { TravelAgentError } from "@travelagent/protocol";
import type { TranscriptMessage } from "@travelagent/protocol/messages";
import type { Model, ModelEvent, ModelRequest } from "../model.ts";

const at = Date.parse("2027-01-15T09:00:00Z");

/** A transcript with all that a session may hold: two providers, several results, an error, a person's words, odd ids. */
export const longTalk: TranscriptMessage[] = [
  { role: "user", content: "Hello", timestamp: at, messageId: "m1" },
  {
    role: "assistant",
    content: [
      { type: "thinking", thinking: "They greet.", signature: "of-somebody-else" },
      { type: "text", text: "Hello! Where to?" },
    ],
    provider: "another",
    model: "m",
    stopReason: "stop",
    timestamp: at,
  },
  {
    role: "assistant",
    content: [{ type: "text", text: "I am Eva from the agency." }],
    provider: "travelagent",
    model: "gateway",
    stopReason: "stop",
    timestamp: at,
    author: "operator",
  },
  {
    role: "user",
    content: [
      { type: "text", text: "To Lisbon" },
      { type: "text", text: "on Friday" },
    ],
    timestamp: at,
  },
  {
    role: "assistant",
    content: [
      { type: "text", text: "I will look." },
      { type: "toolCall", id: "a:1/x", name: "search_flights", arguments: { to: "LIS" } },
      { type: "toolCall", id: "an id with spaces and more than forty letters in it", name: "get_customer", arguments: {} },
    ],
    provider: "another",
    model: "m",
    stopReason: "toolUse",
    timestamp: at,
  },
  { role: "toolResult", toolCallId: "a:1/x", toolName: "search_flights", content: [{ type: "text", text: '{"offers":[]}' }], isError: false, timestamp: at },
  {
    role: "toolResult",
    toolCallId: "an id with spaces and more than forty letters in it",
    toolName: "get_customer",
    content: [{ type: "text", text: "no record" }],
    isError: true,
    timestamp: at,
    details: { internal: true },
  },
  { role: "assistant", content: [{ type: "text", text: "Nothing on Friday." }], provider: "another", model: "m", stopReason: "stop", timestamp: at },
  { role: "user", content: "What about Saturday?", timestamp: at },
];

export const tools = [
  {
    name: "search_flights",
    description: "Finds flights.",
    parameters: { type: "object", properties: { to: { type: "string" } }, required: ["to"], additionalProperties: false },
  },
  { name: "get_customer", description: "The customer of this conversation.", parameters: { type: "object", properties: {}, additionalProperties: false } },
];

export const request = (messages: TranscriptMessage[] = [{ role: "user", content: "Hello", timestamp: at }]): ModelRequest => ({
  system: "You answer for a travel agency.",
  messages,
  tools,
  now: at,
  timeZone: "Europe/Madrid",
});

/** A request with a picture: one white point. */
export const pictured = (): ModelRequest => ({
  ...request([...longTalk]),
  images: [{ mimeType: "image/png", data: "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==" }],
});

export const unaborted = () => new AbortController().signal;

export async function collect(model: Model, asked: ModelRequest, signal = unaborted()): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of model.stream(asked, signal)) events.push(event);
  return events;
}

export async function failure(model: Model, asked: ModelRequest = request(), signal = unaborted()): Promise<TravelAgentError | undefined> {
  try {
    await collect(model, asked, signal);
    return undefined;
  } catch (error) {
    return TravelAgentError.is(error) ? error : undefined;
  }
}

export const textOf = (events: ModelEvent[]) => events.map((event) => (event.type === "text" ? event.delta : "")).join("");
