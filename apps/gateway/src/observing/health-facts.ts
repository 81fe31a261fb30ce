import type { Model } from "@travelagent/agent-runtime";
import type { ChannelStatus, HealthFacts, ReadHealth } from "@travelagent/gateway-core";
import type { McpServerStatus } from "@travelagent/mcp-client";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Sessions } from "@travelagent/sessions";
import type { Supplier, SupplierStatus } from "@travelagent/tools-booking";
import { isUnwell } from "../answering/mcp-servers.ts";
import type { EventLoopWatch } from "./event-loop.ts";
import type { ModelHealth } from "./model-health.ts";
import type { StoreHealth } from "./store-health.ts";

export interface HealthSources {
  clock: Clock;
  channels(): readonly ChannelStatus[];
  agents(): { defaultAgentId: string; agentIds: readonly string[] };
  sessions: Sessions;
  /** Where the transcripts of an agent are. */
  sessionsPath(agentId: string): string;
  suppliers: readonly Supplier[];
  searches(): readonly SupplierStatus[];
  /** The models an agent may come to use, first to last. */
  modelsOf(agentId: string): readonly Model[];
  models: ModelHealth;
  stores: StoreHealth;
  eventLoop: EventLoopWatch;
  mcpServers(): readonly McpServerStatus[];
  /** What else is not as it should be. */
  alsoDegraded(): readonly string[];
}

/** What `status` tells of it under the keys that clients of OpenClaw's wire know. */
export function statusFacts(facts: HealthFacts, model: Model | undefined): Record<string, unknown> {
  const agents = (facts.agents ?? []) as {
    agentId: string;
    heartbeat: Record<string, unknown>;
    sessions: { path: string; count: number; recent: unknown[] };
  }[];
  const sessions = facts.sessions as { count: number; recent: unknown[] } | undefined;
  return {
    heartbeat: { defaultAgentId: facts.defaultAgentId, agents: agents.map(({ agentId, heartbeat }) => ({ agentId, ...heartbeat })) },
    channelSummary: Object.entries((facts.channels ?? {}) as Record<string, { state: string }>).map(([id, { state }]) => `${id}: ${state}`),
    queuedSystemEvents: [],
    sessions: {
      paths: agents.map((agent) => agent.sessions.path),
      count: sessions?.count ?? 0,
      defaults: { model: model?.id ?? null, contextTokens: model?.contextWindow ?? null },
      recent: sessions?.recent ?? [],
      byAgent: agents.map(({ agentId, sessions: own }) => ({ agentId, ...own })),
    },
    suppliers: facts.suppliers ?? [],
    models: facts.models ?? [],
    stores: facts.stores ?? [],
    eventLoop: facts.eventLoop ?? null,
  };
}

const probeMs = 5_000;
const recentSessions = 5;

/**
 * Facts for `health` and `/readyz`. Without `probe` nobody outside is asked: channels, suppliers and models tell what became of
 * their last use, stores are written and read. With it every supplier is asked for an order that never was, and every model for a word.
 */
export function healthFacts(sources: HealthSources): ReadHealth {
  const { clock, sessions, stores, eventLoop, models } = sources;

  const answers = async (ask: (signal: AbortSignal) => Promise<unknown>): Promise<{ ok: boolean; ms: number; error?: string }> => {
    const startedAt = clock.now();
    const own = new AbortController();
    const late = new TravelAgentError("TIMEOUT", `it did not answer within ${probeMs / 1000} s`);
    const disarm = clock.after(probeMs, () => own.abort(late));
    try {
      const aborted = new Promise<never>((_, reject) => own.signal.addEventListener("abort", () => reject(late), { once: true }));
      await Promise.race([ask(own.signal), aborted]);
      return { ok: true, ms: clock.now() - startedAt };
    } catch (error) {
      return { ok: false, ms: clock.now() - startedAt, error: TravelAgentError.from(error).code };
    } finally {
      disarm();
    }
  };

  const readChannels = () => {
    const channels: Record<string, { configured: true; linked: boolean; state: string; accounts: Record<string, unknown> }> = {};
    for (const { id, accountId, state, lastError, ...rest } of sources.channels()) {
      const known = channels[id];
      const account = { ...rest, accountId, configured: true, linked: state === "running", state, ...(lastError === undefined ? {} : { lastError }) };
      channels[id] = {
        configured: true,
        linked: account.linked && (known?.linked ?? true),
        state: known === undefined || known.state === "running" ? state : known.state,
        accounts: { ...known?.accounts, [accountId]: account },
      };
    }
    return channels;
  };

  const readSuppliers = async (probe: boolean) => {
    const searches = new Map(sources.searches().map((status) => [status.id, status]));
    return Promise.all(
      sources.suppliers.map(async (supplier) => {
        const { id, live } = supplier;
        const lastSearch = searches.get(id)?.lastSearch;
        const vertical = supplier.flights ?? supplier.hotels ?? supplier.cars;
        const asked = probe && vertical ? await answers((signal) => vertical.find("health-probe", { signal, requestId: "health" })) : undefined;
        const failed = asked ? !asked.ok : lastSearch !== undefined && lastSearch.status !== "ok";
        const state = failed ? "failing" : asked || lastSearch ? "ok" : "untried";
        return {
          id,
          live,
          state,
          ...(lastSearch ? { lastSearch: { status: lastSearch.status, at: lastSearch.at, ms: lastSearch.ms } } : {}),
          ...(asked ? { probe: asked } : {}),
        };
      }),
    );
  };

  const readModels = async (probe: boolean) => {
    const used = new Map<string, Model>();
    for (const agentId of sources.agents().agentIds) for (const model of sources.modelsOf(agentId)) used.set(`${model.provider}/${model.id}`, model);
    return Promise.all(
      [...used].map(async ([id, model]) => {
        const asked = probe
          ? await answers(async (signal) => {
              for await (const event of model.stream(
                {
                  system: "Answer with one word.",
                  messages: [{ role: "user", content: "Hello", timestamp: clock.now() }],
                  tools: [],
                  now: clock.now(),
                  timeZone: "UTC",
                  maxTokens: 16,
                },
                signal,
              ))
                if (event.type === "end") return;
            })
          : undefined;
        const { state, since, lastOkAt, code } = models.of(model.provider, model.id);
        return {
          id,
          state: asked && !asked.ok && (state === "ok" || state === "untried") ? "failing" : state,
          since,
          ...(lastOkAt === undefined ? {} : { lastOkAt }),
          ...(code === undefined ? {} : { code }),
          ...(asked ? { probe: asked } : {}),
        };
      }),
    );
  };

  const readSessions = async (agentId?: string) => {
    const [count, { sessions: newest }] = await Promise.all([
      sessions.count(agentId === undefined ? {} : { agentId }),
      sessions.list({ limit: recentSessions, ...(agentId === undefined ? {} : { agentId }) }),
    ]);
    const { defaultAgentId } = sources.agents();
    return {
      path: sources.sessionsPath(agentId ?? defaultAgentId),
      count,
      recent: newest.map(({ key, updatedAt }) => ({ key, updatedAt, age: Math.max(0, clock.now() - updatedAt) })),
    };
  };

  return async (probe): Promise<HealthFacts> => {
    const { defaultAgentId, agentIds } = sources.agents();
    const storeStates = await stores.read();
    const stored = storeStates.find(({ id }) => id === "database")?.state === "ok";
    const [suppliers, modelStates, all, ofAgents] = await Promise.all([
      readSuppliers(probe),
      readModels(probe),
      readSessions().catch(() => ({ path: sources.sessionsPath(defaultAgentId), count: 0, recent: [] })),
      Promise.all(agentIds.map((agentId) => readSessions(agentId).catch(() => ({ path: sources.sessionsPath(agentId), count: 0, recent: [] })))),
    ]);
    const channels = readChannels();
    const loop = eventLoop.read();
    const mcp = sources.mcpServers();
    const failing = (kind: string, states: readonly { id: string; state: string }[]) =>
      states.filter(({ state }) => state !== "ok" && state !== "untried").map(({ id }) => `${kind}:${id}`);
    return {
      ok: stored,
      channels,
      channelOrder: Object.keys(channels),
      channelLabels: Object.fromEntries(Object.keys(channels).map((id) => [id, id[0]!.toUpperCase() + id.slice(1)])),
      // There is no heartbeat: agents answer, and news has its own occasions.
      heartbeatSeconds: 0,
      defaultAgentId,
      agents: agentIds.map((agentId, index) => ({
        agentId,
        isDefault: agentId === defaultAgentId,
        heartbeat: { enabled: false, every: "disabled", everyMs: null, prompt: "", target: "none", ackMaxChars: 0 },
        sessions: ofAgents[index],
      })),
      sessions: all,
      suppliers,
      models: modelStates,
      stores: storeStates,
      eventLoop: loop,
      mcpServers: mcp.map(({ id, state, offered, waiting }) => ({ id, state, offered: offered.length, waiting: waiting.length })),
      degraded: [
        ...failing("store", storeStates),
        ...Object.entries(channels)
          .filter(([, { state }]) => state !== "running")
          .map(([id]) => `channel:${id}`),
        ...failing("supplier", suppliers),
        ...failing("model", modelStates),
        ...mcp.filter(isUnwell).map(({ id }) => `mcp:${id}`),
        ...(loop.degraded ? ["event-loop"] : []),
        ...sources.alsoDegraded(),
      ],
    };
  };
}
