import type { Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { connectMcp, type McpConnection } from "./connect.ts";
import { asTool } from "./mcp-tools.ts";
import { hashOf, type Pins, type ToolDescription } from "./pins.ts";
import type { McpServer, McpServerState, McpServerStatus } from "./server.ts";

/** The MCP servers of one gateway. A server that fails, hangs or changes its tools is on its own. */
export interface McpClient {
  /** Connects in the background; returns at once. */
  start(): void;
  /** Ends connections, attempts to connect, and the programs that were started. */
  stop(): Promise<void>;
  /**
   * The approved tools of the servers that are there now, by server and name. They come and go while the gateway runs; as long as
   * they are the same, so is the array.
   */
  tools(): readonly Tool[];
  status(): readonly McpServerStatus[];
  /**
   * An operator has read what waits and approves exactly that. Raises `NOT_FOUND` for a server or tool that is not there, and
   * `CONFLICT` when the tool changed since it was read.
   */
  approve(serverId: string, tool: string, hash: string, by: string): Promise<void>;
  /** What waits for approval, in full. */
  pending(serverId: string): readonly (ToolDescription & { hash: string })[];
}

export interface McpClientOptions {
  servers: readonly McpServer[];
  pins: Pins;
  /** A server is in another state than before. */
  onState?(): void;
  clock?: Clock;
  log?: Logger;
}

interface Entry {
  readonly server: McpServer;
  state: McpServerState;
  connection: McpConnection | undefined;
  described: readonly ToolDescription[];
  approved: ReadonlyMap<string, string>;
  tools: readonly Tool[];
  /** The tools made of approved descriptions, by their hash. */
  made: ReadonlyMap<string, Tool>;
  /** The attempt to connect that is under way. */
  attempt?: { controller: AbortController; done: Promise<void> };
  /** A connection that failed, on its way out. */
  closing: Promise<void> | undefined;
  attempts: number;
  error?: string;
  cancelRetry?: () => void;
}

/** A server that has more tools than a model can tell apart is taken for broken. */
const maxTools = 100;

export function createMcpClient({ servers, pins, onState, clock = systemClock, log = silentLogger }: McpClientOptions): McpClient {
  const entries = new Map<string, Entry>();
  for (const server of servers) {
    if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(server.id))
      throw new TravelAgentError("CONFIG_INVALID", `"${server.id}" is no name for an MCP server: use a-z, 0-9 and -`);
    if (entries.has(server.id)) throw new TravelAgentError("CONFIG_INVALID", `there are two MCP servers named ${server.id}`);
    entries.set(server.id, {
      server,
      state: "stopped",
      connection: undefined,
      described: [],
      approved: new Map(),
      tools: [],
      made: new Map(),
      closing: undefined,
      attempts: 0,
    });
  }
  let stopped = true;
  let all: readonly Tool[] = [];

  const become = (entry: Entry, state: McpServerState): void => {
    if (entry.state === state) return;
    entry.state = state;
    onState?.();
  };

  const isApproved = ({ approved }: Entry, description: ToolDescription) => approved.get(description.name) === hashOf(description);

  /** Offers what is approved as it is now. */
  const offer = async (entry: Entry): Promise<void> => {
    entry.approved = await pins.of(entry.server.id);
    if (!entry.connection) return;
    const approved = entry.described.filter((description) => isApproved(entry, description));
    entry.made = new Map(
      approved.map((description) => {
        const hash = hashOf(description);
        return [hash, entry.made.get(hash) ?? asTool(entry.server, description, () => entry.connection)];
      }),
    );
    entry.tools = [...entry.made.values()];
    become(entry, approved.length === entry.described.length ? "ready" : "needs-approval");
  };

  const read = async (entry: Entry, connection: McpConnection): Promise<void> => {
    const described = (await connection.tools()).filter(({ name }) => entry.server.tools?.includes(name) ?? true).sort((a, b) => (a.name < b.name ? -1 : 1));
    if (entry.connection !== connection) return;
    if (described.length > maxTools)
      throw new TravelAgentError("UNAVAILABLE", `it offers ${described.length} tools; at most ${maxTools} are taken: name those you want`);
    entry.described = described;
    await offer(entry);
  };

  const failed = (entry: Entry, error: unknown): void => {
    const { connection } = entry;
    entry.connection = undefined;
    entry.closing = connection?.close();
    if (stopped) return;
    entry.error = error instanceof Error ? error.message : String(error);
    entry.tools = [];
    become(entry, "failed");
    entry.attempts += 1;
    log.warn("an MCP server is not there", { server: entry.server.id, error: entry.error, attempts: entry.attempts });
    entry.cancelRetry = clock.after(Math.min(300_000, 1_000 * 2 ** Math.min(entry.attempts, 9)), () => attempt(entry));
  };

  const attempt = (entry: Entry): void => {
    if (stopped) return;
    const controller = new AbortController();
    entry.attempt = { controller, done: run(entry, controller.signal) };
  };

  const run = async (entry: Entry, signal: AbortSignal): Promise<void> => {
    become(entry, "connecting");
    const { transport, timeoutMs = 20_000 } = entry.server;
    try {
      const connection = await connectMcp({
        transport: typeof transport === "function" ? transport() : transport,
        signal,
        timeoutMs,
        onClosed: () => {
          if (entry.connection === connection) failed(entry, new TravelAgentError("UNAVAILABLE", "the connection ended"));
        },
        onToolsChanged: () => {
          if (entry.connection !== connection) return;
          read(entry, connection).catch((error: unknown) => {
            if (entry.connection === connection) failed(entry, error);
          });
        },
      });
      if (signal.aborted) return await connection.close();
      entry.connection = connection;
      await read(entry, connection);
      if (entry.connection !== connection) return;
      entry.attempts = 0;
      delete entry.error;
    } catch (error) {
      if (!signal.aborted) failed(entry, error);
    }
  };

  const entryOf = (serverId: string): Entry => {
    const entry = entries.get(serverId);
    if (!entry) throw new TravelAgentError("NOT_FOUND", `there is no MCP server ${serverId}; known: ${[...entries.keys()].join(", ") || "none"}`);
    return entry;
  };
  const waiting = (entry: Entry) => entry.described.filter((description) => !isApproved(entry, description));

  return {
    start() {
      stopped = false;
      for (const entry of entries.values()) attempt(entry);
    },
    async stop() {
      stopped = true;
      await Promise.all(
        [...entries.values()].map(async (entry) => {
          entry.cancelRetry?.();
          const { connection } = entry;
          entry.connection = undefined;
          entry.tools = [];
          entry.state = "stopped";
          entry.attempt?.controller.abort();
          await Promise.all([connection?.close(), entry.attempt?.done, entry.closing]);
        }),
      );
    },
    tools() {
      const now = [...entries.values()].flatMap(({ tools }) => tools);
      if (now.length !== all.length || now.some((tool, index) => tool !== all[index])) all = now;
      return all;
    },
    status: () =>
      [...entries.values()].map((entry) => ({
        id: entry.server.id,
        state: entry.state,
        offered: entry.tools.map(({ name }) => name),
        waiting: waiting(entry).map(({ name, description }) => ({
          name,
          description,
          change: entry.approved.has(name) ? ("changed" as const) : ("new" as const),
        })),
        ...(entry.error === undefined ? {} : { error: entry.error }),
      })),
    pending: (serverId) => waiting(entryOf(serverId)).map((description) => ({ ...description, hash: hashOf(description) })),
    async approve(serverId, tool, hash, by) {
      const entry = entryOf(serverId);
      const description = entry.described.find(({ name }) => name === tool);
      if (!description) throw new TravelAgentError("NOT_FOUND", `the MCP server ${serverId} has no tool ${tool}`);
      if (hashOf(description) !== hash)
        throw new TravelAgentError("CONFLICT", `${tool} of ${serverId} changed since it was read: read it again, then approve what it says now`);
      await pins.approve(serverId, tool, hash, by);
      await offer(entry);
    },
  };
}
