export { type ToolCall, type WatchGateOptions, watchGate } from "./gate.ts";
export { type ModelCall, type WatchModelOptions, watchModel } from "./model.ts";
