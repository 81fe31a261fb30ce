import { TravelAgentError } from "@travelagent/protocol";
import type { AssistantMessage, ToolCallBlock } from "@travelagent/protocol/messages";
import type { Tx } from "@travelagent/protocol/ports";
import type { TurnOutcome } from "@travelagent/protocol/turn";
import { confirmationCard } from "../gate/asking.ts";
import { addUsage } from "./add-usage.ts";
import { begin } from "./begin.ts";
import type { BudgetStop } from "./budget.ts";
import { clientTools, splitCalls } from "./client-tools.ts";
import { consented } from "./consent.ts";
import type { Loop } from "./loop.ts";
import { loopBreaker } from "./loop-breaker.ts";
import { textOf, toolCallsOf, wellFormedCalls } from "./model-call.ts";
import { type End, freshProgress, outcomeOf, ownWords, wording } from "./outcome.ts";
import { thinkPatiently } from "./parking.ts";
import { steeringEntry } from "./steering.ts";
import { nameOf } from "./think.ts";
import { type CallRound, carryOut } from "./tool-calls.ts";

/**
 * The turn: context → model → tool calls → gate → results → … → final. Every model call and every tool call is a step of the
 * journal. A call and its result reach the transcript together, so that it is valid whenever the process dies.
 */
export async function runLoop(loop: Loop): Promise<TurnOutcome> {
  const { gate, transcript, limits, clock, request, emit, budget } = loop;
  const { turn } = request;
  const progress = freshProgress();
  let handedOver: string | undefined;
  // Once for the turn: a tool that comes meanwhile waits for the next one, so that the prompt stays the same.
  const specs = gate.specs(turn);
  const theirs = clientTools(request.program, specs);
  const tools = theirs.length === 0 ? specs : [...specs, ...theirs];

  const context = await begin(loop);
  emit({ type: "run-start", runId: turn.runId, model: loop.models[0] ? nameOf(loop.models[0]) : "none" });

  const runTools = async (round: CallRound): Promise<void> => {
    for (const outcome of await carryOut(loop, context, round)) {
      progress.cards.push(...outcome.cards);
      progress.attachments.push(...(outcome.attachments ?? []));
      if (outcome.decisionId) progress.shown.push(outcome.decisionId);
      if (outcome.handedOver) handedOver = outcome.handedOver;
    }
  };
  const finish = (kind: TurnOutcome["kind"], message: AssistantMessage | string, rest: Omit<End, "kind" | "message"> = {}): TurnOutcome => {
    emit({ type: "run-end", runId: turn.runId, outcome: kind });
    return outcomeOf(loop, progress, { kind, message: typeof message === "string" ? ownWords(message, clock.now()) : message, ...rest });
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
    await runTools({
      assistant: { role: "assistant", content: [call], provider: "travelagent", model: "confirmed-action", stopReason: "toolUse", timestamp: clock.now() },
      name: "confirmed",
      refuse: () => null,
    });
  }
  /** Nobody waits for an answer: a note of our own, or a group that talks among itself. What was done or shown is never met with silence. */
  const mayStaySilent = (): boolean =>
    !decision && (turn.chatType === "group" || (request.message === undefined && request.note !== undefined && progress.heard.length === 0));

  const breaker = loopBreaker(limits);
  for (let iteration = 0; iteration < limits.maxIterations; iteration++) {
    const thought = await thinkPatiently(loop, { iteration, context, tools, progress });
    if ("stopped" in thought) {
      loop.log.warn("a turn was stopped by its budget", { runId: turn.runId, ruleId: thought.stopped.ruleId });
      return finish("failed", wording.budget, {
        reason: `POLICY_DENIED: ${thought.stopped.reason}`,
        alsoCommit: (tx) => recordStop(loop, thought.stopped, tx),
      });
    }
    if ("failed" in thought) {
      const { code, message: reason } = thought.failed;
      loop.log.error("no model could answer", { runId: turn.runId, code, reason });
      return finish("failed", wording.apology, { reason: `no model could answer: ${code}` });
    }
    const { heard, silent, replyTo } = thought;
    if (heard.length > 0) {
      const entries = heard.map(steeringEntry);
      await transcript.append(turn.sessionKey, entries);
      context.push(...entries.map(({ message }) => message));
      progress.heard.push(...heard.map(({ id }) => id));
    }
    const assistant = wellFormedCalls(thought.message, context, `call_${turn.runId}_${iteration}`);
    progress.usage = addUsage(progress.usage, assistant.usage);
    const { provider, model, usage } = assistant;
    if (usage) await budget?.spent(turn, { callId: String(iteration), provider, model, usage });

    if (toolCallsOf(assistant).length === 0) {
      const text = textOf(assistant);
      if (handedOver !== undefined) return finish("handed-over", text ? assistant : wording.handedOver, { reason: handedOver });
      if (text || progress.cards.length > 0) return finish("replied", assistant, { replyTo });
      if (!silent) return finish("failed", wording.apology, { reason: "the model gave an empty answer" });
      if (mayStaySilent()) return finish("silent", assistant);
      return finish("failed", wording.apology, { reason: "the agent had nothing to say (NO_REPLY) to somebody who waits for an answer" });
    }
    const { own, client } = splitCalls(assistant, theirs);
    if (!own) return finish("replied", assistant, { clientCalls: toolCallsOf(assistant) });
    const verdicts = new Map(toolCallsOf(own).map((call) => [call.id, breaker.check(call.name, call.arguments)]));
    await runTools({
      assistant: own,
      name: String(iteration),
      heard: progress.heard,
      refuse: (call) =>
        verdicts.get(call.id) === "ok"
          ? null
          : new TravelAgentError("LOOP_LIMIT", `${call.name} was called with these arguments ${limits.maxSameCall} times in this turn; use what it said`, {
              details: { ruleId: "loop.same-call" },
            }),
    });
    if ([...verdicts.values()].includes("stop")) break;
    // A person answers next: nothing is left for the program to do.
    if (client && handedOver === undefined) return finish("replied", client, { clientCalls: toolCallsOf(client) });
  }
  loop.log.warn("a turn was stopped by its limits", { runId: turn.runId, "pii.sessionKey": turn.sessionKey });
  return finish("failed", wording.stuck, { reason: "the turn ran into its limits (LOOP_LIMIT)" });
}

/** A budget that says no is a refusal like any other, and on record like any other. */
const recordStop = ({ gate, request: { turn } }: Loop, { ruleId, reason }: BudgetStop, tx: Tx): Promise<void> =>
  gate.audit.write(tx, {
    runId: turn.runId,
    sessionKey: turn.sessionKey,
    ...(turn.customerId === undefined ? {} : { customerId: turn.customerId }),
    actor: `agent:${turn.agentId}`,
    tool: "model",
    actionHash: "",
    decision: "refused",
    code: "POLICY_DENIED",
    ruleId,
    reason,
  });
