import { TravelAgentError } from "@travelagent/protocol";
import type { AssistantMessage, Card, ToolCallBlock, ToolResultMessage, TranscriptMessage, Usage } from "@travelagent/protocol/messages";
import type { Clock, Logger, WorkContext } from "@travelagent/protocol/ports";
import type { TurnEvent, TurnOutcome, TurnRequest } from "@travelagent/protocol/turn";
import { addUsage } from "./add-usage.ts";
import { clientResults, clientTools, splitCalls } from "./client-tools.ts";
import type { Cooldowns } from "./cooldowns.ts";
import { confirmationCard } from "./gate/asking.ts";
import type { Decision } from "./gate/decisions.ts";
import type { Gate, GateOutcome } from "./gate/gate.ts";
import { isTainted } from "./gate/provenance.ts";
import { handOverToolName } from "./hand-over.ts";
import { type LoopLimits, loopBreaker } from "./loop-breaker.ts";
import type { Model, ToolSpec } from "./model.ts";
import { callModel, distinctCalls, textOf, toolCallsOf } from "./model-call.ts";
import type { Transcript } from "./transcript.ts";

interface Loop {
  gate: Gate;
  transcript: Transcript;
  models: readonly Model[];
  cooldowns: Cooldowns;
  system: string;
  limits: LoopLimits;
  clock: Clock;
  log: Logger;
  request: TurnRequest;
  work: WorkContext;
  emit(event: TurnEvent): void;
}

/** What a tool call came to, as a step remembers it. */
interface ToolOutcome {
  message: ToolResultMessage;
  cards: Card[];
  decisionId?: string;
  handedOver?: string;
}

const apology = "I am sorry, something is not working on our side right now. I have kept your message, and a colleague will answer you here.";
const onceMore = "To be sure that we mean the same thing: this is what would be done. Is that what you want?";
const stuck = "I am sorry, I am going round in circles with this. A colleague will take over and answer you here.";

/**
 * The turn: context → model → tool calls → gate → results → … → final. Every model call and every tool call is a step of the
 * journal. A call and its result reach the transcript together, so that it is valid whenever the process dies.
 */
export async function runLoop(loop: Loop): Promise<TurnOutcome> {
  const { gate, transcript, limits, clock, request, work, emit } = loop;
  const { turn } = request;
  const cards: Card[] = [];
  const shown: string[] = [];
  let handedOver: string | undefined;
  let usage: Usage | undefined;
  // Once for the turn: a tool that comes meanwhile waits for the next one, so that the prompt stays the same.
  const specs = gate.specs(turn);
  const theirs = clientTools(request.program, specs);

  const context = await begin(loop);
  emit({ type: "run-start", runId: turn.runId, model: loop.models[0] ? `${loop.models[0].provider}/${loop.models[0].id}` : "none" });

  /** Runs the calls of one assistant message and puts all of it into transcript and context. */
  const carryOut = async (assistant: AssistantMessage, name: string, refuse: (call: ToolCallBlock) => TravelAgentError | null): Promise<void> => {
    const calls = toolCallsOf(assistant);
    const tainted = isTainted(context);
    const run = (call: ToolCallBlock, index: number) =>
      work.step(`tool:${name}:${index}`, async (signal) => {
        emit({ type: "tool-start", runId: turn.runId, toolCallId: call.id, name: call.name, args: call.arguments });
        const refused = refuse(call);
        const request = { toolCallId: `${name}:${index}`, name: call.name, args: call.arguments, tainted, ...(refused ? { refused } : {}) };
        const outcome: GateOutcome = await gate.call(request, turn, signal);
        const result = asResult(call, outcome, clock.now());
        emit({ type: "tool-end", runId: turn.runId, toolCallId: call.id, name: call.name, isError: result.message.isError });
        return result;
      });
    const outcomes: ToolOutcome[] = [];
    if (calls.every((call) => gate.isRead(call.name))) outcomes.push(...(await Promise.all(calls.map(run))));
    else for (const [index, call] of calls.entries()) outcomes.push(await run(call, index));
    for (const outcome of outcomes) {
      cards.push(...outcome.cards);
      if (outcome.decisionId) shown.push(outcome.decisionId);
      if (outcome.handedOver) handedOver = outcome.handedOver;
    }
    const messages: TranscriptMessage[] = [assistant, ...outcomes.map((outcome) => outcome.message)];
    await transcript.append(
      turn.sessionKey,
      messages.map((message, index) => ({ id: `${turn.runId}:${name}:${index}`, message })),
    );
    context.push(...messages);
  };

  const finish = (kind: TurnOutcome["kind"], message: AssistantMessage, reason?: string, clientCalls: ToolCallBlock[] = []): TurnOutcome => {
    const visible = lastCards(cards);
    emit({ type: "run-end", runId: turn.runId, outcome: kind });
    return {
      kind,
      message: visible.length > 0 ? { ...message, cards: visible } : message,
      text: textOf(message),
      cards: visible,
      ...(reason === undefined ? {} : { reason }),
      ...(clientCalls.length > 0 ? { clientCalls } : {}),
      ...(usage ? { usage } : {}),
      commit: (tx) =>
        gate.decisions.markShown(
          tx,
          visible.flatMap((card) => (card.kind === "confirmation" && shown.includes(card.confirmationId) ? [card.confirmationId] : [])),
        ),
    };
  };
  const ownWords = (text: string): AssistantMessage => ({
    role: "assistant",
    content: [{ type: "text", text }],
    provider: "travelagent",
    model: "gateway",
    stopReason: "stop",
    timestamp: clock.now(),
  });

  // A yes was given: what was shown is carried out as it was shown, before any model has a say.
  const { decision, unsure } = await consented(loop);
  if (unsure) {
    cards.push(confirmationCard(unsure));
    shown.push(unsure.id);
    return finish("replied", ownWords(onceMore));
  }
  if (decision) {
    const call: ToolCallBlock = {
      type: "toolCall",
      id: `confirmed_${decision.id.replaceAll("-", "").slice(0, 20)}`,
      name: decision.tool,
      arguments: decision.args,
    };
    await carryOut(
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
      usage = addUsage(usage, assistant.usage);
    } catch (thrown) {
      if (work.signal.aborted) throw work.signal.reason;
      const error = TravelAgentError.from(thrown);
      if (!error.code.startsWith("MODEL_") && error.code !== "TIMEOUT" && error.code !== "INTERNAL") throw error;
      loop.log.error("no model could answer", { runId: turn.runId, code: error.code, reason: error.message, cause: String(error.cause ?? "") });
      return finish("failed", ownWords(apology), `no model could answer: ${error.code}`);
    }
    if (toolCallsOf(assistant).length === 0) {
      const text = textOf(assistant);
      if (handedOver !== undefined) return finish("handed-over", text ? assistant : ownWords("A colleague will take over and answer you here."), handedOver);
      if (!text && cards.length === 0) return finish("failed", ownWords(apology), "the model gave an empty answer");
      return finish("replied", assistant);
    }
    let stop = false;
    const { own, client } = splitCalls(assistant, theirs);
    if (!own) return finish("replied", assistant, undefined, toolCallsOf(assistant));
    const verdicts = new Map(toolCallsOf(own).map((call) => [call.id, breaker.check(call.name, call.arguments)]));
    await carryOut(own, String(iteration), (call) => {
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
  return finish("failed", ownWords(stuck), "the turn ran into its limits (LOOP_LIMIT)");
}

/** The customer's words into the transcript, and the context of the first model call. */
async function begin({ gate, transcript, request, clock }: Loop): Promise<TranscriptMessage[]> {
  const { turn, message, decisionId } = request;
  const decided = decisionId ? await gate.decisions.get(decisionId) : null;
  const verdict = decided?.status === "denied" ? "declined" : "decided on";
  const results = clientResults(request, clock.now());
  const onlyResults = results.length > 0 && message?.text === "";
  const text = onlyResults
    ? "(These are the results of your calls.)"
    : (message?.text ?? `(A colleague of the agency has ${verdict} the pending request${decided ? `: ${decided.title}` : ""}.)`);
  await transcript.append(turn.sessionKey, [
    ...results.map((result, index) => ({ id: `${turn.runId}:result:${index}`, message: result })),
    {
      id: `${turn.runId}:user`,
      message: {
        role: "user",
        content: text,
        timestamp: message?.sentAt ?? clock.now(),
        messageId: turn.runId,
        ...(message?.action ? { action: message.action } : {}),
        ...(message?.tainted ? { tainted: true } : {}),
        ...(message && !onlyResults ? {} : { synthetic: true as const }),
      },
    },
  ]);
  // After a restart the transcript may hold later messages of this very turn: they come again from the journal.
  const messages = await transcript.messages(turn.sessionKey);
  const own = messages.findLastIndex((entry) => entry.role === "user" && entry.messageId === turn.runId);
  return own < 0 ? messages : messages.slice(0, own + 1);
}

/**
 * The action that may be carried out now: confirmed by this very message, or decided by an approver. `unsure`: a plain yes came,
 * but something else was said since the question was shown, so it is shown again.
 */
async function consented({ gate, request, work }: Loop): Promise<{ decision?: Decision; unsure?: Decision }> {
  const { turn, message, decisionId } = request;
  if (decisionId) {
    // A step, since it may have expired when the turn runs again.
    const approved = await work.step("approved", async () => {
      const decision = await gate.decisions.get(decisionId);
      return decision?.status === "approved" || decision?.status === "used" ? decision : null;
    });
    return approved ? { decision: approved } : {};
  }
  if (!message || message.tainted || (message.text === "" && !message.action)) return {};
  const answered = await gate.decisions.answer({
    id: turn.runId,
    sessionKey: turn.sessionKey,
    text: message.text,
    receivedAt: message.receivedAt,
    ...(message.action ? { action: message.action } : {}),
    ...(message.lastShown ? { lastShown: message.lastShown } : {}),
  });
  if (!answered) return {};
  if (answered.granted) return { decision: answered.decision };
  return answered.decision.status === "pending" ? { unsure: answered.decision } : {};
}

/** One model call as a step; when a model fails, the next one is asked. */
async function think(
  { models, cooldowns, system: prompt, request, work, emit, clock, log }: Loop,
  context: readonly TranscriptMessage[],
  iteration: number,
  tools: readonly ToolSpec[],
): Promise<AssistantMessage> {
  const { turn, program } = request;
  const system = program?.instructions ? `${prompt}\n\n${program.instructions}` : prompt;
  let failure: unknown = new TravelAgentError("MODEL_REJECTED", "no model is configured; set agents.defaults.model.primary");
  for (const model of cooldowns.order(models)) {
    // By its place in the configuration, which is the same after a restart.
    const index = models.indexOf(model);
    try {
      const answer = await work.step(`model:${iteration}:${index}`, (signal) =>
        callModel(model, { system, messages: context, tools, now: clock.now(), timeZone: turn.timeZone }, signal, clock, (delta) =>
          emit({ type: "text-delta", runId: turn.runId, delta }),
        ),
      );
      cooldowns.succeeded(model);
      return answer;
    } catch (error) {
      if (work.signal.aborted) throw work.signal.reason;
      failure = error;
      cooldowns.failed(model, error);
      emit({ type: "text-reset", runId: turn.runId });
      log.warn("a model failed", { runId: turn.runId, model: `${model.provider}/${model.id}`, code: TravelAgentError.from(error).code });
    }
  }
  throw failure;
}

function asResult(call: ToolCallBlock, outcome: GateOutcome, now: number): ToolOutcome {
  const message = (content: unknown, isError: boolean, extra: Partial<ToolResultMessage> = {}): ToolResultMessage => ({
    role: "toolResult",
    toolCallId: call.id,
    toolName: call.name,
    content: [{ type: "text", text: JSON.stringify(content) }],
    isError,
    timestamp: now,
    ...extra,
  });
  switch (outcome.status) {
    case "done": {
      const { content, cards = [], tainted, details } = outcome.output;
      return {
        message: message(content, false, { ...(tainted ? { tainted } : {}), ...(details === undefined ? {} : { details }) }),
        cards,
        ...(call.name === handOverToolName ? { handedOver: String(call.arguments.reason ?? "the customer asked for a person") } : {}),
      };
    }
    case "asked":
      return { message: message(outcome.content, false), cards: outcome.card ? [outcome.card] : [], decisionId: outcome.decisionId };
    default: {
      const { code, message: text, details } = outcome.error.toShape();
      return { message: message({ error: { code, message: text, ...(details === undefined ? {} : { details }) } }, true), cards: [] };
    }
  }
}

/** What the customer sees beside the words: of several searches of one kind the last, of questions the last, every booking once. */
function lastCards(cards: readonly Card[]): Card[] {
  const keyOf = (card: Card): string =>
    card.kind === "offers" ? `offers ${card.vertical}` : card.kind === "confirmation" ? "confirmation" : `booking ${card.booking.id}`;
  const last = new Map<string, Card>();
  for (const card of cards) {
    last.delete(keyOf(card));
    last.set(keyOf(card), card);
  }
  return [...last.values()];
}
