import { openEngine } from "@travelagent/engine";
import { type Call, methods } from "@travelagent/protocol";
import type { Engine } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { cronHandlers } from "./handlers.ts";
import { memoryJobStore } from "./memory-store.ts";
import { createScheduler } from "./scheduler.ts";
import { sampleJob } from "./testing/sample-job.ts";

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop({ drainMs: 0 });
});

async function bench(enabled = false) {
  const store = memoryJobStore([
    sampleJob({ id: "one", name: "Morning round", schedule: { kind: "at", atMs: Date.UTC(2027, 2, 28, 10) } }),
    sampleJob({ id: "two", name: "Airfare watch", enabled: false }),
    sampleJob({ id: "three", name: "Invoices", schedule: { kind: "cron", expr: "0 8 * 6 *", tz: "UTC" } }),
  ]);
  const engine = openEngine({ path: ":memory:" });
  engines.push(engine);
  const ran: string[] = [];
  const scheduler = createScheduler({
    store,
    db: engine.db,
    work: engine.work,
    clock: fakeClock(),
    enabled,
    perform: async ({ job, dryRun }) => {
      if (!dryRun) ran.push(job.id);
      return { status: "ok", summary: `${job.name} looked after` };
    },
  });
  await scheduler.prepare();
  await engine.start();
  await scheduler.start();
  const handlers = cronHandlers({ scheduler, storePath: "/state/cron/jobs.json" }) as Record<
    string,
    (params: unknown, call: Call) => Promise<Record<string, unknown>>
  >;
  const ask = async (method: string, params?: object, protocol = 3) => {
    const parsed = methods[method as keyof typeof methods].params.parse(params);
    return handlers[method]!(parsed, { protocol, actor: "ana", signal: new AbortController().signal } as unknown as Call);
  };
  return { store, scheduler, ran, ask };
}
const ids = ({ jobs }: Record<string, unknown>) => (jobs as { id: string }[]).map(({ id }) => id);

describe("cron jobs on the wire", () => {
  it("lists those that are on, and the others when asked", async () => {
    const { ask } = await bench();
    expect(ids(await ask("cron.list"))).toEqual(["one", "three"]);
    expect(ids(await ask("cron.list", { includeDisabled: true }))).toEqual(["one", "two", "three"]);
    expect(ids(await ask("cron.list", { enabled: "disabled" }))).toEqual(["two"]);
    expect(ids(await ask("cron.list", { enabled: "all", query: "AIR" }))).toEqual(["two"]);
    expect(ids(await ask("cron.list", { enabled: "all", sortBy: "name", sortDir: "desc" }))).toEqual(["one", "three", "two"]);
  });

  it("lists in pages that know their revision", async () => {
    const { ask, scheduler } = await bench();
    const first = await ask("cron.list", { enabled: "all", limit: 2 });
    const second = await ask("cron.list", { enabled: "all", limit: 2, offset: 2 });
    expect(first).toMatchObject({ total: 3, offset: 0, limit: 2, hasMore: true, nextOffset: 2 });
    expect(second).toMatchObject({ total: 3, hasMore: false, nextOffset: null, snapshotRevision: first.snapshotRevision });
    await scheduler.remove("three");
    expect((await ask("cron.list", { enabled: "all", limit: 2 })).snapshotRevision).not.toBe(first.snapshotRevision);
  });

  it("tells the time of a single run as each generation of clients reads it", async () => {
    const { ask } = await bench();
    const scheduleOf = async (protocol: number) => ((await ask("cron.list", {}, protocol)).jobs as { schedule: unknown }[])[0]!.schedule;
    expect(await scheduleOf(3)).toEqual({ kind: "at", atMs: Date.UTC(2027, 2, 28, 10) });
    expect(await scheduleOf(4)).toEqual({ kind: "at", at: "2027-03-28T10:00:00.000Z" });
  });

  it("has no next time while nothing runs the jobs", async () => {
    const off = await bench();
    expect(await off.ask("cron.status")).toEqual({ enabled: false, storePath: "/state/cron/jobs.json", jobs: 3, nextWakeAtMs: null });
    const on = await bench(true);
    expect(await on.ask("cron.status")).toMatchObject({ enabled: true, nextWakeAtMs: Date.UTC(2027, 2, 28, 10) });
  });

  it("shows the finished runs of a job, newest first", async () => {
    const { ask, store } = await bench();
    for (const ts of [1, 2, 3]) await store.appendRun({ ts, jobId: "one", action: "finished", status: "ok", runAtMs: ts, durationMs: 1 });
    const { entries, ...page } = await ask("cron.runs", { id: "one", limit: 2 });
    expect((entries as { ts: number }[]).map(({ ts }) => ts)).toEqual([3, 2]);
    expect(page).toMatchObject({ total: 3, hasMore: true, nextOffset: 2 });
    expect(((await ask("cron.runs", { jobId: "one", sortDir: "asc" })).entries as { ts: number }[])[0]!.ts).toBe(1);
    await expect(ask("cron.runs", { id: "nine" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("takes a job as programs write it, and the same key as the same job", async () => {
    const { ask } = await bench();
    const made = await ask("cron.add", {
      job: { name: " Rounds ", schedule: { at: "2027-05-01T10:00" }, payload: { message: "Look.", provider: "telegram", deliver: "yes" }, enabled: "true" },
      idempotencyKey: "k",
    });
    expect(made).toMatchObject({
      name: "Rounds",
      enabled: true,
      schedule: { kind: "at", atMs: Date.UTC(2027, 4, 1, 10) },
      sessionTarget: "isolated",
      wakeMode: "next-heartbeat",
      payload: { kind: "agentTurn", message: "Look.", channel: "telegram", deliver: true },
      state: { nextRunAtMs: Date.UTC(2027, 4, 1, 10) },
    });
    expect((await ask("cron.add", { job: { name: "x" }, idempotencyKey: "k" })).id).toBe(made.id);
    expect(await ask("cron.add", { name: "n", schedule: { everyMs: 1000 }, payload: { text: "t" } })).toMatchObject({
      schedule: { kind: "every", everyMs: 1000 },
      sessionTarget: "main",
      payload: { kind: "systemEvent", text: "t" },
    });
    await expect(ask("cron.add", { name: "n", schedule: { everyMs: 0 }, payload: { text: "t" } })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(ask("cron.add", { name: "n", schedule: { at: "soon" }, payload: { text: "t" } })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(await ask("cron.update", { id: made.id, patch: { payload: { message: "Look again." }, description: "two" } })).toMatchObject({
      description: "two",
      payload: { kind: "agentTurn", message: "Look again.", channel: "telegram" },
    });
    expect(await ask("cron.update", { jobId: made.id, patch: { description: null } })).not.toHaveProperty("description");
    await expect(ask("cron.update", { id: "nine", patch: {} })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await ask("cron.remove", { id: made.id })).toEqual({ ok: true, removed: true });
    expect(await ask("cron.remove", { id: made.id })).toEqual({ ok: true, removed: false });
  });

  it("runs now, says what a run would do, and shows the next times", async () => {
    const { ask, ran, scheduler } = await bench();
    expect(await ask("cron.run", { id: "three", dryRun: true })).toMatchObject({ ok: true, dryRun: true, summary: "Invoices looked after" });
    expect(ran).toEqual([]);
    expect(await ask("cron.run", { id: "three", mode: "due" })).toMatchObject({ ok: true, ran: false });
    expect(await ask("cron.run", { id: "three", mode: "force" })).toEqual({ ok: true, ran: true });
    while (scheduler.running().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ran).toEqual(["three"]);
    expect(await ask("cron.run", { id: "two", mode: "if-enabled" }, 4)).toMatchObject({ ok: true });
    expect(ran).toEqual(["three"]);
    expect(await ask("cron.cancel", { id: "three" })).toEqual({ ok: true, cancelled: false });
    expect(await ask("cron.preview", { id: "three", count: 2 })).toMatchObject({
      fires: [
        { local: "2027-06-01 08:00:00", timeZone: "UTC" },
        { local: "2027-06-02 08:00:00", timeZone: "UTC" },
      ],
    });
    expect(await ask("cron.preview", { schedule: { expr: "0 0 1 1 *", tz: "Asia/Tokyo" }, count: 1 })).toMatchObject({
      fires: [{ local: "2028-01-01 00:00:00" }],
    });
    await expect(ask("cron.preview", { schedule: { expr: "soon" } })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });
});
