export { type AgentOptions, createAgent } from "./agent.ts";
export { type Cooldowns, createCooldowns } from "./cooldowns.ts";
export { type HandOffPort, handOffTool, handOffToolName } from "./hand-off.ts";
export { handOverTool } from "./hand-over.ts";
export type { Budget, BudgetStop, Spending } from "./loop/budget.ts";
export type { Model, ModelEvent, ModelRequest, ToolSpec } from "./model.ts";
export type { Colleague, PromptMode, PromptOptions } from "./prompt.ts";
export { type Action, type Claim, defineTool, type Tool, type ToolContext, type ToolOutput, type WriteClass } from "./tool.ts";
export { type WorkspaceFile, workspaceFileNames } from "./workspace-files.ts";
