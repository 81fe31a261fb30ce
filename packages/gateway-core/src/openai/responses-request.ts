import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import { describeIssues } from "../router/issues.ts";
import { type Ask, clientTool, offeredTools, textOfContent, userName } from "./ask.ts";
import { createEarlier } from "./earlier.ts";
import { invalid, unsupported } from "./errors.ts";

const Item = z.union([
  z.looseObject({ type: z.literal("function_call"), call_id: z.string().min(1).max(128), name: z.string(), arguments: z.string() }),
  z.looseObject({ type: z.literal("function_call_output"), call_id: z.string(), output: z.unknown().optional() }),
  z.looseObject({ type: z.literal("reasoning") }),
  z.looseObject({ type: z.literal("message").optional(), role: z.enum(["user", "assistant", "system", "developer"]), content: z.unknown().optional() }),
]);
type Item = z.infer<typeof Item>;

const Body = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(Item)]),
  instructions: z.string().nullish(),
  previous_response_id: z.string().nullish(),
  user: userName.nullish(),
  stream: z.boolean().nullish(),
  tools: z
    .array(z.looseObject({ type: z.string() }))
    .max(128)
    .nullish(),
  tool_choice: z.unknown().optional(),
  text: z.looseObject({ format: z.looseObject({ type: z.string() }).nullish() }).nullish(),
  background: z.boolean().nullish(),
  conversation: z.unknown().optional(),
});

export interface ResponsesAsk extends Ask {
  stream: boolean;
  previousResponseId?: string;
}

const responseId = /^resp_([\w-]{1,128})$/;

/** Body of `POST /v1/responses`; the same holds as for `readChatRequest`. */
export function readResponsesRequest(body: unknown, now: number): ResponsesAsk {
  const parsed = Body.safeParse(body);
  if (!parsed.success) throw new TravelAgentError("INVALID_REQUEST", `invalid request: ${describeIssues(parsed.error).text}`);
  const { model, input, instructions, previous_response_id: previous, user, stream, tools, tool_choice, text: form, background, conversation } = parsed.data;
  if (form?.format && form.format.type !== "text") throw unsupported("text", "answers are text: leave text.format out");
  if (background) throw unsupported("background", "answers are not made in the background: leave background out");
  if (conversation !== undefined && conversation !== null)
    throw unsupported("conversation", "name your user in user, or go on from an answer with previous_response_id");
  const offered = (tools ?? []).map((tool) => {
    if (tool.type !== "function") throw unsupported("tools", "tools can be functions only");
    return clientTool(tool.name, tool.description, tool.parameters);
  });
  const previousRunId = previous ? responseId.exec(previous)?.[1] : undefined;
  if (previous && previousRunId === undefined) throw noPrevious(previous);
  const said = typeof input === "string" ? split([{ role: "user", content: input }], now) : split(input, now);
  return {
    ...said,
    model,
    instructions: [instructions ?? "", said.instructions].join("\n\n").trim(),
    ...(user ? { user } : {}),
    ...(previousRunId ? { previousRunId, previousResponseId: previous! } : {}),
    tools: offeredTools(offered, tool_choice),
    stream: stream === true,
  };
}

export const noPrevious = (id: string): TravelAgentError =>
  new TravelAgentError("NOT_FOUND", `there is no answer ${id} to go on from`, {
    details: { openai: "previous_response_not_found", param: "previous_response_id" },
  });

function split(items: readonly Item[], now: number): Pick<Ask, "instructions" | "earlier" | "text" | "results"> {
  const instructions: string[] = [];
  const texts: string[] = [];
  const results: Ask["results"] = [];
  const earlier = createEarlier(now, "input");
  const last = items.findLastIndex((item) => item.type === "function_call" || ("role" in item && item.role === "assistant"));
  for (const [index, item] of items.entries()) {
    const isNew = index > last;
    if (item.type === "reasoning") continue;
    if (item.type === "function_call") earlier.assistant("", [{ id: item.call_id, name: item.name, arguments: item.arguments }]);
    else if (item.type === "function_call_output") {
      const text = textOfContent(item.output, `input.${index}.output`);
      if (isNew) results.push({ toolCallId: item.call_id, text });
      else earlier.result(item.call_id, text);
    } else {
      const text = textOfContent(item.content, `input.${index}.content`);
      if (item.role === "system" || item.role === "developer") instructions.push(text);
      else if (item.role === "assistant") earlier.assistant(text, []);
      else if (isNew) texts.push(text);
      else earlier.user(text);
    }
  }
  const text = texts.join("\n\n").trim();
  if (text === "" && results.length === 0) throw invalid("input", "the input must end with words of the user or the output of a function");
  return { instructions: instructions.join("\n\n").trim(), earlier: earlier.messages, text, results };
}
