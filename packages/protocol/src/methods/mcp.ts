import * as z from "zod";
import { id, str1 } from "./common.ts";
import { method } from "./define.ts";

/** A server whose tools an agent may get. */
export const McpServerStatus = z.looseObject({
  id: str1,
  state: z.enum(["connecting", "ready", "needs-approval", "failed", "stopped"]),
  /** Names of the tools an agent has now. */
  offered: z.array(z.string()),
  /** Tools whose description nobody approved yet, or that changed since. The description is cut. */
  waiting: z.array(z.looseObject({ name: z.string(), description: z.string(), change: z.enum(["new", "changed"]) })),
  /** Why it is not there, or was not the last time. */
  error: z.string().optional(),
});
export type McpServerStatus = z.infer<typeof McpServerStatus>;

/** A tool as its server describes it. The hash stands for all of it. */
export const McpPendingTool = z.looseObject({
  name: z.string(),
  description: z.string(),
  inputSchema: z.record(z.string(), z.unknown()),
  hash: str1,
});
export type McpPendingTool = z.infer<typeof McpPendingTool>;

export const mcpMethods = {
  "mcp.status": method({ scope: "operator.read", params: z.strictObject({}).optional(), result: z.looseObject({ servers: z.array(McpServerStatus) }) }),
  /** What waits for approval, in full. */
  "mcp.pending": method({
    scope: "operator.read",
    params: z.strictObject({ server: id }),
    result: z.looseObject({ server: str1, tools: z.array(McpPendingTool) }),
  }),
  /** Approves exactly what the hash stands for. `CONFLICT` when the tool says something else by now. */
  "mcp.approve": method({
    scope: "operator.admin",
    params: z.strictObject({ server: id, tool: str1.max(1000), hash: z.string().regex(/^[0-9a-f]{64}$/, "must be the hash that mcp.pending gave") }),
    result: z.looseObject({ server: str1, tool: str1, hash: str1 }),
  }),
} as const;
