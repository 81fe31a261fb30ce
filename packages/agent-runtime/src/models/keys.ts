export { openPauseStore } from "../pause-store.ts";
export { createPauses, openPauses, type Pause, type PauseStore, type Pauses } from "../pauses.ts";
export { createKeyRing, type KeyRef, type KeyRing, type KeyStatus, keyMark } from "./key-ring.ts";
export { type KeyedModel, type KeyPin, type RotatingOptions, rotating } from "./rotating.ts";
