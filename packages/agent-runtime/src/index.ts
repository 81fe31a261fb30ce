export { type AgentOptions, createAgent } from "./agent.ts";
export { type Cooldowns, createCooldowns } from "./cooldowns.ts";
export { handOverTool } from "./hand-over.ts";
export type { Model, ModelEvent, ModelRequest, ToolSpec } from "./model.ts";
export { type Action, type Claim, defineTool, type Tool, type ToolContext, type ToolOutput, type WriteClass } from "./tool.ts";
