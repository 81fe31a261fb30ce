import { TravelAgentError } from "@travelagent/protocol";

/** The turn ended for good: somebody stopped it, or its time was over. A process that stops goes on with it after its start. */
export const isOver = (reason: unknown): boolean => TravelAgentError.is(reason, "CANCELLED") || TravelAgentError.is(reason, "TIMEOUT");

/** Of a write that was under way then. */
export const stoppedMidway = (tool: string): TravelAgentError =>
  new TravelAgentError("OUTCOME_UNKNOWN", `${tool} was stopped in the middle; whether it happened is not known, so look it up before doing it again`);
