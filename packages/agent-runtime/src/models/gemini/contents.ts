import type { AssistantMessage, ToolResultMessage } from "@travelagent/protocol/messages";
import type { ModelRequest } from "../../model.ts";
import { callId } from "../call-id.ts";
import { timeNote } from "../time-note.ts";
import { modelTurns, resultText, textsOf } from "../turns.ts";
import { callMark, textMark, unsigned } from "./signatures.ts";
import type { Content, Part } from "./wire.ts";

/** Signatures go back to their maker alone; thoughts to nobody, since the vendor has no use for them. */
function modelParts(message: AssistantMessage, provider: string, mustSign: boolean): Part[] {
  const own = message.provider === provider;
  const parts: Part[] = [];
  let waiting: string | undefined;
  for (const block of message.content) {
    if (block.type === "thinking") {
      if (!own || block.signature === undefined) continue;
      if (block.signature.startsWith(callMark)) waiting = block.signature.slice(callMark.length);
      else if (block.signature.startsWith(textMark)) parts.push({ text: "", thoughtSignature: block.signature.slice(textMark.length) });
    } else if (block.type === "text") {
      if (block.text.trim() !== "") parts.push({ text: block.text });
    } else {
      // Of several calls at once only the first is signed.
      const first = !parts.some((part) => part.functionCall);
      const thoughtSignature = waiting ?? (mustSign && first ? unsigned : undefined);
      waiting = undefined;
      parts.push({
        functionCall: { id: callId(block.id), name: block.name, args: block.arguments },
        ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
      });
    }
  }
  // Signatures alone are no message.
  return parts.some((part) => part.text !== "") ? parts : [];
}

const resultPart = (result: ToolResultMessage): Part => ({
  functionResponse: { id: callId(result.toolCallId), name: result.toolName, response: { [result.isError ? "error" : "output"]: resultText(result) } },
});

/** The transcript in the vendor's form: roles take turns, a user begins, and the results of one answer stand together right behind it. */
export function geminiContents(request: ModelRequest, { provider, mustSign }: { provider: string; mustSign: boolean }): Content[] {
  const turns = modelTurns(request.messages);
  const lastUser = turns.findLastIndex((turn) => turn.kind === "user");
  const contents: Content[] = [];
  const add = (role: Content["role"], parts: Part[]) => {
    if (parts.length === 0) return;
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts });
  };
  for (const [index, turn] of turns.entries()) {
    if (turn.kind === "user") {
      if (index === lastUser)
        add(
          "user",
          (request.images ?? []).map(({ mimeType, data }) => ({ inlineData: { mimeType, data } })),
        );
      add(
        "user",
        textsOf(turn.message.content).map((text) => ({ text })),
      );
      if (index === lastUser) add("user", [{ text: timeNote(request.now, request.timeZone) }]);
    } else if (turn.kind === "results") add("user", turn.results.map(resultPart));
    else {
      const parts = modelParts(turn.message, provider, mustSign);
      if (parts.length > 0 && contents.length === 0) add("user", [{ text: "(The agency wrote first.)" }]);
      add("model", parts);
    }
  }
  return contents;
}
