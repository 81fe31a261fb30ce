export { mediaContract } from "./contract.ts";
export { memoryMedia } from "./memory-media.ts";
export { samples } from "./samples.ts";
