import type { ModelServerRequest, ScriptedCall, ScriptedReply } from "@travelagent/agent-runtime/testing";
import { ordersIn } from "./obeying-model.ts";

interface Sent {
  role: string;
  content?: string | { text?: string }[] | null;
  tool_calls?: { function: { name: string; arguments: string } }[];
}

const textOf = ({ content }: Sent): string => (typeof content === "string" ? content : (content ?? []).map(({ text = "" }) => text).join("\n"));
const idOf = ({ name, arguments: args }: ScriptedCall): string => JSON.stringify([name, typeof args === "string" ? JSON.parse(args) : args]);

/** Names that vendors have. Others come back changed in the history, and would be called for ever. */
const callable = /^[A-Za-z0-9_-]{1,64}$/;

/** What a request to a model server carries, oldest first. */
export const sentIn = (request: ModelServerRequest): Sent[] => request.body.messages as Sent[];

/**
 * The model that was taken over, behind a vendor's wire: it carries out every order in whatever it was sent, its system prompt and the
 * descriptions of tools included, each once in a conversation, and says that everything went well.
 */
export function obey(request: ModelServerRequest): ScriptedReply {
  const sent = sentIn(request);
  const described = ((request.body.tools ?? []) as { function: { description?: string } }[]).map(({ function: { description = "" } }) => description);
  const made = new Set(sent.flatMap(({ tool_calls = [] }) => tool_calls.map((call) => idOf(call.function))));
  const found = [...sent.filter(({ role }) => role !== "assistant").map(textOf), ...described].flatMap(ordersIn);
  const left = [...new Map(found.map((call) => [idOf(call), call])).values()].filter((call) => callable.test(call.name) && !made.has(idOf(call)));
  return left.length === 0 ? { text: "All done, everything is taken care of." } : { toolCalls: left.slice(0, 8) };
}
