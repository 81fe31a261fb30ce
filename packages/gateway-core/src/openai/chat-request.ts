import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import { describeIssues } from "../router/issues.ts";
import { type Ask, clientTool, offeredTools, textOfContent, userName } from "./ask.ts";
import { createEarlier } from "./earlier.ts";
import { invalid, unsupported } from "./errors.ts";

const Call = z.looseObject({
  id: z.string().min(1).max(128),
  type: z.literal("function"),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});
const Message = z.discriminatedUnion("role", [
  z.looseObject({ role: z.enum(["system", "developer", "user"]), content: z.unknown().optional() }),
  z.looseObject({ role: z.literal("assistant"), content: z.unknown().optional(), tool_calls: z.array(Call).nullish() }),
  z.looseObject({ role: z.literal("tool"), tool_call_id: z.string(), content: z.unknown().optional() }),
]);
type Message = z.infer<typeof Message>;

const Body = z.looseObject({
  model: z.string().min(1),
  messages: z.array(Message).min(1),
  user: userName.nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  tools: z
    .array(z.looseObject({ type: z.string(), function: z.looseObject({}).optional() }))
    .max(128)
    .nullish(),
  tool_choice: z.unknown().optional(),
  n: z.number().nullish(),
  response_format: z.looseObject({ type: z.string() }).nullish(),
});

export interface ChatAsk extends Ask {
  stream: boolean;
  includeUsage: boolean;
}

/**
 * Body of `POST /v1/chat/completions`. Settings of a model (temperature, token limits and the like) are the agency's, not the
 * caller's, and are not looked at; what would change the form of the answer is refused. Raises `INVALID_REQUEST`.
 */
export function readChatRequest(body: unknown, now: number): ChatAsk {
  const parsed = Body.safeParse(body);
  if (!parsed.success) throw new TravelAgentError("INVALID_REQUEST", `invalid request: ${describeIssues(parsed.error).text}`);
  const { model, messages, user, stream, stream_options, tools, tool_choice, n, response_format, ...rest } = parsed.data;
  if (n !== undefined && n !== null && n !== 1) throw unsupported("n", "one answer is given: leave n out");
  if (response_format && response_format.type !== "text") throw unsupported("response_format", "answers are text: leave response_format out");
  if (rest.logprobs === true) throw unsupported("logprobs", "there are no log probabilities: leave logprobs out");
  if (rest.functions !== undefined) throw unsupported("functions", "name functions in tools");
  const offered = (tools ?? []).map(({ type, function: given }) => {
    if (type !== "function" || !given) throw unsupported("tools", "tools can be functions only");
    return clientTool(given.name, given.description, given.parameters);
  });
  return {
    model,
    ...(user ? { user } : {}),
    ...split(messages, now),
    tools: offeredTools(offered, tool_choice),
    stream: stream === true,
    includeUsage: stream_options?.include_usage === true,
  };
}

/** What comes after the last word of the assistant is new; what stands before it was said before. */
function split(messages: readonly Message[], now: number): Pick<Ask, "instructions" | "earlier" | "text" | "results"> {
  const instructions: string[] = [];
  const texts: string[] = [];
  const results: Ask["results"] = [];
  const earlier = createEarlier(now, "messages");
  const last = messages.findLastIndex(({ role }) => role === "assistant");
  for (const [index, message] of messages.entries()) {
    const text = textOfContent(message.content, `messages.${index}.content`);
    const isNew = index > last;
    switch (message.role) {
      case "assistant": {
        const calls = message.tool_calls ?? [];
        earlier.assistant(
          text,
          calls.map((call) => ({ id: call.id, name: call.function.name, arguments: call.function.arguments })),
        );
        break;
      }
      case "tool":
        if (isNew) results.push({ toolCallId: message.tool_call_id, text });
        else earlier.result(message.tool_call_id, text);
        break;
      case "user":
        if (isNew) texts.push(text);
        else earlier.user(text);
        break;
      default:
        instructions.push(text);
    }
  }
  const text = texts.join("\n\n").trim();
  if (text === "" && results.length === 0) throw invalid("messages", "the last message must be one of the user or a result of a tool, and not empty");
  return { instructions: instructions.join("\n\n").trim(), earlier: earlier.messages, text, results };
}
