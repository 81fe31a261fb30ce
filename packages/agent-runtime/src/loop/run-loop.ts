import { TravelAgentError } from "@travelagent/protocol";
import type { AssistantMessage, ToolCallBlock } from "@travelagent/protocol/messages";
import type { TurnOutcome } from "@travelagent/protocol/turn";
import { confirmationCard } from "../gate/asking.ts";
import { addUsage } from "./add-usage.ts";
import { begin } from "./begin.ts";
import { clientTools, splitCalls } from "./client-tools.ts";
import { consented } from "./consent.ts";
import type { Loop } from "./loop.ts";
import { loopBreaker } from "./loop-breaker.ts";
import { distinctCalls, textOf, toolCallsOf } from "./model-call.ts";
import { outcomeOf, ownWords, type Progress, wording } from "./outcome.ts";
import { think } from "./think.ts";
import { carryOut } from "./tool-calls.ts";

/**
 * The turn: context → model → tool calls → gate → results → … → final. Every model call and every tool call is a step of the
 * journal. A call and its result reach the transcript together, so that it is valid whenever the process dies.
 */
export async function runLoop(loop: Loop): Promise<TurnOutcome> {
  const { gate, limits, clock, request, work, emit } = loop;
  const { turn } = request;
  const progress: Progress = { cards: [], shown: [], usage: undefined };
  let handedOver: string | undefined;
  // Once for the turn: a tool that comes meanwhile waits for the next one, so that the prompt stays the same.
  const specs = gate.specs(turn);
  const theirs = clientTools(request.program, specs);

  const context = await begin(loop);
  emit({ type: "run-start", runId: turn.runId, model: loop.models[0] ? `${loop.models[0].provider}/${loop.models[0].id}` : "none" });

  const runTools = async (assistant: AssistantMessage, name: string, refuse: (call: ToolCallBlock) => TravelAgentError | null): Promise<void> => {
    for (const outcome of await carryOut(loop, context, assistant, name, refuse)) {
      progress.cards.push(...outcome.cards);
      if (outcome.decisionId) progress.shown.push(outcome.decisionId);
      if (outcome.handedOver) handedOver = outcome.handedOver;
    }
  };
  const finish = (kind: TurnOutcome["kind"], message: AssistantMessage | string, reason?: string, clientCalls: ToolCallBlock[] = []): TurnOutcome => {
    emit({ type: "run-end", runId: turn.runId, outcome: kind });
    const last = typeof message === "string" ? ownWords(message, clock.now()) : message;
    return outcomeOf(loop, progress, { kind, message: last, clientCalls, ...(reason === undefined ? {} : { reason }) });
  };

  // A yes was given: what was shown is carried out as it was shown, before any model has a say.
  const { decision, unsure } = await consented(loop);
  if (unsure) {
    progress.cards.push(confirmationCard(unsure));
    progress.shown.push(unsure.id);
    return finish("replied", wording.onceMore);
  }
  if (decision) {
    const id = `confirmed_${decision.id.replaceAll("-", "").slice(0, 20)}`;
    const call: ToolCallBlock = { type: "toolCall", id, name: decision.tool, arguments: decision.args };
    await runTools(
      { role: "assistant", content: [call], provider: "travelagent", model: "confirmed-action", stopReason: "toolUse", timestamp: clock.now() },
      "confirmed",
      () => null,
    );
  }

  const breaker = loopBreaker(limits);
  for (let iteration = 0; iteration < limits.maxIterations; iteration++) {
    let assistant: AssistantMessage;
    try {
      assistant = distinctCalls(await think(loop, context, iteration, [...specs, ...theirs]), context, `call_${turn.runId}_${iteration}`);
      progress.usage = addUsage(progress.usage, assistant.usage);
    } catch (thrown) {
      if (work.signal.aborted) throw work.signal.reason;
      const error = TravelAgentError.from(thrown);
      if (!error.code.startsWith("MODEL_") && error.code !== "TIMEOUT" && error.code !== "INTERNAL") throw error;
      loop.log.error("no model could answer", { runId: turn.runId, code: error.code, reason: error.message, cause: String(error.cause ?? "") });
      return finish("failed", wording.apology, `no model could answer: ${error.code}`);
    }
    if (toolCallsOf(assistant).length === 0) {
      const text = textOf(assistant);
      if (handedOver !== undefined) return finish("handed-over", text ? assistant : wording.handedOver, handedOver);
      if (!text && progress.cards.length === 0) return finish("failed", wording.apology, "the model gave an empty answer");
      return finish("replied", assistant);
    }
    let stop = false;
    const { own, client } = splitCalls(assistant, theirs);
    if (!own) return finish("replied", assistant, undefined, toolCallsOf(assistant));
    const verdicts = new Map(toolCallsOf(own).map((call) => [call.id, breaker.check(call.name, call.arguments)]));
    await runTools(own, String(iteration), (call) => {
      const verdict = verdicts.get(call.id);
      if (verdict === "ok") return null;
      return new TravelAgentError("LOOP_LIMIT", `${call.name} was called with these arguments ${limits.maxSameCall} times in this turn; use what it said`, {
        details: { ruleId: "loop.same-call" },
      });
    });
    for (const verdict of verdicts.values()) stop ||= verdict === "stop";
    if (stop) break;
    // A person answers next: nothing is left for the program to do.
    if (client && handedOver === undefined) return finish("replied", client, undefined, toolCallsOf(client));
  }
  loop.log.warn("a turn was stopped by its limits", { runId: turn.runId, "pii.sessionKey": turn.sessionKey });
  return finish("failed", wording.stuck, "the turn ran into its limits (LOOP_LIMIT)");
}
