import type { Budget, BudgetStop } from "@travelagent/agent-runtime";
import type { GatewayConfig } from "@travelagent/config";
import type { UsageLedger } from "@travelagent/gateway-core";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";

export interface Budgets extends Budget {
  /** The ledger has this run now. */
  recorded(runId: string): void;
  /** Whether a budget of the whole day is used up, so that customers wait for people until it ends. */
  isExhausted(): boolean;
}

interface Sum {
  usd: number;
  tokens: number;
}

/** A run that is not in the ledger yet, or never will be since it was aborted: what it used counts all the same. */
interface OpenRun {
  sessionKey: string;
  agentId: string;
  day: string;
  calls: Map<string, Sum>;
}

interface Limit {
  ruleId: string;
  /** For people. */
  what: string;
  usd: number | undefined;
  tokens: number | undefined;
  of: "run" | { sessionKey?: string; agentId?: string };
}

const dayMs = 86_400_000;
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const total = (sums: Iterable<Sum>): Sum => {
  const sum = { usd: 0, tokens: 0 };
  for (const { usd, tokens } of sums) {
    sum.usd += usd;
    sum.tokens += tokens;
  }
  return sum;
};

function limitsOf(config: GatewayConfig, { agentId, sessionKey }: TurnScope): Limit[] {
  const shared = config.agents.defaults.budget ?? {};
  const own = config.agents.list.find(({ id }) => id === agentId)?.budget ?? {};
  const limits: Limit[] = [
    { ruleId: "budget.run", what: "this turn", usd: own.perRunUsd ?? shared.perRunUsd, tokens: own.perRunTokens ?? shared.perRunTokens, of: "run" },
    {
      ruleId: "budget.conversation-day",
      what: "this conversation today",
      usd: own.perConversationPerDayUsd ?? shared.perConversationPerDayUsd,
      tokens: own.perConversationPerDayTokens ?? shared.perConversationPerDayTokens,
      of: { sessionKey },
    },
    { ruleId: "budget.agent-day", what: `the agent ${agentId} today`, usd: own.perDayUsd, tokens: own.perDayTokens, of: { agentId } },
    { ruleId: "budget.day", what: "all agents today", usd: shared.perDayUsd, tokens: shared.perDayTokens, of: {} },
  ];
  return limits.filter(({ usd, tokens }) => usd !== undefined || tokens !== undefined);
}

/**
 * The budgets of the configuration over the ledger of what models used. Costs nothing where none is set. Days are those of
 * UTC, as in the ledger.
 */
export function createBudgets(options: {
  ledger: UsageLedger;
  config(): GatewayConfig;
  clock: Clock;
  log: Logger;
  /** A budget of the whole day is used up. */
  onExhausted(): void;
}): Budgets {
  const { ledger, config, clock, log, onExhausted } = options;
  const open = new Map<string, OpenRun>();
  /** Budgets that were told to be used up today, as they were then. */
  const told = new Map<string, { day: string; limit: Limit; turn: TurnScope }>();

  const usedFor = async ({ of }: Limit, { runId }: TurnScope, day: string): Promise<Sum> => {
    const own = open.get(runId);
    if (of === "run") return total(own?.calls.values() ?? []);
    const underWay = [...open.values()].filter(
      (run) => run.day === day && (of.sessionKey ?? run.sessionKey) === run.sessionKey && (of.agentId ?? run.agentId) === run.agentId,
    );
    return total([await ledger.spentOn(day, of), ...underWay.map(({ calls }) => total(calls.values()))]);
  };

  const stopOf = ({ ruleId, what, usd, tokens }: Limit, used: Sum): BudgetStop | null => {
    if (usd !== undefined && used.usd >= usd)
      return { ruleId, reason: `the budget of ${usd} USD for ${what} is used up; raise it in the configuration or wait for tomorrow` };
    if (tokens !== undefined && used.tokens >= tokens)
      return { ruleId, reason: `the budget of ${tokens} tokens for ${what} is used up; raise it in the configuration or wait for tomorrow` };
    return null;
  };

  const keyOf = ({ ruleId, of }: Limit): string => `${ruleId} ${of === "run" ? "" : (of.sessionKey ?? of.agentId ?? "")}`;
  const isOfDay = ({ ruleId }: Limit): boolean => ruleId === "budget.day" || ruleId === "budget.agent-day";

  /** Once a day for each, so that nobody reads the same a hundred times. */
  const tell = (limit: Limit, { ruleId, reason }: BudgetStop, turn: TurnScope, day: string): void => {
    const before = told.get(keyOf(limit));
    for (const [other, then] of told) if (then.day !== day) told.delete(other);
    told.set(keyOf(limit), { day, limit, turn });
    if (before?.day === day && before.limit.usd === limit.usd && before.limit.tokens === limit.tokens) return;
    log.warn("a budget for models is used up", { ruleId, reason, runId: turn.runId });
    if (isOfDay(limit)) onExhausted();
  };

  return {
    async check(turn) {
      const day = dayOf(clock.now());
      for (const limit of limitsOf(config(), turn)) {
        const stop = stopOf(limit, await usedFor(limit, turn, day));
        if (!stop) continue;
        tell(limit, stop, turn, day);
        return stop;
      }
      return null;
    },

    async spent(turn, { callId, usage }) {
      const { runId, sessionKey, agentId } = turn;
      if (limitsOf(config(), turn).length === 0) return;
      let run = open.get(runId);
      if (!run) {
        // A turn whose reply was committed before a crash tells everything once more.
        if (await ledger.has(runId)) return;
        const now = clock.now();
        for (const [id, { day }] of open) if (Date.parse(day) < now - 3 * dayMs) open.delete(id);
        run = { sessionKey, agentId, day: dayOf(now), calls: new Map() };
        open.set(runId, run);
      }
      run.calls.set(callId, { usd: usage.costUsd ?? 0, tokens: usage.totalTokens });
    },

    recorded: (runId) => void open.delete(runId),
    isExhausted: () => {
      const today = dayOf(clock.now());
      // One that was raised or taken away since is not used up any more, as far as is known.
      const stillSet = (limit: Limit, turn: TurnScope): boolean =>
        limitsOf(config(), turn).some((now) => now.ruleId === limit.ruleId && now.usd === limit.usd && now.tokens === limit.tokens);
      return [...told.values()].some(({ day, limit, turn }) => day === today && isOfDay(limit) && stillSet(limit, turn));
    },
  };
}
