import { GatewayConfig } from "@travelagent/config";
import { testEngine } from "@travelagent/engine/testing";
import { createUsageLedger, type UsageLedger } from "@travelagent/gateway-core";
import type { Engine } from "@travelagent/protocol/ports";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import type { TurnScope } from "@travelagent/protocol/turn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Budgets, createBudgets } from "./budget.ts";

const turn = (runId: string, sessionKey = "s1", agentId = "main") => ({ runId, sessionKey, agentId }) as TurnScope;
const used = (costUsd: number, totalTokens = 100) => ({ input: totalTokens, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens, costUsd });

describe("budgets", () => {
  let engine: Engine;
  let ledger: UsageLedger;
  let clock: ReturnType<typeof fakeClock>;
  let log: ReturnType<typeof recordingLogger>;
  let exhausted: number;

  beforeEach(async () => {
    engine = await testEngine();
    clock = fakeClock();
    log = recordingLogger();
    exhausted = 0;
    ledger = createUsageLedger({ db: engine.db, clock });
    await ledger.migrate();
  });
  afterEach(() => engine.stop());

  let config: GatewayConfig;
  const configure = (budget: object, own?: object) => {
    config = GatewayConfig.parse({ agents: { defaults: { budget }, ...(own ? { list: [{ id: "sales", budget: own }] } : {}) } });
  };
  const budgetsOf = (budget: object, own?: object): Budgets => {
    configure(budget, own);
    return createBudgets({ ledger, config: () => config, clock, log, onExhausted: () => void exhausted++ });
  };
  const spend = (budgets: Budgets, of: TurnScope, costUsd: number, callId = "0", tokens = 100) =>
    budgets.spent(of, { callId, provider: "p", model: "m", usage: used(costUsd, tokens) });
  const record = async (budgets: Budgets, { runId, sessionKey, agentId }: TurnScope, costUsd: number) => {
    await engine.db.transaction((tx) => ledger.record(tx, { runId, sessionKey, agentId, provider: "p", model: "m", usage: used(costUsd) }));
    budgets.recorded(runId);
  };
  const ruleOf = async (budgets: Budgets, of: TurnScope) => (await budgets.check(of))?.ruleId;

  it("stop one turn, by dollars or by tokens, and count no call twice", async () => {
    const budgets = budgetsOf({ perRunUsd: 0.5, perRunTokens: 1_000 });
    await spend(budgets, turn("a"), 0.3);
    await spend(budgets, turn("a"), 0.3);
    expect(await ruleOf(budgets, turn("a"))).toBe(undefined);
    await spend(budgets, turn("a"), 0.2, "1");
    expect(await ruleOf(budgets, turn("a"))).toBe("budget.run");
    expect(await ruleOf(budgets, turn("b"))).toBe(undefined);
    await spend(budgets, turn("b"), 0, "0", 1_000);
    expect((await budgets.check(turn("b")))?.reason).toContain("1000 tokens for this turn");
  });

  it("stop a conversation for the day, over turns and restarts", async () => {
    let budgets = budgetsOf({ perConversationPerDayUsd: 1 });
    await spend(budgets, turn("a"), 0.6);
    await record(budgets, turn("a"), 0.6);
    budgets = budgetsOf({ perConversationPerDayUsd: 1 });
    await spend(budgets, turn("b"), 0.4);
    expect(await ruleOf(budgets, turn("c"))).toBe("budget.conversation-day");
    expect(await ruleOf(budgets, turn("d", "s2"))).toBe(undefined);
    await clock.advance(24 * 3_600_000);
    expect(await ruleOf(budgets, turn("e"))).toBe(undefined);
  });

  it("count what an aborted turn used, and nothing again that is in the ledger", async () => {
    const budgets = budgetsOf({ perDayUsd: 1 });
    await spend(budgets, turn("aborted"), 0.5);
    await spend(budgets, turn("a", "s2"), 0.4);
    await record(budgets, turn("a", "s2"), 0.4);
    await spend(budgets, turn("a", "s2"), 0.4);
    expect(await ruleOf(budgets, turn("b", "s3"))).toBe(undefined);
    await spend(budgets, turn("b", "s3"), 0.1);
    expect(await ruleOf(budgets, turn("c", "s4"))).toBe("budget.day");
  });

  it("an agent has its own beside the shared one, and people hear of it once a day", async () => {
    const budgets = budgetsOf({ perDayUsd: 10, perRunUsd: 5 }, { perDayUsd: 1, perRunUsd: 0.5 });
    await spend(budgets, turn("a", "s1", "sales"), 0.6);
    expect(await ruleOf(budgets, turn("a", "s1", "sales"))).toBe("budget.run");
    expect(budgets.isExhausted()).toBe(false);
    await spend(budgets, turn("b", "s2", "sales"), 0.4);
    expect(await ruleOf(budgets, turn("c", "s3", "sales"))).toBe("budget.agent-day");
    expect(await ruleOf(budgets, turn("d", "s4", "sales"))).toBe("budget.agent-day");
    expect(await ruleOf(budgets, turn("e", "s5"))).toBe(undefined);
    expect([budgets.isExhausted(), exhausted]).toEqual([true, 1]);
    expect(log.lines.filter(({ fields }) => fields?.ruleId === "budget.agent-day")).toHaveLength(1);
    await clock.advance(24 * 3_600_000);
    expect(budgets.isExhausted()).toBe(false);
  });

  it("that are raised are not used up any more", async () => {
    const budgets = budgetsOf({ perDayUsd: 1 });
    await spend(budgets, turn("a"), 1);
    expect(await ruleOf(budgets, turn("b"))).toBe("budget.day");
    expect(budgets.isExhausted()).toBe(true);
    configure({ perDayUsd: 2 });
    expect([await ruleOf(budgets, turn("b")), budgets.isExhausted()]).toEqual([undefined, false]);
    configure({});
    expect([await ruleOf(budgets, turn("b")), budgets.isExhausted()]).toEqual([undefined, false]);
  });

  it("cost nothing where none is set", async () => {
    const budgets = budgetsOf({});
    await spend(budgets, turn("a"), 1_000);
    expect(await budgets.check(turn("a"))).toBe(null);
  });
});
