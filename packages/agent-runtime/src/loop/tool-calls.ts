import { TravelAgentError } from "@travelagent/protocol";
import type { AssistantMessage, Attachment, Card, ToolCallBlock, ToolResultMessage, TranscriptMessage } from "@travelagent/protocol/messages";
import type { GateOutcome } from "../gate/gate.ts";
import { isTainted, taintSources } from "../gate/provenance.ts";
import { isOver, stoppedMidway } from "../gate/stopped-midway.ts";
import { handOverToolName } from "../hand-over.ts";
import type { Loop } from "./loop.ts";
import { toolCallsOf } from "./model-call.ts";
import { shortened } from "./short-result.ts";
import { superseded, unheard } from "./steering.ts";

/** What a tool call came to, as a step remembers it. */
export interface ToolOutcome {
  message: ToolResultMessage;
  cards: Card[];
  attachments?: Attachment[];
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
  const begun = new Set<string>();
  const made = new Map<string, ToolOutcome>();
  const entries = (results: readonly ToolResultMessage[]) =>
    [assistant, ...results].map((message, index) => ({ id: `${turn.runId}:${name}:${index}`, message }));
  const run = (call: ToolCallBlock, index: number, alone: boolean) =>
    work.step(
      `tool:${name}:${index}`,
      async (signal): Promise<ToolOutcome> => {
        emit({ type: "tool-start", runId: turn.runId, toolCallId: call.id, name: call.name, args: call.arguments });
        const late = stopped || (alone && index > 0 && heard !== undefined && (await unheard(asked, heard)).length > 0);
        const refused = refuse(call) ?? (late ? superseded(call.name) : null);
        const request = { toolCallId: `${name}:${index}`, name: call.name, args: call.arguments, ...provenance, ...(refused ? { refused } : {}) };
        if (!refused) begun.add(call.id);
        const outcome: GateOutcome = await gate.call(request, turn, signal);
        const result = asResult(call, outcome, { now: clock.now(), maxChars: limits.maxToolResultChars });
        emit({ type: "tool-end", runId: turn.runId, toolCallId: call.id, name: call.name, isError: result.message.isError });
        return late ? { ...result, superseded: true } : result;
      },
      { durable: !gate.isRead(call.name) },
    );
  /** The turn was ended while a write was under way: what it did, and that one, stand in the transcript, or nobody would look for it. */
  const keepStopped = async (): Promise<void> => {
    if (!work.signal.aborted || !isOver(work.signal.reason) || !calls.some(({ id, name: tool }) => begun.has(id) && !gate.isRead(tool))) return;
    const results = calls.map((call): ToolResultMessage => {
      const known = made.get(call.id);
      if (known) return known.message;
      const error = begun.has(call.id) && !gate.isRead(call.name) ? stoppedMidway(call.name) : notMade(call.name);
      return asResult(call, { status: "failed", error }, { now: clock.now(), maxChars: limits.maxToolResultChars }).message;
    });
    await transcript.append(turn.sessionKey, entries(results), { durable: true });
  };
  const outcomes: ToolOutcome[] = [];
  const runAll = async (): Promise<void> => {
    if (calls.every((call) => gate.isRead(call.name))) outcomes.push(...(await Promise.all(calls.map((call, index) => run(call, index, false)))));
    else
      for (const [index, call] of calls.entries()) {
        const outcome = await run(call, index, true);
        outcomes.push(outcome);
        made.set(call.id, outcome);
        stopped ||= outcome.superseded === true;
      }
  };
  try {
    await runAll();
  } catch (thrown) {
    await keepStopped();
    throw thrown;
  }
  const results = outcomes.map((outcome) => outcome.message);
  await transcript.append(turn.sessionKey, entries(results));
  context.push(assistant, ...results);
  return outcomes;
}

const notMade = (tool: string): TravelAgentError => new TravelAgentError("CANCELLED", `${tool} was not called: the turn was stopped`);

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
      const { content, cards = [], attachments = [], tainted, details } = outcome.output;
      return {
        message: message(content, false, { ...(tainted ? { tainted } : {}), ...(details === undefined ? {} : { details }) }),
        cards,
        ...(attachments.length > 0 ? { attachments } : {}),
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
