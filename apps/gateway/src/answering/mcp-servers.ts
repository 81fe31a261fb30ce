import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import type { Tool } from "@travelagent/agent-runtime";
import { type GatewayConfig, resolvePath } from "@travelagent/config";
import type { McpServer, McpServerStatus, McpTransport } from "@travelagent/mcp-client";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import type { Settings } from "../configuration/settings.ts";
import type { Environment } from "./models.ts";

/** The agents' tools: our own, and behind them those of the MCP servers that are there now. */
export interface ToolsOfServers {
  /** The same array as long as the tools are the same. */
  tools(): readonly Tool[];
  status(): readonly McpServerStatus[];
  readonly handlers: Handlers;
  /** Connects in the background: whatever a server does, nobody waits for it. */
  start(): void;
  stop(): Promise<void>;
}

interface Parts {
  own: readonly Tool[];
  db: Database;
  clock: Clock;
  log: Logger;
  /** A server is in another state than before. */
  onState(): void;
}

export async function mcpServers(
  { config, env, configPath }: Pick<Settings, "config" | "env" | "configPath">,
  { own, db, ...rest }: Parts,
): Promise<ToolsOfServers> {
  const servers = Object.entries(config.mcp.servers).flatMap(([id, server]) => (server.enabled ? [serverOf(id, server, env, dirname(configPath))] : []));
  if (servers.length === 0) return { tools: () => own, status: () => [], handlers: withoutServers, start: () => {}, stop: async () => {} };
  // Loaded when it is wanted: the library is large.
  const { createMcpClient, databasePins, mcpHandlers } = await import("@travelagent/mcp-client");
  const client = createMcpClient({ servers, pins: await databasePins({ db, now: rest.clock.now }), ...rest });
  let theirs = client.tools();
  let all = own;
  return {
    tools() {
      const now = client.tools();
      if (now !== theirs) {
        theirs = now;
        all = [...own, ...now];
      }
      return all;
    },
    status: client.status,
    handlers: mcpHandlers(client),
    start: client.start,
    stop: client.stop,
  };
}

/** Whether a server is not as it should be. One that is tried again after a failure is not well until it is there. */
export const isUnwell = ({ state, error }: McpServerStatus): boolean =>
  state === "failed" || state === "needs-approval" || (state === "connecting" && error !== undefined);

const noServer = ({ server }: { server: string }): never => {
  throw new TravelAgentError("NOT_FOUND", `there is no MCP server ${server}: none is configured in mcp.servers`);
};
const withoutServers: Handlers = { "mcp.status": () => ({ servers: [] }), "mcp.pending": noServer, "mcp.approve": noServer };

type Configured = GatewayConfig["mcp"]["servers"][string];

function serverOf(
  id: string,
  { command, args, env: given, cwd, url, headers, tools, reads, timeoutMs }: Configured,
  env: Environment,
  base: string,
): McpServer {
  const folder = cwd === undefined ? undefined : resolvePath(cwd, { home: homedir(), base });
  // Looked up at each attempt, so that a program which is installed later is found.
  const program = (name: string): McpTransport => {
    if (folder !== undefined && !statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw new TravelAgentError("UNAVAILABLE", `mcp.servers.${id}.cwd: there is no directory ${folder}`);
    return { type: "stdio", command: findProgram(name, env, id), args, env: given, ...(folder === undefined ? {} : { cwd: folder }) };
  };
  return {
    id,
    transport: command === undefined ? { type: "http", url: url!, headers } : () => program(command),
    ...(tools ? { tools } : {}),
    reads,
    timeoutMs,
  };
}

/** The program gets no PATH of ours, so it is found here. */
function findProgram(name: string, { PATH = "", PATHEXT = "" }: Environment, id: string): string {
  const endings = ["", ...PATHEXT.split(";").filter(Boolean)];
  const places = isAbsolute(name)
    ? [name]
    : PATH.split(delimiter)
        .filter(isAbsolute)
        .map((directory) => join(directory, name));
  const found = places.flatMap((place) => endings.map((ending) => place + ending)).find(isProgram);
  if (found === undefined)
    throw new TravelAgentError("UNAVAILABLE", `mcp.servers.${id}.command: there is no program ${name}${isAbsolute(name) ? "" : " on the gateway's PATH"}`);
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
