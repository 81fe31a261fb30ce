import type { Handlers } from "@travelagent/protocol";
import type { McpClient } from "./mcp-client.ts";

/** `mcp.status` says what a tool is about; `mcp.pending` has it in full. */
const shortChars = 300;

/** The servers on the wire: how they are, and what an operator approves of them. */
export const mcpHandlers = (client: Pick<McpClient, "status" | "pending" | "approve">): Handlers => ({
  "mcp.status": () => ({
    servers: client.status().map(({ id, state, offered, waiting, error }) => ({
      id,
      state,
      offered: [...offered],
      waiting: waiting.map(({ name, description, change }) => ({ name, description: description.slice(0, shortChars), change })),
      ...(error === undefined ? {} : { error }),
    })),
  }),
  "mcp.pending": ({ server }) => ({ server, tools: client.pending(server).map((tool) => ({ ...tool })) }),
  "mcp.approve": async ({ server, tool, hash }, call) => {
    await client.approve(server, tool, hash, call.actor);
    return { server, tool, hash };
  },
});
