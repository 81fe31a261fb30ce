import { testEngine } from "@travelagent/engine/testing";
import type { Usage } from "@travelagent/protocol/messages";
import type { Engine } from "@travelagent/protocol/ports";
import { type FakeClock, fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { usageHandlers } from "./handlers.ts";
import { createUsageLedger, type UsageLedger } from "./ledger.ts";

const used = (total: number): Usage => ({ input: total - 10, output: 10, cacheRead: 0, cacheWrite: 0, totalTokens: total });

describe("the ledger of what models use", () => {
  let engine: Engine;
  let clock: FakeClock;
  let ledger: UsageLedger;
  const record = (runId: string, usage: Usage, { agentId = "main", model = "m1" } = {}) =>
    engine.db.transaction((tx) => ledger.record(tx, { runId, sessionKey: `agent:${agentId}:main`, agentId, provider: "local", model, usage }));

  beforeEach(async () => {
    engine = await testEngine();
    clock = fakeClock("2027-03-28T10:00:00Z");
    ledger = createUsageLedger({ db: engine.db, clock, price: (_, model, usage) => (model === "m1" ? usage.totalTokens / 1_000_000 : undefined) });
    await ledger.migrate();
  });
  afterEach(() => engine.stop());

  it("counts a run once, by day, agent and model", async () => {
    await record("r1", used(100));
    await record("r1", used(100));
    await record("r2", used(200), { agentId: "sales", model: "m2" });
    await clock.advance(86_400_000);
    await record("r3", { ...used(50), costUsd: 0.25 });
    const report = await ledger.report({ from: "2027-03-27", to: "2027-03-29" });
    expect(report.daily).toMatchObject([
      { date: "2027-03-27", runs: 0, totalTokens: 0 },
      { date: "2027-03-28", runs: 2, totalTokens: 300, output: 20, totalCost: 0.0001, missingCostEntries: 1 },
      { date: "2027-03-29", runs: 1, totalTokens: 50, totalCost: 0.25, missingCostEntries: 0 },
    ]);
    expect(report.totals).toMatchObject({ runs: 3, totalTokens: 350, totalCost: 0.2501 });
    expect(report.byAgent.map(({ agentId, totalTokens }) => [agentId, totalTokens])).toEqual([
      ["sales", 200],
      ["main", 150],
    ]);
    expect(report.byModel).toHaveLength(2);
    expect((await ledger.report({ from: "2027-03-28", to: "2027-03-28", agentId: "sales" })).totals).toMatchObject({ runs: 1 });
  });

  it("answers for the last days, today included", async () => {
    await record("r1", used(100));
    const cost = usageHandlers(ledger, { clock })["usage.cost"] as unknown as (params?: object) => Promise<Record<string, unknown>>;
    expect(await cost({ days: 7 })).toMatchObject({ days: 7, startDate: "2027-03-22", endDate: "2027-03-28", totals: { runs: 1 } });
    expect(await cost()).toMatchObject({ days: 30 });
    await expect(cost({ startDate: "2027-03-28", endDate: "2027-03-01" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(cost({ startDate: "2027-02-30" })).rejects.toMatchObject({ message: "2027-02-30 is no day" });
  });
});
