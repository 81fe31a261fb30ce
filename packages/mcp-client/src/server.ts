/** One MCP server whose tools an agent may get. */
export interface McpServer {
  /** Part of every tool's name: `mcp_<id>_<tool>`. Lower case letters, digits and dashes. */
  readonly id: string;
  /** A function is asked at each attempt to connect; what it raises is why the server is not there. */
  readonly transport: McpTransport | (() => McpTransport);
  /** Tools to take; absent means all that were approved. */
  readonly tools?: readonly string[];
  /** Tools that change nothing, by the word of whoever configured the server. All others are writes, which no policy allows by itself. */
  readonly reads?: readonly string[];
  /** How long connecting and each call may take, ms. Default 20 000. */
  readonly timeoutMs?: number;
  /** Characters of a result a model gets to read. Default 50 000; what is longer is cut and says so. */
  readonly maxResultChars?: number;
}

export type McpTransport =
  | {
      readonly type: "stdio";
      readonly command: string;
      readonly args?: readonly string[];
      /** All the child gets. Nothing of our own environment is passed on. */
      readonly env?: Readonly<Record<string, string>>;
      readonly cwd?: string;
    }
  | { readonly type: "http"; readonly url: string; readonly headers?: Readonly<Record<string, string>> };

export type McpServerState = "connecting" | "ready" | "needs-approval" | "failed" | "stopped";

export interface McpServerStatus {
  readonly id: string;
  readonly state: McpServerState;
  /** Tools an agent has now. */
  readonly offered: readonly string[];
  /** Tools whose description nobody approved yet, or that changed since. */
  readonly waiting: readonly { readonly name: string; readonly description: string; readonly change: "new" | "changed" }[];
  readonly error?: string;
}
