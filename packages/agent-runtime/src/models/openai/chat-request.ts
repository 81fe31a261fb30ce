import type { ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { ModelRequest } from "../../model.ts";
import { callId } from "../call-id.ts";
import { dataUrl } from "../images.ts";
import { timeNote } from "../time-note.ts";
import { toolsJson, withField } from "../tools-json.ts";
import { modelTurns, textsOf } from "../turns.ts";
import { effortOf, type OpenAiDefaults, temperatureOf } from "./defaults.ts";
import { outputText, userTexts } from "./texts.ts";

/** Plain strings, but for pictures: not every compatible server takes content in parts. */
function chatMessages(request: ModelRequest): ChatCompletionMessageParam[] {
  const turns = modelTurns(request.messages);
  const lastUser = turns.findLastIndex((turn) => turn.kind === "user");
  const messages = turns.flatMap((turn, index): ChatCompletionMessageParam[] => {
    if (turn.kind === "results") return turn.results.map((result) => ({ role: "tool", tool_call_id: callId(result.toolCallId), content: outputText(result) }));
    if (turn.kind === "user") {
      const texts = userTexts(turn.message, index === lastUser ? timeNote(request.now, request.timeZone) : undefined);
      if (index === lastUser && request.images?.length) {
        const pictures = request.images.map((image) => ({ type: "image_url" as const, image_url: { url: dataUrl(image) } }));
        return [{ role: "user", content: [...pictures, { type: "text", text: texts.join("\n\n") }] }];
      }
      return texts.length === 0 ? [] : [{ role: "user", content: texts.join("\n\n") }];
    }
    const text = textsOf(turn.message.content).join("\n\n");
    const calls = turn.calls.map((call) => ({
      id: callId(call.id),
      type: "function" as const,
      function: { name: call.name, arguments: JSON.stringify(call.arguments) },
    }));
    if (text === "" && calls.length === 0) return [];
    return [{ role: "assistant", content: text === "" ? null : text, ...(calls.length === 0 ? {} : { tool_calls: calls }) }];
  });
  return request.system === "" ? messages : [{ role: "system", content: request.system }, ...messages];
}

const chatTools = toolsJson(({ name, description, parameters }) => ({ type: "function", function: { name, description, parameters } }));

/** The body of one call, as JSON. */
export function chatRequest(request: ModelRequest, defaults: OpenAiDefaults): string {
  const { model, maxTokens, ownVendor } = defaults;
  const effort = effortOf(request, defaults);
  const limit = request.maxTokens ?? maxTokens;
  const body: ChatCompletionCreateParamsStreaming = {
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: chatMessages(request),
    ...(limit === undefined ? {} : ownVendor ? { max_completion_tokens: limit } : { max_tokens: limit }),
    ...temperatureOf(defaults),
    ...(effort === undefined ? {} : { reasoning_effort: effort }),
  };
  return request.tools.length === 0 ? JSON.stringify(body) : withField(body, "tools", chatTools(request.tools));
}
