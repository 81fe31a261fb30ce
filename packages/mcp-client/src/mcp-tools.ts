import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import type { McpConnection } from "./connect.ts";
import type { ToolDescription } from "./pins.ts";
import type { McpServer } from "./server.ts";

/** Model providers take letters, digits, dashes and underscores, and 64 of them. */
export const toolName = (serverId: string, tool: string): string => `mcp_${serverId}_${tool}`.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 64);

/** An approved tool as one of ours. What it brings is tainted: a stranger's program wrote it. */
export function asTool(server: McpServer, { name, description, inputSchema }: ToolDescription, connection: () => McpConnection | undefined): Tool {
  const read = server.reads?.includes(name) ?? false;
  const maxChars = server.maxResultChars ?? 50_000;
  return defineTool<Record<string, unknown>>({
    name: toolName(server.id, name),
    description: description.slice(0, 2000),
    group: `mcp:${server.id}`,
    args: argumentsOf(inputSchema),
    ...(read ? { effect: "read" as const } : { effect: "write" as const, writes: "third-party-message" as const, repeatable: false as const }),
    timeoutMs: server.timeoutMs ?? 20_000,
    foreign: true,
    ...(read
      ? {}
      : {
          async describe(args, { now }) {
            return {
              title: `Use ${name} of ${server.id}`,
              lines: Object.entries(args).map(([key, value]) => `${key}: ${(typeof value === "string" ? value : JSON.stringify(value)).slice(0, 300)}`),
              expiresAt: now + 10 * 60_000,
              subject: { server: server.id, tool: name },
              facts: { server: server.id, tool: name },
            };
          },
        }),
    async execute(args, { signal }) {
      const open = connection();
      if (!open) throw new TravelAgentError("UNAVAILABLE", `the MCP server ${server.id} is not connected right now`, { retryAfterMs: 5_000 });
      const result = await open.call(name, args, signal).catch((error: unknown) => {
        // The request was on its way: nobody knows whether a write happened.
        if (read || !(TravelAgentError.is(error, "TIMEOUT") || TravelAgentError.is(error, "UNAVAILABLE"))) throw error;
        throw new TravelAgentError("OUTCOME_UNKNOWN", `${error.message}; whether ${name} was done is not known`, { cause: error });
      });
      const text = typeof result === "string" ? result : JSON.stringify(result);
      return { content: text.length <= maxChars ? result : { text: text.slice(0, maxChars), truncated: true, totalChars: text.length }, tainted: true };
    },
  });
}

/** The schema as the gate checks it. One that cannot be read takes any object: the server checks too. */
function argumentsOf(schema: Record<string, unknown>): z.ZodType<Record<string, unknown>> {
  try {
    const parsed = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    return parsed instanceof z.ZodObject ? (parsed as z.ZodType<Record<string, unknown>>) : z.record(z.string(), z.unknown());
  } catch {
    return z.record(z.string(), z.unknown());
  }
}
