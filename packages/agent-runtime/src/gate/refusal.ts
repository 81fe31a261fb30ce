import { type ErrorCode, TravelAgentError } from "@travelagent/protocol";

/** A step of the gate says no. Raised as an error so that a step that forgets to look cannot let anything through. */
export const refusal = (code: ErrorCode, ruleId: string, reason: string, details: Record<string, unknown> = {}): TravelAgentError =>
  new TravelAgentError(code, reason, { details: { ruleId, ...details } });

export const ruleOf = (error: TravelAgentError): string => {
  const details = error.details;
  return typeof details === "object" && details !== null && "ruleId" in details ? String(details.ruleId) : "gate.error";
};
