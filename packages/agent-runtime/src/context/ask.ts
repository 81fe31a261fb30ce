import { TravelAgentError } from "@travelagent/protocol";
import type { Model, ModelRequest } from "../model.ts";

/** One answer that nobody sees: its words, and whether it called for a tool. */
export async function ask(model: Model, request: ModelRequest, signal: AbortSignal): Promise<{ text: string; calls: number }> {
  let text = "";
  let calls = 0;
  let ended = false;
  for await (const event of model.stream(request, signal)) {
    if (event.type === "text") text += event.delta;
    else if (event.type === "toolCall") calls += 1;
    else if (event.type === "end") ended = true;
  }
  if (!ended) throw new TravelAgentError("MODEL_INTERRUPTED", `${model.provider}/${model.id} ended its answer without saying so`);
  return { text: text.trim(), calls };
}
