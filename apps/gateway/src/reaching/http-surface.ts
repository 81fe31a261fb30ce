import { createInvoke, type Gate } from "@travelagent/agent-runtime/gate";
import type { GatewayConfig } from "@travelagent/config";
import { agentCardRoutes, createApiChannel, type Gateway, type HttpRoute, toolRoutes, type WidgetOptions } from "@travelagent/gateway-core";
import { openAiRoutes } from "@travelagent/gateway-core/openai";
import { createWebhookGuard, type WebhookGuard } from "@travelagent/gateway-core/webhook";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import { type Sessions, sessionKey } from "@travelagent/sessions";
import { type HooksOptions, openHooks } from "../automation/hooks.ts";

const endpointsOf = ({ gateway }: GatewayConfig) => gateway.http.endpoints;

/** The channel of conversations that programs hold, when any may. */
export const apiChannels = (config: GatewayConfig): ReturnType<typeof createApiChannel>[] =>
  endpointsOf(config).chatCompletions.enabled || endpointsOf(config).responses.enabled || config.hooks.enabled ? [createApiChannel()] : [];

export interface HttpSurface {
  /** For every address that machines of others call. */
  guard: WebhookGuard;
  routes: HttpRoute[];
  widget?: WidgetOptions;
}

interface Parts {
  gateway: Gateway;
  gate: Gate;
  sessions: Sessions;
  db: Database;
  clock: Clock;
  log: Logger;
  version: string;
  agents(): { agentIds: readonly string[]; defaultAgentId: string };
  skills(): readonly { name: string; description: string }[];
  timeZone: string;
  /** The state directory. */
  directory: string;
  /** Names that people registered to be posted to. */
  triggers?: HooksOptions["triggers"] | undefined;
  wake?: HooksOptions["wake"];
}

/** What programs of others may call, as the configuration says. */
export async function httpSurface(
  config: GatewayConfig,
  { gateway, gate, sessions, db, clock, log, version, agents, skills, timeZone, directory, triggers, wake }: Parts,
): Promise<HttpSurface> {
  const { chatCompletions, responses } = endpointsOf(config);
  const { widget } = config.gateway.http;
  const guard = createWebhookGuard({ db, clock, log });
  await guard.migrate();
  const invoke = createInvoke(gate);

  const tools = toolRoutes(async ({ sessionKey: wanted, ...request }) => {
    const key = wanted ?? `agent:${agents().defaultAgentId}:main`;
    const session = await sessions.get(key);
    if (wanted !== undefined && !session) throw new TravelAgentError("NOT_FOUND", `there is no conversation ${wanted}`);
    const { agentId = agents().defaultAgentId, channel = "webchat", accountId = "default", chatType = "direct", customerId } = session ?? {};
    const scope = {
      agentId,
      sessionKey: session?.key ?? key,
      channel,
      accountId,
      chatType: chatType === "direct" ? chatType : "group",
      peerId: session?.peerId ?? key,
      timeZone,
    } as const;
    return invoke({ ...request, scope: { ...scope, ...(customerId === undefined ? {} : { customerId }) } });
  });

  const openAi = openAiRoutes({
    runs: gateway.runs,
    chatCompletions: chatCompletions.enabled,
    responses: responses.enabled,
    agents,
    clock,
    sessionKeyOf: (conversation) =>
      "user" in conversation
        ? sessionKey({ kind: "openai-user", agentId: conversation.agentId, user: conversation.user })
        : sessionKey({ kind: "openai", agentId: conversation.agentId, id: conversation.id }),
    ownTools: (agentId) => gate.specs({ agentId, channel: "api" }).map(({ name }) => name),
  });

  const hooks = openHooks({ config, directory, guard, gateway, agents, triggers, wake, clock, log });

  const card = agentCardRoutes({
    name: "Travel Agent OS",
    description: "Searches, books, changes and cancels travel for the customers of an agency.",
    version,
    skills,
    interfaces: [
      { path: "/", transport: "TRAVELAGENT-WS" },
      ...(chatCompletions.enabled ? [{ path: "/v1/chat/completions", transport: "OPENAI-CHAT-COMPLETIONS" }] : []),
      ...(responses.enabled ? [{ path: "/v1/responses", transport: "OPENAI-RESPONSES" }] : []),
    ],
  });

  return {
    guard,
    routes: [...tools, ...openAi, ...hooks, ...card],
    ...(widget.enabled ? { widget: { allowedOrigins: widget.allowedOrigins } } : {}),
  };
}
