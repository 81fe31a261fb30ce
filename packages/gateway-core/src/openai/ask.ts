import type { ClientTool, TranscriptMessage } from "@travelagent/protocol/messages";
import * as z from "zod";
import { cardFree } from "../card-free.ts";
import { invalid, unsupported } from "./errors.ts";

/** What both endpoints come down to: one message for an agent. */
export interface Ask {
  /** As the request named it; the reply repeats it. */
  model: string;
  /** The caller's own name for its user: one conversation for each. */
  user?: string;
  /** The run this one goes on from. */
  previousRunId?: string;
  instructions: string;
  /** Said before, in conversations that are not kept here. */
  earlier: TranscriptMessage[];
  text: string;
  results: { toolCallId: string; text: string }[];
  tools: ClientTool[];
}

export const userName = z
  .string()
  .min(1)
  .max(256)
  // It names the conversation, where nothing can be taken out of it.
  .refine((name) => cardFree(name) === name, "must not hold a card number");
const names = /^[a-zA-Z0-9_-]{1,64}$/;

/** A function as a model is offered it. */
export function clientTool(name: unknown, description: unknown, parameters: unknown): ClientTool {
  if (typeof name !== "string" || !names.test(name)) throw invalid("tools", "each function needs a name of 1 to 64 letters, digits, _ or -");
  return {
    name,
    description: typeof description === "string" ? description : "",
    parameters: typeof parameters === "object" && parameters !== null ? (parameters as Record<string, unknown>) : { type: "object", properties: {} },
  };
}

/** The functions offered in this turn. `choice` must leave it to the model, since that is not ours to force. */
export function offeredTools(tools: ClientTool[], choice: unknown): ClientTool[] {
  if (choice === "none") return [];
  if (choice !== undefined && choice !== null && choice !== "auto") throw unsupported("tool_choice", 'tool_choice can be "auto" or "none"');
  const twice = tools.find((tool, index) => tools.findIndex(({ name }) => name === tool.name) !== index);
  if (twice) throw invalid("tools", `there are two functions named ${twice.name}`);
  return tools;
}

/** Text of a message or of a tool's output: a string, or parts of text. */
export function textOfContent(content: unknown, param: string): string {
  if (content === null || content === undefined) return "";
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) throw invalid(param, `${param} must be a text or a list of text parts`);
  return content
    .map((part: unknown) => {
      const { type, text, refusal } = (part ?? {}) as { type?: unknown; text?: unknown; refusal?: unknown };
      if (["text", "input_text", "output_text"].includes(String(type)) && typeof text === "string") return text;
      if (type === "refusal" && typeof refusal === "string") return refusal;
      throw unsupported(param, `${param} can hold text only, not ${typeof type === "string" ? type : "this"}`);
    })
    .join("\n");
}

/** The arguments of an earlier call; what is no JSON object is kept as a text. */
export function callArguments(text: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(text));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  return { value: String(text) };
}
