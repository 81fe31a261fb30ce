import { randomUUID } from "node:crypto";
import { isInitializeRequest, type Server, WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import type { Gate } from "@travelagent/agent-runtime/gate";
import { type Clock, type Database, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { McpReply, McpRequest, McpRoute } from "./route.ts";
import { type McpScope, toolServer } from "./tool-server.ts";

export interface McpEndpointOptions {
  gate: Gate;
  /** The database of the gate. */
  db: Database;
  version: string;
  /** The conversation of one MCP session. Asked for each call. */
  scope(session: { id: string; actor: string }): Promise<McpScope>;
  /** Tools that are offered, of those the gate exposes. Default all. */
  offers?: (tool: string) => boolean;
  /** Default `/mcp`. */
  path?: string;
  /** Sessions at the same time; one more ends the one that was unused the longest. Default 32. */
  maxSessions?: number;
  /** A session nobody uses for so long ends. Default 30 minutes. */
  idleMs?: number;
  clock?: Clock;
  log?: Logger;
}

/** The travel tools for MCP clients, over streamable HTTP. */
export interface McpEndpoint {
  readonly routes: McpRoute[];
  readonly sessions: number;
  /** Ends the sessions that were opened with a credential which is no longer good. */
  revoke(credential: string): void;
  /** Ends every session. */
  close(): void;
}

interface Session {
  id: string;
  credential: string;
  server: Server;
  transport: WebStandardStreamableHTTPServerTransport;
  usedAt: number;
}

const maxBody = 1024 * 1024;

/**
 * Serves MCP on the gateway's HTTP surface, which checks origin, host and credential before. A session belongs to the
 * credential that opened it and is one conversation of its own: what it searched and booked is not seen from another one.
 */
export function createMcpEndpoint({
  gate,
  db,
  version,
  scope,
  offers = () => true,
  path = "/mcp",
  maxSessions = 32,
  idleMs = 30 * 60_000,
  clock = systemClock,
  log = silentLogger,
}: McpEndpointOptions): McpEndpoint {
  // In the order of their last use.
  const sessions = new Map<string, Session>();
  let disarm: (() => void) | undefined;

  function end(session: Session): void {
    if (!sessions.delete(session.id)) return;
    void session.transport.close().catch((error: unknown) => log.debug("an MCP session did not close cleanly", { error }));
  }

  function touch(session: Session): void {
    sessions.delete(session.id);
    session.usedAt = clock.now();
    sessions.set(session.id, session);
    disarm ??= clock.after(idleMs, sweep);
  }

  function sweep(): void {
    disarm = undefined;
    for (const session of [...sessions.values()]) if (clock.now() - session.usedAt >= idleMs) end(session);
    const oldest = sessions.values().next().value;
    if (oldest) disarm = clock.after(Math.max(1, oldest.usedAt + idleMs - clock.now()), sweep);
  }

  async function open(actor: string, credential: string): Promise<WebStandardStreamableHTTPServerTransport> {
    const id = randomUUID();
    const server = toolServer({ gate, db, version, offers, clock, log, actor: `mcp:${actor}`, scope: () => scope({ id, actor }) });
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessioninitialized() {
        for (const session of sessions.values()) if (sessions.size >= maxSessions) end(session);
        touch({ id, credential, server, transport, usedAt: 0 });
      },
      onsessionclosed() {
        const session = sessions.get(id);
        if (session) end(session);
      },
    });
    await server.connect(transport);
    return transport;
  }

  async function handle(request: McpRequest): Promise<McpReply> {
    const { actor = "operator", credential = "" } = request.principal ?? {};
    const body = request.method === "POST" ? await request.json(maxBody) : undefined;
    const id = request.headers["mcp-session-id"];
    const session = typeof id === "string" ? sessions.get(id) : undefined;
    if (session && session.credential === credential) touch(session);
    else if (id !== undefined) return rpcError(404, -32_001, "there is no such session, or it is over: begin again with initialize");
    else if (!isInitializeRequest(body)) return rpcError(400, -32_000, "a session begins with initialize; then send its Mcp-Session-Id");
    const transport = session?.transport ?? (await open(actor, credential));
    return replyOf(await transport.handleRequest(asWebRequest(request), { parsedBody: body }));
  }

  return {
    routes: (["GET", "POST", "DELETE"] as const).map((method) => ({ method, path, auth: "operator", handle })),
    get sessions() {
      return sessions.size;
    },
    revoke(credential) {
      for (const session of [...sessions.values()]) if (session.credential === credential) end(session);
    },
    close() {
      disarm?.();
      disarm = undefined;
      for (const session of [...sessions.values()]) end(session);
    },
  };
}

function asWebRequest({ method, url, headers }: McpRequest): Request {
  const passed = new Headers();
  for (const [name, value] of Object.entries(headers)) if (typeof value === "string") passed.set(name, value);
  return new Request(url, { method, headers: passed });
}

function replyOf(response: Response): McpReply {
  const headers = Object.fromEntries(response.headers);
  const { body } = response;
  return { status: response.status, headers, ...(body ? { body: headers["content-type"]?.includes("event-stream") ? opened(body) : body } : {}) };
}

/** Says something at once: the head of an answer leaves with the first bytes of its body, and a stream may have none for long. */
async function* opened(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(": open\n\n");
  yield* body;
}

const rpcError = (status: number, code: number, message: string): McpReply => ({
  status,
  headers: { "content-type": "application/json", "cache-control": "no-store" },
  body: JSON.stringify({ jsonrpc: "2.0", error: { code, message }, id: null }),
});
