import type { GatewayConfig } from "@travelagent/config";
import { createUsageLedger, type GatewayOptions, type UsageLedger } from "@travelagent/gateway-core";
import type { Usage } from "@travelagent/protocol/messages";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import { type Budgets, createBudgets } from "../answering/budget.ts";

/** The ledger of what models use, what a turn calls to fill it, and the budgets over it. */
export interface UsageOfModels {
  ledger: UsageLedger;
  recordUsage: NonNullable<GatewayOptions["recordUsage"]>;
  /** By `models.providers.<id>.models[].cost`. */
  price(provider: string, model: string, usage: Usage): number | undefined;
  budgets: Budgets;
}

export async function usageOf(options: {
  db: Database;
  clock: Clock;
  log: Logger;
  config(): GatewayConfig;
  /** A budget of the day is used up. */
  onExhausted(): void;
}): Promise<UsageOfModels> {
  const price = (provider: string, model: string, usage: Usage): number | undefined => {
    // The built-in model asks nobody.
    if (provider === "concierge") return 0;
    const entry = options.config().models.providers[provider]?.models.find((one) => one.id === model);
    const cost = entry && "cost" in entry ? entry.cost : undefined;
    if (!cost) return undefined;
    const { input, output, cacheRead = cost.input, cacheWrite = cost.input } = cost;
    return (usage.input * input + usage.output * output + usage.cacheRead * cacheRead + usage.cacheWrite * cacheWrite) / 1_000_000;
  };
  const ledger = createUsageLedger({ db: options.db, clock: options.clock, price });
  await ledger.migrate();
  const budgets = createBudgets({ ...options, ledger });
  return {
    ledger,
    price,
    budgets,
    async recordUsage(tx, { runId, conversation: { sessionKey, agentId }, outcome: { message, usage = message.usage } }) {
      if (!usage || usage.totalTokens === 0) return;
      await ledger.record(tx, { runId, sessionKey, agentId, provider: message.provider, model: message.model, usage });
      budgets.recorded(runId);
    },
  };
}
