export { type BridgeOptions, startBridge } from "./bridge.ts";
export { type GoListenerOptions, startGoListener } from "./go.ts";
export type { LegacyListener } from "./listener.ts";
