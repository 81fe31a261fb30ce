export { type MemoryPort, memoryTools } from "./memory-tools.ts";
