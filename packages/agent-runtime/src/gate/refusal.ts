import { type ErrorCode, TravelAgentError } from "@travelagent/protocol";
import type { DenyCode } from "./policy-language.ts";

/** A step of the gate says no. Raised as an error so that a step that forgets to look cannot let anything through. */
export const refusal = (code: ErrorCode, ruleId: string, reason: string, details: Record<string, unknown> = {}): TravelAgentError =>
  new TravelAgentError(code, reason, { details: { ruleId, ...details } });

const detail = (error: TravelAgentError, name: "ruleId" | "policy" | "denyCode"): unknown =>
  typeof error.details === "object" && error.details !== null ? (error.details as Record<string, unknown>)[name] : undefined;

export const ruleOf = (error: TravelAgentError): string => String(detail(error, "ruleId") ?? "gate.error");

/** The version of the policy that refused, where it was one. */
export const policyOf = (error: TravelAgentError): string | undefined => detail(error, "policy") as string | undefined;

export const denyCodeOf = (error: TravelAgentError): DenyCode | undefined => detail(error, "denyCode") as DenyCode | undefined;
