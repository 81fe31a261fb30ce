export { type ImageToolOptions, imageTool } from "./image-tool.ts";
export type { Vision } from "./vision.ts";
