import type { Tool } from "@travelagent/agent-runtime";
import { createSubAgents, type SubAgents } from "@travelagent/agent-runtime/sub-agents";
import type { GatewayConfig } from "@travelagent/config";
import type { Gateway, UsageLedger } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Engine, Logger } from "@travelagent/protocol/ports";
import type { AgentPort } from "@travelagent/protocol/turn";
import type { Sessions } from "@travelagent/sessions";
import { helperTools, sessionTools } from "@travelagent/tools-automation";

/** Agents that work for other agents. Their tools are there before they are, since the gate needs the tools and they need the gate. */
export interface Helpers {
  readonly tools: readonly Tool[];
  /** Before the engine starts. */
  begin(parts: {
    engine: Engine;
    agent: AgentPort;
    gateway: Pick<Gateway, "note" | "pausedAgents">;
    usage: UsageLedger;
    clock: Clock;
    log: Logger;
  }): Promise<SubAgents>;
  /** After it started: those that a crash ended for good. */
  sweep(): Promise<void>;
  /** Ends those at work for a session. */
  stop(sessionKey: string): Promise<number>;
  /** Ends those at work of agents that were stopped. */
  stopPaused(): Promise<number>;
}

export interface HelpersOptions {
  sessions: Sessions;
  /** Asked at each use: the configuration may change while the gateway runs. */
  config(): GatewayConfig;
  agents(): readonly { id: string; name?: string }[];
}

export function openHelpers({ sessions, config, agents }: HelpersOptions): Helpers {
  let running: SubAgents | undefined;
  const helpers = (): SubAgents => running!;
  const mayUse = (agentId: string, helper: string): boolean => {
    if (agentId === helper) return true;
    const allowed = config().agents.list.find(({ id }) => id === agentId)?.subagents?.allowAgents ?? [];
    return agents().some(({ id }) => id === helper) && (allowed.includes("*") || allowed.includes(helper));
  };

  return {
    stop: (sessionKey) => helpers().stop(sessionKey),
    stopPaused: () => helpers().stopPaused(),
    sweep: () => helpers().sweep(),
    tools: [
      ...sessionTools({
        sessions: {
          get: sessions.get,
          history: sessions.history,
          ofCustomer: async (customerId, filter) => (await sessions.list({ customerId, ...filter })).sessions,
        },
        helpers,
        agents,
        mayUse,
      }),
      ...helperTools({ helpers }),
    ],
    async begin({ engine, agent, gateway: { note, pausedAgents }, usage, clock, log }) {
      const { maxPerSession, timeoutSeconds, archiveAfterMinutes } = config().agents.defaults.subagents;
      running = createSubAgents({
        work: engine.work,
        db: engine.db,
        agent,
        sessions: {
          ensure: sessions.ensure,
          messages: sessions.messages,
          append: sessions.append,
          archive: (key) => sessions.archive(key),
        },
        // A session that no conversation belongs to has nobody to tell: who asked reads the end in `sessions_list`.
        note: (told) =>
          note(told).then(
            () => undefined,
            (error: unknown) => {
              if (!TravelAgentError.is(error, "NOT_FOUND")) throw error;
            },
          ),
        mayUse,
        mayWork: (agentId) => !pausedAgents().some((id) => id === agentId || id === "*"),
        async recordUsage(tx, { runId, sessionKey, agentId, outcome: { message, usage: used = message.usage } }) {
          if (used && used.totalTokens > 0)
            await usage.record(tx, { runId, sessionKey, agentId, provider: message.provider, model: message.model, usage: used });
        },
        maxPerSession,
        timeoutMs: timeoutSeconds * 1000,
        keepMs: archiveAfterMinutes * 60_000,
        clock,
        log,
      });
      await running.prepare();
      return running;
    },
  };
}
