export { type ConciergeOptions, createConcierge } from "./concierge.ts";
export type { Gazetteer, Place } from "./gazetteer.ts";
