import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { type JobSeed, memoryJobStore, seedJobs } from "./index.ts";

const hourly: JobSeed = { name: "price-watch", schedule: { kind: "every", everyMs: 3_600_000 }, payload: { kind: "agentTurn", message: "Check prices." } };

function bench() {
  const store = memoryJobStore();
  const clock = fakeClock();
  let id = 0;
  return { store, clock, seed: (...jobs: JobSeed[]) => seedJobs({ store, jobs, clock, newId: () => `job-${++id}` }) };
}

describe("seedJobs", () => {
  it("adds a job once, however often the gateway starts", async () => {
    const { store, seed } = bench();
    expect(await seed(hourly)).toEqual({ added: ["price-watch"], updated: [], disabled: [] });
    const before = await store.list();
    expect(await seed(hourly)).toEqual({ added: [], updated: [], disabled: [] });
    expect(await store.list()).toEqual(before);
    expect(before[0]).toMatchObject({ id: "job-1", enabled: true, sessionTarget: "isolated", wakeMode: "next-heartbeat" });
  });

  it("takes over what changed in the configuration and leaves what was edited in the store", async () => {
    const { store, seed, clock } = bench();
    await seed({ ...hourly, description: "hourly" });
    const [job] = await store.list();
    await store.upsert({ ...job!, enabled: false, payload: { kind: "agentTurn", message: "Edited." }, state: { nextRunAtMs: 5, lastStatus: "ok" } });
    await clock.advance(1000);
    expect((await seed({ ...hourly, schedule: { kind: "every", everyMs: 60_000 } })).updated).toEqual(["price-watch"]);
    const [merged] = await store.list();
    expect(merged).toMatchObject({
      id: "job-1",
      enabled: false,
      payload: { message: "Edited." },
      schedule: { everyMs: 60_000 },
      createdAtMs: job!.createdAtMs,
      updatedAtMs: clock.now(),
    });
    expect(merged!.description).toBeUndefined();
    expect(merged!.state).toEqual({ lastStatus: "ok" });
  });

  it("stops a job that left the configuration, and starts it when it comes back", async () => {
    const { store, seed } = bench();
    await seed(hourly);
    expect((await seed()).disabled).toEqual(["price-watch"]);
    expect(await store.list()).toMatchObject([{ id: "job-1", enabled: false }]);
    expect(await seed()).toEqual({ added: [], updated: [], disabled: [] });
    await seed(hourly);
    expect(await store.list()).toMatchObject([{ id: "job-1", enabled: true }]);
  });

  it("leaves jobs alone that people made", async () => {
    const { store, seed } = bench();
    await seed(hourly);
    const [job] = await store.list();
    const { seed: _seed, ...own } = job!;
    await store.upsert({ ...own, id: "own", name: "own" });
    await seed(hourly);
    expect(await store.get("own")).toMatchObject({ enabled: true });
  });

  it("reads times: UTC without an offset, the first moment of a bare date", async () => {
    const { store, seed } = bench();
    const at = (name: string, time: string): JobSeed => ({ name, schedule: { kind: "at", at: time }, payload: { kind: "systemEvent", text: "x" } });
    await seed(at("a", "2027-03-28T10:15:00"), at("b", "2027-03-28"), at("c", "2027-03-28T10:15:00+02:00"));
    expect((await store.list()).map((job) => (job.schedule.kind === "at" ? new Date(job.schedule.atMs).toISOString() : ""))).toEqual([
      "2027-03-28T10:15:00.000Z",
      "2027-03-28T00:00:00.000Z",
      "2027-03-28T08:15:00.000Z",
    ]);
    expect((await store.list())[0]!.sessionTarget).toBe("main");
    await expect(seed(at("d", "tomorrow"))).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});
