export { type CallOptions, type Client, type ClientInfo, type ClientOptions, createClient } from "./client.ts";
export type { ClientState } from "./connection.ts";
export type { Gap } from "./gap.ts";
export type { OpenWebSocket, WebSocketLike } from "./socket.ts";
