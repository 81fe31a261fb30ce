import type { TravelAgentError } from "@travelagent/protocol";
import type { AssistantMessage, Card, ToolCallBlock, ToolResultMessage, TranscriptMessage } from "@travelagent/protocol/messages";
import type { GateOutcome } from "../gate/gate.ts";
import { isTainted } from "../gate/provenance.ts";
import { handOverToolName } from "../hand-over.ts";
import type { Loop } from "./loop.ts";
import { toolCallsOf } from "./model-call.ts";

/** What a tool call came to, as a step remembers it. */
export interface ToolOutcome {
  message: ToolResultMessage;
  cards: Card[];
  decisionId?: string;
  handedOver?: string;
}

/**
 * Runs the calls of one assistant message, reads at the same time and writes one after the other, and puts all of it into
 * transcript and context together. `name` tells it from the other rounds of the turn; `refuse` says which calls are not made.
 */
export async function carryOut(
  { gate, transcript, request: { turn }, work, emit, clock }: Loop,
  context: TranscriptMessage[],
  assistant: AssistantMessage,
  name: string,
  refuse: (call: ToolCallBlock) => TravelAgentError | null,
): Promise<ToolOutcome[]> {
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
  const messages: TranscriptMessage[] = [assistant, ...outcomes.map((outcome) => outcome.message)];
  await transcript.append(
    turn.sessionKey,
    messages.map((message, index) => ({ id: `${turn.runId}:${name}:${index}`, message })),
  );
  context.push(...messages);
  return outcomes;
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
