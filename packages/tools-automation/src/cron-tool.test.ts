import type { ToolContext } from "@travelagent/agent-runtime";
import { describe, expect, it } from "vitest";
import { cronTool } from "./cron-tool.ts";

function bench() {
  const jobs = new Map<string, { id: string; name: string; enabled: boolean; agentId?: string }>([
    ["theirs", { id: "theirs", name: "of another agent", enabled: true, agentId: "sales" }],
    ["agencys", { id: "agencys", name: "of nobody", enabled: true }],
  ]);
  const woken: string[] = [];
  const tool = cronTool({
    scheduler: () => ({
      enabled: true,
      list: () => [...jobs.values()],
      get: (id) => jobs.get(id),
      size: () => jobs.size,
      nextWakeAtMs: () => 5,
      add: async (job) => {
        jobs.set((job as { id: string }).id, job);
        return job;
      },
      update: async (id, patch) => {
        jobs.set(id, { ...jobs.get(id)!, ...(patch as object) });
        return jobs.get(id)!;
      },
      remove: async (id) => jobs.delete(id),
      run: async () => ({ ran: true }),
      runs: async () => [],
    }),
    wake: async ({ text }) => void woken.push(text),
  });
  const use = (args: object, context: Partial<ToolContext> = {}) =>
    tool.execute(tool.args.parse(args), {
      turn: { agentId: "main", sessionKey: "agent:main:main" },
      idempotencyKey: "key-1",
      now: 0,
      ...context,
    } as ToolContext);
  return { jobs, woken, use, tool };
}
const add = { action: "add", name: "rounds", schedule: { kind: "cron", expr: "0 9 * * *", tz: "Europe/Madrid" }, message: "Look at the fares." };

describe("the tool cron", () => {
  it("makes a job of the agent's own, once for the same call", async () => {
    const { jobs, use } = bench();
    await use(add);
    await use(add);
    const own = [...jobs.values()].filter(({ agentId }) => agentId === "main");
    expect(own).toMatchObject([{ name: "rounds", sessionTarget: "isolated", payload: { kind: "agentTurn", message: "Look at the fares." } }]);
    expect((await use({ action: "list" })).content).toEqual({ jobs: own });
    expect((await use({ action: "status" })).content).toMatchObject({ enabled: true, jobs: 1 });
  });

  it("sees and touches no job of another", async () => {
    const { use } = bench();
    for (const id of ["theirs", "agencys", "nobodys"])
      for (const action of ["update", "remove", "run", "runs"]) await expect(use({ action, id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("is not for customers' conversations nor for jobs, and makes no job of a stranger's words", async () => {
    const { use, woken } = bench();
    for (const sessionKey of ["agent:main:telegram:dm:7", "agent:main:cron:rounds"])
      await expect(use(add, { turn: { agentId: "main", sessionKey } as never })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(use(add, { tainted: true })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await use({ action: "wake", text: "look" });
    expect(woken).toEqual(["look"]);
  });

  it("names no channel and no recipient", () => {
    const { tool } = bench();
    expect(tool.args.safeParse({ ...add, to: "+34600111222" }).success).toBe(false);
    expect(tool.optIn).toBe(true);
  });
});
