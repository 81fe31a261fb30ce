export { type CallOptions, type Client, type ClientInfo, type ClientOptions, createClient } from "./client.ts";
export type { ClientState } from "./connection.ts";
export { createDeviceKeys, type DeviceIdentity, type DeviceKeys, type DeviceOptions, type DeviceToken, deviceIdentity } from "./device.ts";
export type { Gap } from "./gap.ts";
export { createNode, type NodeHost, type NodeOptions } from "./node-host.ts";
export type { NodeCommand, NodeCommandContext } from "./node-invocations.ts";
export type { OpenWebSocket, WebSocketLike } from "./socket.ts";
