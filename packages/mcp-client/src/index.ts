export { mcpHandlers } from "./handlers.ts";
export { createMcpClient, type McpClient, type McpClientOptions } from "./mcp-client.ts";
export { databasePins, type Pins, type ToolDescription } from "./pins.ts";
export type { McpServer, McpServerState, McpServerStatus, McpTransport } from "./server.ts";
