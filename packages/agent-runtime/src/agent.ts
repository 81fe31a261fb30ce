import type { Usage } from "@travelagent/protocol/messages";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { AgentPort, TurnRequest, TurnScope } from "@travelagent/protocol/turn";
import type { ContextKeeper } from "./context/keeper.ts";
import { type Cooldowns, createCooldowns } from "./cooldowns.ts";
import type { Gate } from "./gate/gate.ts";
import type { Budget } from "./loop/budget.ts";
import { conventions } from "./loop/conventions.ts";
import { defaultLoopLimits, type LoopLimits } from "./loop/limits.ts";
import { runLoop } from "./loop/run-loop.ts";
import type { Model } from "./model.ts";
import { calledSkillPart, type PromptOptions } from "./prompt.ts";
import { promptMemo } from "./prompt-memo.ts";
import type { Transcript } from "./transcript.ts";

export interface AgentOptions {
  gate: Gate;
  transcript: Transcript;
  /** First the one to use, which is the one the session prefers if there is such a model, then those to fall back on when it fails. */
  models(turn: TurnScope, prefer: NonNullable<TurnRequest["prefer"]>): readonly Model[];
  /** Keeps what models are sent within their windows. Default: they are sent all of it. */
  context?: ContextKeeper;
  /** US dollars for what one call of a model used; undefined when its price is not known. */
  price?(provider: string, model: string, usage: Usage): number | undefined;
  /** When models have cost enough. Default: never. */
  budget?: Budget;
  /** As a function it is asked at the beginning of every turn. */
  prompt: PromptOptions | ((turn: TurnScope) => PromptOptions);
  /** Whom to leave in peace after a failure. Default all models, kept by this agent. */
  cooldowns?: Cooldowns;
  /** As a function it is asked at the beginning of every turn. */
  limits?: Partial<LoopLimits> | ((turn: TurnScope) => Partial<LoopLimits>);
  clock?: Clock;
  log?: Logger;
}

/** An agent over one gate and its models: the turn loop as the gateway's `AgentPort`. */
export function createAgent({
  gate,
  transcript,
  models,
  prompt,
  limits = {},
  cooldowns: given,
  context,
  price,
  budget,
  clock = systemClock,
  log = silentLogger,
}: AgentOptions): AgentPort {
  const systemPrompt = promptMemo();
  const systemFor = ({ turn, message }: TurnRequest): string => {
    const options = typeof prompt === "function" ? prompt(turn) : prompt;
    const called = message && !message.tainted ? calledSkillPart(options, message.text) : undefined;
    const more = [...conventions(turn), ...(called === undefined ? [] : [called])];
    return more.length === 0 ? systemPrompt(options) : [systemPrompt(options), ...more].join("\n\n");
  };
  const cooldowns = given ?? createCooldowns({ clock });
  return {
    run: (request, work, emit) =>
      runLoop({
        gate,
        transcript,
        models: models(request.turn, request.prefer ?? {}),
        cooldowns,
        system: systemFor(request),
        keeper: context,
        price,
        budget,
        limits: { ...defaultLoopLimits, ...(typeof limits === "function" ? limits(request.turn) : limits) },
        clock,
        log,
        request,
        work,
        emit,
      }),
  };
}
