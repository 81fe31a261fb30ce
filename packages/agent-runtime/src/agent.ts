import type { AssistantMessage, Card, MessageAction } from "@travelagent/protocol/messages";
import { type Clock, type Logger, silentLogger, systemClock, type Tx, type WorkContext } from "@travelagent/protocol/ports";
import type { AgentEvent } from "./events.ts";
import type { Gate } from "./gate/gate.ts";
import { runLoop } from "./loop.ts";
import { defaultLoopLimits, type LoopLimits } from "./loop-breaker.ts";
import type { Model } from "./model.ts";
import { type PromptOptions, systemPrompt } from "./prompt.ts";
import type { TurnScope } from "./tool.ts";
import type { Transcript } from "./transcript.ts";

export interface TurnRequest {
  turn: TurnScope;
  /** What the customer wrote. Absent when the turn was caused by a decided approval. */
  message?: {
    text: string;
    action?: MessageAction;
    tainted?: boolean;
    sentAt: number;
    receivedAt: number;
    /** Ids of the confirmations in the last message that reached this customer; absent when the caller does not keep track. */
    lastShown?: readonly string[];
  };
  /** The approval that was decided. */
  decisionId?: string;
}

/** How a turn ended. The caller commits the reply; the runtime sends nothing itself. */
export interface TurnOutcome {
  kind: "replied" | "handed-over" | "failed";
  /** The last message of the turn, not in the transcript yet: append it once the reply is committed. */
  message: AssistantMessage;
  text: string;
  cards: Card[];
  /** Why a person is needed. */
  reason?: string;
  /** Runs in the commit that puts the reply into the outbox. */
  commit(tx: Tx): Promise<void>;
}

export interface AgentOptions {
  gate: Gate;
  transcript: Transcript;
  /** First the one to use, then those to fall back on when it fails. */
  models(turn: TurnScope): readonly Model[];
  prompt: PromptOptions;
  limits?: Partial<LoopLimits>;
  clock?: Clock;
  log?: Logger;
}

export interface Agent {
  /**
   * One turn as steps of `work`: after a restart, what was done is not done again. Rejects only when `work.signal` aborts or
   * the store fails; a model that fails ends as `failed` with words for the customer.
   */
  run(request: TurnRequest, work: WorkContext, emit: (event: AgentEvent) => void): Promise<TurnOutcome>;
}

export function createAgent({ gate, transcript, models, prompt, limits, clock = systemClock, log = silentLogger }: AgentOptions): Agent {
  const system = systemPrompt(prompt);
  return {
    run: (request, work, emit) =>
      runLoop({ gate, transcript, models: models(request.turn), system, limits: { ...defaultLoopLimits, ...limits }, clock, log, request, work, emit }),
  };
}
