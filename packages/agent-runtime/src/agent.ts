import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { AgentPort, TurnRequest, TurnScope } from "@travelagent/protocol/turn";
import { type Cooldowns, createCooldowns } from "./cooldowns.ts";
import type { Gate } from "./gate/gate.ts";
import { runLoop } from "./loop/run-loop.ts";
import { defaultLoopLimits, type LoopLimits } from "./loop/loop-breaker.ts";
import type { Model } from "./model.ts";
import { calledSkillPart, type PromptOptions, systemPrompt } from "./prompt.ts";
import type { Transcript } from "./transcript.ts";

export interface AgentOptions {
  gate: Gate;
  transcript: Transcript;
  /** First the one to use, then those to fall back on when it fails. */
  models(turn: TurnScope): readonly Model[];
  /** As a function it is asked at the beginning of every turn. */
  prompt: PromptOptions | ((turn: TurnScope) => PromptOptions);
  /** Whom to leave in peace after a failure. Default all models, kept by this agent. */
  cooldowns?: Cooldowns;
  limits?: Partial<LoopLimits>;
  clock?: Clock;
  log?: Logger;
}

/** An agent over one gate and its models: the turn loop as the gateway's `AgentPort`. */
export function createAgent({ gate, transcript, models, prompt, limits, cooldowns: given, clock = systemClock, log = silentLogger }: AgentOptions): AgentPort {
  const systemFor = ({ turn, message }: TurnRequest): string => {
    const options = typeof prompt === "function" ? prompt(turn) : prompt;
    const called = message && !message.tainted ? calledSkillPart(options, message.text) : undefined;
    return [systemPrompt(options), ...(called === undefined ? [] : [called])].join("\n\n");
  };
  const cooldowns = given ?? createCooldowns({ clock });
  return {
    run: (request, work, emit) =>
      runLoop({
        gate,
        transcript,
        models: models(request.turn),
        cooldowns,
        system: systemFor(request),
        limits: { ...defaultLoopLimits, ...limits },
        clock,
        log,
        request,
        work,
        emit,
      }),
  };
}
