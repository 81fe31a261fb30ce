export { assent } from "./assent.ts";
export { asApproval, type Decision, type Decisions } from "./decisions.ts";
export type { ExposureRules, ToolRules } from "./exposure.ts";
export { type ActionRequest, createGate, type Gate, type GateOptions, type GateOutcome } from "./gate.ts";
export { gateHandlers } from "./handlers.ts";
export { createInvoke, type Invocation, type Invoke } from "./invoke.ts";
export { evaluatePolicy, type Policy, type PolicyDecision, type PolicyInput, parsePolicy } from "./policy.ts";
