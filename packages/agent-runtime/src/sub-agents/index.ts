export { isSubAgent } from "./sub-agent-key.ts";
export { createSubAgents, type SubAgentRequest, type SubAgentRun, type SubAgents, type SubAgentsOptions } from "./sub-agents.ts";
