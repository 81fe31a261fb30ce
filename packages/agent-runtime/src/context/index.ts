export type { CompactionOutcome } from "./compaction.ts";
export type { MemoryNotes } from "./flush.ts";
export { type ContextCall, type ContextKeeper, type ContextKeeperOptions, createContextKeeper, type ManualCompaction } from "./keeper.ts";
export { type ContextLimits, defaultContextLimits } from "./limits.ts";
export { readResultTool } from "./read-result.ts";
export { spillingGate, spillingTranscript } from "./spill.ts";
