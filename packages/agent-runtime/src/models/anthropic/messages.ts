import type { ContentBlockParam, ImageBlockParam, MessageParam, TextBlockParam } from "@anthropic-ai/sdk/resources/messages/messages";
import type { AssistantMessage } from "@travelagent/protocol/messages";
import type { ModelImage, ModelRequest } from "../../model.ts";
import { callId } from "../call-id.ts";
import { timeNote } from "../time-note.ts";
import { modelTurns, resultText, textsOf } from "../turns.ts";
import { redactedMark } from "./redacted-thinking.ts";

const text = (value: string): TextBlockParam => ({ type: "text", text: value });

const picture = ({ mimeType, data }: ModelImage): ImageBlockParam => ({ type: "image", source: { type: "base64", media_type: mimeType, data } });

function assistantBlocks(message: AssistantMessage, provider: string): ContentBlockParam[] {
  return message.content.flatMap((block): ContentBlockParam[] => {
    if (block.type === "text") return block.text.trim() === "" ? [] : [text(block.text)];
    if (block.type === "toolCall") return [{ type: "tool_use", id: callId(block.id), name: block.name, input: block.arguments }];
    if (message.provider !== provider || block.signature === undefined) return [];
    if (block.signature.startsWith(redactedMark)) return [{ type: "redacted_thinking", data: block.signature.slice(redactedMark.length) }];
    return [{ type: "thinking", thinking: block.thinking, signature: block.signature }];
  });
}

/** Thinking alone is no message. */
const says = (blocks: ContentBlockParam[]) => blocks.some((block) => block.type === "text" || block.type === "tool_use");

/**
 * The transcript in the vendor's form: roles take turns, a user's message begins it, and the results of one assistant message
 * stand together at the start of the next user message. The last block before the time note carries a cache mark: the note
 * is gone in the next request, what stands before it is not. A request with pictures has no such mark.
 */
export function anthropicMessages(request: ModelRequest, provider: string): MessageParam[] {
  const turns = modelTurns(request.messages);
  const lastUser = turns.findLastIndex((turn) => turn.kind === "user");
  const messages: { role: "user" | "assistant"; content: ContentBlockParam[] }[] = [];
  const add = (role: "user" | "assistant", blocks: ContentBlockParam[]) => {
    if (blocks.length === 0) return;
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else messages.push({ role, content: blocks });
  };

  let note: ContentBlockParam | undefined;
  for (const [index, turn] of turns.entries()) {
    if (turn.kind === "user") {
      if (index === lastUser) add("user", (request.images ?? []).map(picture));
      add("user", textsOf(turn.message.content).map(text));
      if (index === lastUser) {
        note = text(timeNote(request.now, request.timeZone));
        add("user", [note]);
      }
    } else if (turn.kind === "assistant") {
      const blocks = assistantBlocks(turn.message, provider);
      if (!says(blocks)) continue;
      if (messages.length === 0) add("user", [text("(The agency wrote first.)")]);
      add("assistant", blocks);
    } else {
      add(
        "user",
        turn.results.map((result) => ({
          type: "tool_result",
          tool_use_id: callId(result.toolCallId),
          content: [text(resultText(result))],
          ...(result.isError ? { is_error: true } : {}),
        })),
      );
    }
  }

  // What a picture stands in does not come again.
  if (request.images?.length) return messages;
  const end = messages.at(-1)?.content.findLast((block) => block !== note);
  if (end && "type" in end && (end.type === "text" || end.type === "tool_result" || end.type === "tool_use")) end.cache_control = { type: "ephemeral" };
  return messages;
}
