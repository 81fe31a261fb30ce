import type { AssistantMessage } from "@travelagent/protocol/messages";
import type { ResponseCreateParamsStreaming, ResponseInputContent, ResponseInputItem } from "openai/resources/responses/responses";
import type { ModelRequest } from "../../model.ts";
import { callId } from "../call-id.ts";
import { dataUrl } from "../images.ts";
import { timeNote } from "../time-note.ts";
import { toolsJson, withField } from "../tools-json.ts";
import { modelTurns } from "../turns.ts";
import { effortOf, type OpenAiDefaults, temperatureOf } from "./defaults.ts";
import { readReasoning } from "./reasoning.ts";
import { outputText, userTexts } from "./texts.ts";

function assistantItems(message: AssistantMessage, provider: string): ResponseInputItem[] {
  return message.content.flatMap((block): ResponseInputItem[] => {
    if (block.type === "text") return block.text.trim() === "" ? [] : [{ role: "assistant", content: block.text }];
    if (block.type === "toolCall") return [{ type: "function_call", call_id: callId(block.id), name: block.name, arguments: JSON.stringify(block.arguments) }];
    const reasoning = message.provider === provider && block.signature ? readReasoning(block.thinking, block.signature) : undefined;
    return reasoning ? [reasoning] : [];
  });
}

function inputItems(request: ModelRequest, provider: string): ResponseInputItem[] {
  const turns = modelTurns(request.messages);
  const lastUser = turns.findLastIndex((turn) => turn.kind === "user");
  return turns.flatMap((turn, index): ResponseInputItem[] => {
    if (turn.kind === "assistant") {
      const items = assistantItems(turn.message, provider);
      // The vendor refuses reasoning that nothing follows.
      return items.some((item) => !("type" in item) || item.type !== "reasoning") ? items : [];
    }
    if (turn.kind === "results")
      return turn.results.map((result) => ({ type: "function_call_output", call_id: callId(result.toolCallId), output: outputText(result) }));
    const texts = userTexts(turn.message, index === lastUser ? timeNote(request.now, request.timeZone) : undefined);
    const pictures = index === lastUser ? (request.images ?? []) : [];
    const content: ResponseInputContent[] = [
      ...pictures.map((image) => ({ type: "input_image" as const, image_url: dataUrl(image), detail: "auto" as const })),
      ...texts.map((text) => ({ type: "input_text" as const, text })),
    ];
    return content.length === 0 ? [] : [{ role: "user", content }];
  });
}

const responsesTools = toolsJson(({ name, description, parameters }) => ({ type: "function", name, description, parameters, strict: false }));

/** The body of one call, as JSON. Nothing is stored at the vendor: the conversation travels with each request. */
export function responsesRequest(request: ModelRequest, defaults: OpenAiDefaults): string {
  const { provider, model, maxTokens } = defaults;
  const effort = effortOf(request, defaults);
  const limit = request.maxTokens ?? maxTokens;
  const body: ResponseCreateParamsStreaming = {
    model,
    stream: true,
    store: false,
    ...(request.system === "" ? {} : { instructions: request.system }),
    input: inputItems(request, provider),
    ...(limit === undefined ? {} : { max_output_tokens: limit }),
    ...temperatureOf(defaults),
    ...(effort === undefined ? {} : { reasoning: { effort, summary: "auto" as const } }),
    // Whatever it thought comes back with the next request, also when nobody asked it to think.
    ...(effort !== undefined || (defaults.reasoning && defaults.ownVendor) ? { include: ["reasoning.encrypted_content" as const] } : {}),
  };
  return request.tools.length === 0 ? JSON.stringify(body) : withField(body, "tools", responsesTools(request.tools));
}
