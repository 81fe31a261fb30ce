export { type ActionRequest, createGate, type Gate, type GateOptions, type GateOutcome } from "./gate.ts";
export { assent } from "./assent.ts";
export { type Decision, type Decisions, asApproval } from "./decisions.ts";
export type { ExposureRules, ToolRules } from "./exposure.ts";
export { gateHandlers } from "./handlers.ts";
export { evaluatePolicy, type Policy, type PolicyDecision, type PolicyInput, parsePolicy } from "./policy.ts";
