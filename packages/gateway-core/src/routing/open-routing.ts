import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Address, InboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Database, Logger, Tx } from "@travelagent/protocol/ports";
import type { AgentPort } from "@travelagent/protocol/turn";
import { asConversation, type ConversationRow, type Conversations } from "../conversations.ts";
import type { Inbox } from "../inbox.ts";
import type { SessionPort } from "../ports.ts";
import { type SessionKeyOf, sessionKeyFor } from "../route.ts";
import { createAssignments } from "./assignments.ts";
import { createHandoffs, type HandoffFacts, type HandoffRecord, type Handoffs, type HandoffsOptions } from "./handoffs.ts";
import { routedAgent } from "./routed-agent.ts";
import { createRoutes, type Routes, type RoutingFacts } from "./routes.ts";
import { broadcastAgents, type Routing } from "./routing.ts";
import { routingMigrations } from "./tables.ts";

/** What the owner of customers and bookings tells routing. */
export interface RoutingPorts {
  facts?: RoutingFacts;
  /** Told to the agent that takes a conversation over. */
  onRecord?: HandoffFacts;
  /** Puts a change of agent into the audit, in the commit in which it happens. */
  record?(tx: Tx, handoff: HandoffRecord): Promise<void>;
}

export interface RoutingEngine {
  readonly routes: Routes;
  readonly handoffs: Handoffs;
  /** The agents with what routing does around their turns. */
  around(agent: AgentPort, inbox: Inbox): AgentPort;
  migrate(): Promise<void>;
  handlers(parts: { conversations: Conversations; announce(row: ConversationRow): void }): Handlers;
  /** What is said about each of these conversations besides: who decided that its agent answers. */
  assignedBy(rows: readonly ConversationRow[]): Promise<(row: ConversationRow) => ReturnType<typeof asConversation>>;
}

export interface RoutingEngineOptions extends RoutingPorts {
  db: Database;
  clock: Clock;
  log: Logger;
  sessions: SessionPort;
  sessionKeyOf: SessionKeyOf;
  routing(): Routing;
  begin: HandoffsOptions["begin"];
  running: HandoffsOptions["running"];
  waiting: HandoffsOptions["waiting"];
}

/** Bindings, assignments, handoffs and broadcast groups over one database. */
export function openRouting({
  db,
  clock,
  log,
  sessions,
  sessionKeyOf,
  routing,
  facts,
  onRecord,
  record,
  begin,
  running,
  waiting,
}: RoutingEngineOptions): RoutingEngine {
  const assignments = createAssignments({ db, clock });
  const routes = createRoutes({ routing, sessionKeyOf, assignments, clock, log, ...(facts ? { facts } : {}) });
  const handoffs = createHandoffs({
    db,
    clock,
    log,
    sessions,
    assignments,
    routing,
    begin,
    running,
    waiting,
    ...(onRecord ? { facts: onRecord } : {}),
    ...(record ? { record } : {}),
  });

  const assignedBy: RoutingEngine["assignedBy"] = async (rows) => {
    const assigned = await assignments.ofAll(rows.map(({ sessionKey }) => sessionKey));
    return (row) => {
      const held = assigned.get(row.sessionKey);
      if (!held || held.agentId !== row.agentId) return asConversation(row);
      const { cause, from, reason, at } = held;
      return { ...asConversation(row), assigned: { by: cause, from, at: new Date(at).toISOString(), ...(reason === undefined ? {} : { reason }) } };
    };
  };

  return {
    routes,
    handoffs,
    assignedBy,
    around: (agent, inbox) => routedAgent(agent, { handoffs, inbox, routing }),
    migrate: () => db.migrate("routing", routingMigrations),
    handlers: ({ conversations, announce }) => ({
      "conversations.assignAgent": async ({ conversationId, agentId, reason }, call) => {
        const row = await conversations.get(conversationId);
        if (!row) throw new TravelAgentError("NOT_FOUND", `there is no conversation ${conversationId}`);
        const { agentIds } = routing();
        if (agentId !== null && !agentIds.includes(agentId))
          throw new TravelAgentError("NOT_FOUND", `there is no agent ${agentId}; known: ${agentIds.join(", ")}`);
        await db.transaction((tx) => assignments.clear(tx, conversationId));
        // What was not routed by its address, such as an operator's own session, belongs to the agent it is named after.
        const routed = await routes.explain({ address: row.address });
        const to = agentId ?? (routed.sessionKey === conversationId ? routed.agentId : (conversationId.split(":")[1] ?? routed.agentId));
        await db.transaction(async (tx) => {
          if (agentId !== null)
            await assignments.set(tx, conversationId, { agentId, cause: "operator", from: row.agentId, ...(reason === undefined ? {} : { reason }) });
          await tx.run("update conversation set agent_id = ? where session_key = ?", to, conversationId);
          await record?.(tx, {
            runId: `operator:${call.requestId}`,
            sessionKey: conversationId,
            ...(row.customerId === undefined ? {} : { customerId: row.customerId }),
            actor: call.actor,
            from: row.agentId,
            to,
            reason: reason ?? (agentId === null ? "back to the agent the bindings name" : "an operator decided so"),
          });
        });
        const now = (await conversations.get(conversationId))!;
        announce(now);
        return { conversation: (await assignedBy([now]))(now) };
      },

      "routing.explain": async ({ channel, accountId = "default", chatType = "direct", peer, threadId, guildId, teamId, text }) => {
        const address: Address = { channel, accountId, chatType, peerId: peer, ...(threadId === undefined ? {} : { threadId }) };
        const place: Pick<InboundMessage, "address" | "guildId" | "teamId"> = {
          address,
          ...(guildId === undefined ? {} : { guildId }),
          ...(teamId === undefined ? {} : { teamId }),
        };
        const group = broadcastAgents(routing(), address);
        if (!group) return { channel, accountId, ...(await routes.explain(place, text)) };
        const [agentId] = group as [string, ...string[]];
        return {
          channel,
          accountId,
          agentId,
          sessionKey: sessionKeyFor(agentId, address, { ...routing(), sessionKeyOf }),
          matchedBy: "broadcast",
          agents: group.map((id) => ({ agentId: id, sessionKey: sessionKeyFor(id, address, { ...routing(), sessionKeyOf }) })),
        };
      },
    }),
  };
}
