import { type ErrorShape, TravelAgentError } from "@travelagent/protocol";
import type { AssistantMessage, TranscriptMessage } from "@travelagent/protocol/messages";
import type { SteeringMessage } from "@travelagent/protocol/turn";
import { askFitting } from "../context/keeper.ts";
import { storeCannotWrite } from "../gate/store-failure.ts";
import type { Model, ModelRequest, ToolSpec } from "../model.ts";
import type { BudgetStop } from "./budget.ts";
import type { Loop } from "./loop.ts";
import { callModel, type ModelAnswer, toolCallsOf } from "./model-call.ts";
import { steeringEntry, unheard } from "./steering.ts";

/** What asking the models once came to, as its step remembers it. */
export type Thought =
  | ({ heard: SteeringMessage[] } & ModelAnswer)
  | { stopped: BudgetStop }
  /** None could answer. `retryInMs` when it is worth while to ask again, then. `at`: milliseconds, by our clock. */
  | { failed: ErrorShape; at: number; retryInMs?: number };

export interface Asking {
  /** Unique in the turn. */
  step: string;
  /** May be changed to a shorter one, that of the transcript after a summary. */
  context: TranscriptMessage[];
  /** Ids of steering messages that stand in the context already. */
  heard: readonly string[];
  tools: readonly ToolSpec[];
  /** Ask also models that are to be left in peace, the one first that is to be left so shortest. */
  insist: boolean;
}

/** Another time it may work. */
const transient: ReadonlySet<string> = new Set(["MODEL_AUTH", "MODEL_RATE_LIMITED", "MODEL_OVERLOADED", "MODEL_INTERRUPTED", "TIMEOUT"]);

/**
 * Asks one model after the other until one answers, all in one step: after a restart the same one has answered, and the same
 * messages were heard. Raises only when the turn is aborted or a store fails.
 */
export function think(loop: Loop, asking: Asking): Promise<Thought> {
  const { request, budget, clock, work } = loop;
  // Nothing happened outside: after a loss of power a model is asked once more.
  return work.step(
    asking.step,
    async (signal): Promise<Thought> => {
      const stopped = await budget?.check(request.turn);
      if (stopped) return { stopped };
      const heard = await unheard(request, asking.heard);
      const messages = [...asking.context, ...heard.map((message) => steeringEntry(message).message)];
      const asked = requestOf(loop, messages, asking.tools);
      const failures = noted();
      for (const model of loop.cooldowns.order(loop.models)) {
        if (model !== loop.models[0] && !accepts(model, asked)) continue;
        const restsMs = loop.cooldowns.readyAt(model) - clock.now();
        if (restsMs > 0 && !asking.insist) {
          failures.add(resting(model, restsMs), restsMs);
          continue;
        }
        const answer = await ask(loop, model, { asked, messages, step: asking.step, signal });
        if (answer instanceof TravelAgentError) {
          failures.add(answer, Math.max(loop.cooldowns.readyAt(model) - clock.now(), answer.retryAfterMs ?? 0));
          continue;
        }
        asking.context.splice(0, asking.context.length, ...messages.slice(0, messages.length - heard.length));
        return { ...answer, message: priced(answer.message, loop), heard };
      }
      return { failed: failures.worst().toShape(), at: clock.now(), ...failures.retry() };
    },
    // The last answer of a turn is remembered in the commit of the reply that is made of it, which comes next.
    { durable: false, joinsNext: (thought) => isFinal(thought as Thought) },
  );
}

/** Nothing is done for it and nothing was heard with it: only the reply follows. */
const isFinal = (thought: Thought): boolean => "message" in thought && thought.heard.length === 0 && toolCallsOf(thought.message).length === 0;

const requestOf = ({ system, request: { turn, program, prefer }, clock }: Loop, messages: TranscriptMessage[], tools: readonly ToolSpec[]): ModelRequest => ({
  system: program?.instructions ? `${system}\n\n${program.instructions}` : system,
  messages,
  tools,
  now: clock.now(),
  timeZone: turn.timeZone,
  ...(prefer?.thinking === undefined ? {} : { thinking: prefer.thinking }),
});

/** One model: its answer, or why there is none. `messages` may come out shorter. */
async function ask(
  { models, cooldowns, request: { turn }, work, emit, clock, log, keeper }: Loop,
  model: Model,
  { asked, messages, step, signal }: { asked: ModelRequest; messages: TranscriptMessage[]; step: string; signal: AbortSignal },
): Promise<ModelAnswer | TravelAgentError> {
  const call = { system: asked.system, tools: asked.tools, model, turn, work, step: `${step}:${models.indexOf(model)}` };
  try {
    const answer = await askFitting(keeper, messages, call, (fitting) =>
      callModel(model, { ...asked, messages: fitting }, signal, clock, (delta) => emit({ type: "text-delta", runId: turn.runId, delta })),
    );
    cooldowns.succeeded(model);
    return answer;
  } catch (thrown) {
    if (work.signal.aborted) throw work.signal.reason;
    if (storeCannotWrite(thrown)) throw thrown;
    const error = TravelAgentError.from(thrown);
    cooldowns.failed(model, error);
    emit({ type: "text-reset", runId: turn.runId });
    log.warn("a model failed", { runId: turn.runId, model: nameOf(model), code: error.code, reason: error.message });
    return error;
  }
}

/** The failures of one round. One that passes says more than one that does not: it is why the turn waits. */
function noted() {
  let failure: TravelAgentError | undefined;
  let retryInMs: number | undefined;
  return {
    add(error: TravelAgentError, inMs: number): void {
      const passes = transient.has(error.code);
      if (passes || retryInMs === undefined) failure = error;
      if (passes) retryInMs = Math.min(retryInMs ?? Number.POSITIVE_INFINITY, Math.max(0, inMs));
    },
    worst: (): TravelAgentError => failure ?? new TravelAgentError("MODEL_REJECTED", "no model is configured; set agents.defaults.model.primary"),
    retry: (): { retryInMs?: number } => (retryInMs === undefined ? {} : { retryInMs }),
  };
}

/** Costs are those of the day of the call, whatever the price is later. */
function priced(message: AssistantMessage, { price }: Loop): AssistantMessage {
  const { usage, provider, model } = message;
  const costUsd = usage && (usage.costUsd ?? price?.(provider, model, usage));
  return usage && costUsd !== undefined ? { ...message, usage: { ...usage, costUsd } } : message;
}

export const nameOf = ({ provider, id }: Model): string => `${provider}/${id}`;

const resting = (model: Model, ms: number): TravelAgentError =>
  new TravelAgentError("MODEL_OVERLOADED", `${nameOf(model)} has failed and is left in peace for ${Math.ceil(ms / 1000)} s`, { retryAfterMs: ms });

/** A fallback that cannot tell is none for this request. */
function accepts(model: Model, request: ModelRequest): boolean {
  try {
    return model.accepts?.(request) ?? true;
  } catch {
    return false;
  }
}
