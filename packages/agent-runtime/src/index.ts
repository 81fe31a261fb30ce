export { type Agent, type AgentOptions, createAgent, type TurnOutcome, type TurnRequest } from "./agent.ts";
export type { AgentEvent } from "./events.ts";
export { handOverTool } from "./hand-over.ts";
export type { Model, ModelEvent, ModelRequest, ToolSpec } from "./model.ts";
export { type Action, type Claim, defineTool, type Tool, type ToolContext, type ToolOutput, type TurnScope, type WriteClass } from "./tool.ts";
