import type { AssistantMessage } from "@travelagent/protocol/messages";
import type { WorkContext } from "@travelagent/protocol/ports";
import type { AgentPort, TurnOutcome, TurnRequest } from "@travelagent/protocol/turn";

export type ScriptedTurn = (request: TurnRequest, work: WorkContext) => Promise<string | Partial<TurnOutcome>> | string | Partial<TurnOutcome>;

/** An agent that answers by a function of the request, as one step of the turn. What the function throws is the turn's failure. */
export function scriptedAgent(answer: ScriptedTurn): AgentPort & { readonly requests: TurnRequest[] } {
  const requests: TurnRequest[] = [];
  return {
    requests,
    async run(request, work, emit) {
      requests.push(request);
      emit({ type: "run-start", runId: request.turn.runId, model: "scripted/script" });
      const given = await work.step("answer", async () => {
        const said = await answer(request, work);
        return typeof said === "string" ? { text: said } : said;
      });
      const text = given.text ?? "";
      emit({ type: "text-delta", runId: request.turn.runId, delta: text });
      const kind = given.kind ?? "replied";
      emit({ type: "run-end", runId: request.turn.runId, outcome: kind });
      const message: AssistantMessage = {
        role: "assistant",
        content: [{ type: "text", text }],
        provider: "scripted",
        model: "script",
        stopReason: "stop",
        timestamp: 0,
      };
      return {
        kind,
        message,
        text,
        cards: given.cards ?? [],
        ...(given.reason === undefined ? {} : { reason: given.reason }),
        ...(given.heard ? { heard: given.heard } : {}),
        ...(given.replyTo ? { replyTo: given.replyTo } : {}),
        commit: async () => undefined,
      };
    },
  };
}
