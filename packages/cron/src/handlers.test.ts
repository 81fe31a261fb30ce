import type { Call } from "@travelagent/protocol";
import { describe, expect, it } from "vitest";
import { cronHandlers } from "./handlers.ts";
import { memoryJobStore } from "./memory-store.ts";
import { sampleJob } from "./testing/sample-job.ts";

function bench(enabled = false) {
  const store = memoryJobStore([
    sampleJob({ id: "one", name: "Morning round", schedule: { kind: "at", atMs: Date.UTC(2027, 2, 28, 10) }, state: { nextRunAtMs: 1000 } }),
    sampleJob({ id: "two", name: "Airfare watch", enabled: false }),
    sampleJob({ id: "three", name: "Invoices" }),
  ]);
  const handlers = cronHandlers({ store, storePath: "/state/cron/jobs.json", enabled }) as Record<
    string,
    (params: unknown, call: Call) => Promise<Record<string, unknown>>
  >;
  return { store, ask: (method: string, params?: object, protocol = 3) => handlers[method]!(params, { protocol } as Call) };
}
const ids = ({ jobs }: Record<string, unknown>) => (jobs as { id: string }[]).map(({ id }) => id);

describe("cron jobs on the wire", () => {
  it("lists those that are on, and the others when asked", async () => {
    const { ask } = bench();
    expect(ids(await ask("cron.list"))).toEqual(["one", "three"]);
    expect(ids(await ask("cron.list", { includeDisabled: true }))).toEqual(["one", "two", "three"]);
    expect(ids(await ask("cron.list", { enabled: "disabled" }))).toEqual(["two"]);
    expect(ids(await ask("cron.list", { enabled: "all", query: "AIR" }))).toEqual(["two"]);
    expect(ids(await ask("cron.list", { enabled: "all", sortBy: "name", sortDir: "desc" }))).toEqual(["one", "three", "two"]);
  });

  it("lists in pages that know their revision", async () => {
    const { ask, store } = bench();
    const first = await ask("cron.list", { enabled: "all", limit: 2 });
    const second = await ask("cron.list", { enabled: "all", limit: 2, offset: 2 });
    expect(first).toMatchObject({ total: 3, offset: 0, limit: 2, hasMore: true, nextOffset: 2 });
    expect(second).toMatchObject({ total: 3, hasMore: false, nextOffset: null, snapshotRevision: first.snapshotRevision });
    await store.remove("three");
    expect((await ask("cron.list", { enabled: "all", limit: 2 })).snapshotRevision).not.toBe(first.snapshotRevision);
  });

  it("tells the time of a single run as each generation of clients reads it", async () => {
    const { ask } = bench();
    const scheduleOf = async (protocol: number) => ((await ask("cron.list", {}, protocol)).jobs as { schedule: unknown }[])[0]!.schedule;
    expect(await scheduleOf(3)).toEqual({ kind: "at", atMs: Date.UTC(2027, 2, 28, 10) });
    expect(await scheduleOf(4)).toEqual({ kind: "at", at: "2027-03-28T10:00:00.000Z" });
  });

  it("has no next time while nothing runs the jobs", async () => {
    expect(await bench().ask("cron.status")).toEqual({ enabled: false, storePath: "/state/cron/jobs.json", jobs: 3, nextWakeAtMs: null });
    expect(await bench(true).ask("cron.status")).toMatchObject({ enabled: true, nextWakeAtMs: 1000 });
  });

  it("shows the finished runs of a job, newest first", async () => {
    const { ask, store } = bench();
    for (const ts of [1, 2, 3]) await store.appendRun({ ts, jobId: "one", action: "finished", status: "ok", runAtMs: ts, durationMs: 1 });
    const { entries, ...page } = await ask("cron.runs", { id: "one", limit: 2 });
    expect((entries as { ts: number }[]).map(({ ts }) => ts)).toEqual([3, 2]);
    expect(page).toMatchObject({ total: 3, hasMore: true, nextOffset: 2 });
    expect(((await ask("cron.runs", { jobId: "one", sortDir: "asc" })).entries as { ts: number }[])[0]!.ts).toBe(1);
    await expect(ask("cron.runs", { id: "nine" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
