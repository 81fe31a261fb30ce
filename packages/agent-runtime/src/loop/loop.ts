import type { Clock, Logger, WorkContext } from "@travelagent/protocol/ports";
import type { TurnEvent, TurnRequest } from "@travelagent/protocol/turn";
import type { Cooldowns } from "../cooldowns.ts";
import type { Gate } from "../gate/gate.ts";
import type { Model } from "../model.ts";
import type { Transcript } from "../transcript.ts";
import type { LoopLimits } from "./loop-breaker.ts";

/** What one turn of the loop has to work with. */
export interface Loop {
  gate: Gate;
  transcript: Transcript;
  /** In the order of the configuration. */
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
