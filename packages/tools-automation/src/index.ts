export { type CronToolOptions, cronTool } from "./cron-tool.ts";
export { type MemoryPort, memoryTools } from "./memory-tools.ts";
export { type HelperToolsOptions, helperTools, type KnownSession, type SessionAccess, type SessionToolsOptions, sessionTools } from "./sessions/index.ts";
