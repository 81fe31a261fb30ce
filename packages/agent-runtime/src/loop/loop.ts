import type { Usage } from "@travelagent/protocol/messages";
import type { Clock, Logger, WorkContext } from "@travelagent/protocol/ports";
import type { TurnEvent, TurnRequest } from "@travelagent/protocol/turn";
import type { ContextKeeper } from "../context/keeper.ts";
import type { Cooldowns } from "../cooldowns.ts";
import type { Gate } from "../gate/gate.ts";
import type { Model } from "../model.ts";
import type { Transcript } from "../transcript.ts";
import type { Budget } from "./budget.ts";
import type { LoopLimits } from "./limits.ts";

/** What one turn of the loop has to work with. */
export interface Loop {
  gate: Gate;
  transcript: Transcript;
  /** In the order of the configuration. */
  models: readonly Model[];
  cooldowns: Cooldowns;
  system: string;
  /** Absent: models are sent the whole conversation. */
  keeper?: ContextKeeper | undefined;
  price?: ((provider: string, model: string, usage: Usage) => number | undefined) | undefined;
  /** Absent: models may cost what they cost. */
  budget?: Budget | undefined;
  limits: LoopLimits;
  clock: Clock;
  log: Logger;
  request: TurnRequest;
  work: WorkContext;
  emit(event: TurnEvent): void;
}
