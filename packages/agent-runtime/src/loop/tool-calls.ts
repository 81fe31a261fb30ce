import type { TravelAgentError } from "@travelagent/protocol";
import type { AssistantMessage, Card, ToolCallBlock, ToolResultMessage, TranscriptMessage } from "@travelagent/protocol/messages";
import type { GateOutcome } from "../gate/gate.ts";
import { isTainted, taintSources } from "../gate/provenance.ts";
import { handOverToolName } from "../hand-over.ts";
import type { Loop } from "./loop.ts";
import { toolCallsOf } from "./model-call.ts";
import { shortened } from "./short-result.ts";
import { superseded, unheard } from "./steering.ts";

/** What a tool call came to, as a step remembers it. */
export interface ToolOutcome {
  message: ToolResultMessage;
  cards: Card[];
  decisionId?: string;
  handedOver?: string;
  /** Not made, and neither are those after it: the customer wrote something new. */
  superseded?: true;
}

export interface CallRound {
  assistant: AssistantMessage;
  /** Tells it from the other rounds of the turn. */
  name: string;
  /** Which calls are not made. */
  refuse(call: ToolCallBlock): TravelAgentError | null;
  /** Ids of the steering messages that were heard before. Absent: nothing that comes now stops these calls. */
  heard?: readonly string[];
}

/**
 * Runs the calls of one assistant message, reads at the same time and writes one after the other, and puts all of it into
 * transcript and context together. When the customer writes something between two of them, the rest is not made.
 */
export async function carryOut(
  { gate, transcript, request: asked, work, emit, clock, limits }: Loop,
  context: TranscriptMessage[],
  { assistant, name, refuse, heard }: CallRound,
): Promise<ToolOutcome[]> {
  const { turn } = asked;
  const calls = toolCallsOf(assistant);
  const tainted = isTainted(context);
  const provenance = tainted ? { tainted, sources: taintSources(context) } : { tainted };
  let stopped = false;
  const run = (call: ToolCallBlock, index: number, alone: boolean) =>
    work.step(
      `tool:${name}:${index}`,
      async (signal): Promise<ToolOutcome> => {
        emit({ type: "tool-start", runId: turn.runId, toolCallId: call.id, name: call.name, args: call.arguments });
        const late = stopped || (alone && index > 0 && heard !== undefined && (await unheard(asked, heard)).length > 0);
        const refused = refuse(call) ?? (late ? superseded(call.name) : null);
        const request = { toolCallId: `${name}:${index}`, name: call.name, args: call.arguments, ...provenance, ...(refused ? { refused } : {}) };
        const outcome: GateOutcome = await gate.call(request, turn, signal);
        const result = asResult(call, outcome, { now: clock.now(), maxChars: limits.maxToolResultChars });
        emit({ type: "tool-end", runId: turn.runId, toolCallId: call.id, name: call.name, isError: result.message.isError });
        return late ? { ...result, superseded: true } : result;
      },
      { durable: !gate.isRead(call.name) },
    );
  const outcomes: ToolOutcome[] = [];
  if (calls.every((call) => gate.isRead(call.name))) outcomes.push(...(await Promise.all(calls.map((call, index) => run(call, index, false)))));
  else
    for (const [index, call] of calls.entries()) {
      const outcome = await run(call, index, true);
      outcomes.push(outcome);
      stopped ||= outcome.superseded === true;
    }
  const messages: TranscriptMessage[] = [assistant, ...outcomes.map((outcome) => outcome.message)];
  await transcript.append(
    turn.sessionKey,
    messages.map((message, index) => ({ id: `${turn.runId}:${name}:${index}`, message })),
  );
  context.push(...messages);
  return outcomes;
}

function asResult(call: ToolCallBlock, outcome: GateOutcome, { now, maxChars }: { now: number; maxChars: number }): ToolOutcome {
  const message = (content: unknown, isError: boolean, extra: Partial<ToolResultMessage> = {}): ToolResultMessage => ({
    role: "toolResult",
    toolCallId: call.id,
    toolName: call.name,
    content: [{ type: "text", text: shortened(JSON.stringify(content) ?? "null", maxChars) }],
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
