import type { Tool } from "@travelagent/agent-runtime";
import type { Gate } from "@travelagent/agent-runtime/gate";
import type { GatewayConfig } from "@travelagent/config";
import type { Auth, HttpRoute } from "@travelagent/gateway-core";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import { type Sessions, sessionKey } from "@travelagent/sessions";

interface Parts {
  gate: Gate;
  tools: readonly Tool[];
  db: Database;
  sessions: Sessions;
  auth: Auth;
  version: string;
  agents(): { defaultAgentId: string };
  timeZone: string;
  clock: Clock;
  log: Logger;
}

/** Groups whose tools make sense without a conversation of the gateway's own. */
const groups = new Set(["booking", "crm"]);
const channel = "mcp";
const accountId = "default";

/** `/mcp`, when it is turned on: the travel tools for programs that speak MCP, each MCP session a conversation of its own. */
export async function mcpSurface(
  config: GatewayConfig,
  { gate, tools, db, sessions, auth, version, agents, timeZone, clock, log }: Parts,
): Promise<{ routes: HttpRoute[]; close(): void }> {
  if (!config.gateway.http.endpoints.mcp.enabled) return { routes: [], close: () => {} };
  // Loaded when it is wanted: the library is large.
  const { createMcpEndpoint } = await import("@travelagent/mcp-server");
  const offered = new Set(tools.filter(({ group }) => groups.has(group)).map(({ name }) => name));
  const endpoint = createMcpEndpoint({
    gate,
    db,
    version,
    clock,
    log,
    offers: (tool) => offered.has(tool),
    async scope({ id }) {
      const agentId = agents().defaultAgentId;
      const address = { channel, accountId, chatType: "direct", peerId: id } as const;
      const key = sessionKey({ kind: "direct", agentId, channel, accountId, peerId: id });
      const { customerId } = await sessions.ensure(key, { ...address });
      return { agentId, sessionKey: key, ...address, timeZone, ...(customerId === undefined ? {} : { customerId }) };
    },
  });
  const forget = auth.onRevoked(endpoint.revoke);
  return {
    routes: endpoint.routes,
    close() {
      forget();
      endpoint.close();
    },
  };
}
