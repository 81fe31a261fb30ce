import type { AssistantMessage } from "@travelagent/protocol/messages";

const said = (text: string, now: number): Pick<AssistantMessage, "role" | "content" | "stopReason" | "timestamp"> => ({
  role: "assistant",
  content: [{ type: "text", text }],
  stopReason: "stop",
  timestamp: now,
});

/** What a person of the agency wrote, as the transcript keeps it. */
export const saidByOperator = (text: string, actor: string, now: number): AssistantMessage => ({
  ...said(text, now),
  provider: "operator",
  model: actor,
  author: "operator",
});

/** What the gateway itself says, with no model behind it. */
export const saidByGateway = (text: string, now: number): AssistantMessage => ({ ...said(text, now), provider: "travelagent", model: "gateway" });
