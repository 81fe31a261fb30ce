export type { Lifecycle } from "./lifecycle.ts";
export { afterTripMs, type LifecycleStage, stageOf, type TripFact } from "./stage.ts";
export { type LifecycleTracker, type TrackerOptions, trackLifecycle } from "./tracker.ts";
