import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { DEFAULT_INHERITED_ENV_VARS, StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { TravelAgentError } from "@travelagent/protocol";
import type { ToolDescription } from "./pins.ts";
import type { McpTransport } from "./server.ts";

/** An open connection to a server. */
export interface McpConnection {
  tools(): Promise<ToolDescription[]>;
  /** Raises `TIMEOUT`, `CANCELLED`, `UNAVAILABLE`, or `INVALID_REQUEST` with what the tool said when it failed. */
  call(name: string, args: Record<string, unknown>, signal: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  transport: McpTransport;
  timeoutMs: number;
  /** Ends an attempt to connect. */
  signal: AbortSignal;
  /** The connection ended by itself. */
  onClosed(): void;
  /** The server says that it has other tools now. */
  onToolsChanged(): void;
}

/** More than any tool has to say; a server that sends more is cut off. */
const maxMessageBytes = 4 * 1024 * 1024;

const open = (transport: McpTransport) =>
  transport.type === "http"
    ? new StreamableHTTPClientTransport(new URL(transport.url), { requestInit: { headers: { ...transport.headers } } })
    : new StdioClientTransport({
        command: transport.command,
        args: [...(transport.args ?? [])],
        // The client adds some variables of ours to what it is given; a variable without a value is not passed on.
        env: { ...(Object.fromEntries(DEFAULT_INHERITED_ENV_VARS.map((name) => [name, undefined])) as unknown as Record<string, string>), ...transport.env },
        ...(transport.cwd === undefined ? {} : { cwd: transport.cwd }),
        stderr: "ignore",
        maxBufferSize: maxMessageBytes,
      });

/** Everybody who closes it waits until the program has ended: the client itself does not when connecting failed. */
function openOnce(transport: McpTransport): ReturnType<typeof open> {
  const opened = open(transport);
  const end = opened.close.bind(opened);
  let ending: Promise<void> | undefined;
  opened.close = () => (ending ??= end());
  return opened;
}

export async function connectMcp({ transport, timeoutMs, signal, onClosed, onToolsChanged }: ConnectOptions): Promise<McpConnection> {
  const client = new Client({ name: "travelagent", version: "1" }, { listChanged: { tools: { autoRefresh: false, onChanged: onToolsChanged } } });
  let wanted = true;
  let line: ReturnType<typeof openOnce> | undefined;
  const close = async () => {
    wanted = false;
    await client.close().catch(() => {});
    await line?.close().catch(() => {});
  };
  try {
    line = openOnce(transport);
    await client.connect(line, { timeout: timeoutMs, signal });
  } catch (error) {
    await close();
    throw new TravelAgentError("UNAVAILABLE", `the MCP server did not connect: ${reason(error)}`, { cause: error });
  }
  client.onclose = () => {
    if (wanted) onClosed();
  };
  return {
    close,
    async tools() {
      const { tools } = await client.listTools(undefined, { timeout: timeoutMs, cacheMode: "refresh" });
      return tools.map(({ name, description = "", inputSchema }) => ({ name, description, inputSchema: inputSchema as Record<string, unknown> }));
    },
    async call(name, args, signal) {
      try {
        const result = await client.callTool({ name, arguments: args }, { timeout: timeoutMs, signal });
        if (result.isError) throw new TravelAgentError("INVALID_REQUEST", `the tool failed: ${textOf(result.content).slice(0, 500)}`);
        return result.structuredContent ?? textOf(result.content);
      } catch (error) {
        if (TravelAgentError.is(error)) throw error;
        if (signal.aborted) throw new TravelAgentError("CANCELLED", "the call was cancelled", { cause: error });
        const late = (error as { code?: unknown }).code === "REQUEST_TIMEOUT";
        throw new TravelAgentError(
          late ? "TIMEOUT" : "UNAVAILABLE",
          late ? `the MCP server did not answer within ${timeoutMs} ms` : `the MCP server failed: ${reason(error)}`,
          {
            cause: error,
          },
        );
      }
    },
  };
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 300);

/** Texts only: what a server sends as pictures or links is not fetched and not shown. */
const textOf = (content: readonly { type: string }[]): string =>
  content.map((block) => ("text" in block && typeof block.text === "string" ? block.text : `[${block.type}]`)).join("\n");
