export { lintPolicies } from "./lint-policies.ts";
export { replayPolicy } from "./replay-policy.ts";
export { runGateway } from "./run-gateway.ts";
