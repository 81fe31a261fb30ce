export { fingerprint } from "./fingerprint.ts";
export { type PinOptions, pinnedWebSocket } from "./pinned-socket.ts";
