export { type KindLimits, kindOf, standardLimits } from "./kinds.ts";
export { mediaPersonalData } from "./personal-data.ts";
export { mediaRetention } from "./retention.ts";
export { createSeal, type Seal } from "./seal.ts";
export { type MediaFiles, type MediaOptions, openMedia } from "./store.ts";
