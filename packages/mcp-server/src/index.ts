export { confirmKey } from "./confirmation.ts";
export { createMcpEndpoint, type McpEndpoint, type McpEndpointOptions } from "./endpoint.ts";
export type { McpReply, McpRequest, McpRoute } from "./route.ts";
export type { McpScope } from "./tool-server.ts";
