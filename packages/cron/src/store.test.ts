import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@travelagent/engine";
import { describe, expect, it } from "vitest";
import { memoryJobStore, openFileJobStore } from "./index.ts";
import { jobStoreContract, sampleJob } from "./testing/index.ts";

async function fileBench() {
  const dir = await mkdtemp(join(tmpdir(), "cron-"));
  const db = openDatabase({ path: join(dir, "data.db") });
  const open = () => openFileJobStore({ jobsPath: join(dir, "cron", "jobs.json"), runsDirectory: join(dir, "cron", "runs"), db });
  return {
    dir,
    store: await open(),
    reopen: open,
    close: async () => {
      await db.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

jobStoreContract({ describe, it, expect }, "files", fileBench);
jobStoreContract({ describe, it, expect }, "memory", async () => ({ store: memoryJobStore(), close: async () => {} }));

describe("the file job store", () => {
  const withFiles = (work: (bench: Awaited<ReturnType<typeof fileBench>>) => Promise<void>) => async () => {
    const bench = await fileBench();
    await work(bench).finally(bench.close);
  };

  it(
    "writes version 1, for the owner's eyes alone",
    withFiles(async ({ dir, store }) => {
      await store.upsert(sampleJob());
      expect(JSON.parse(await readFile(join(dir, "cron", "jobs.json"), "utf8"))).toEqual({ version: 1, jobs: [sampleJob()] });
      expect((await stat(join(dir, "cron", "jobs.json"))).mode & 0o777).toBe(0o600);
      expect((await stat(join(dir, "cron"))).mode & 0o777).toBe(0o700);
    }),
  );

  it(
    "refuses a file it cannot read as jobs, and leaves it",
    withFiles(async ({ dir, store, reopen }) => {
      await store.upsert(sampleJob());
      for (const text of ["{ half", '{"version": 2, "jobs": []}']) {
        await writeFile(join(dir, "cron", "jobs.json"), text);
        await expect(reopen()).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
        expect(await readFile(join(dir, "cron", "jobs.json"), "utf8")).toBe(text);
      }
    }),
  );

  it(
    "reads on after a line that a crash cut short",
    withFiles(async ({ dir, store }) => {
      await store.upsert(sampleJob());
      const run = { jobId: "price-watch", action: "finished", status: "ok", durationMs: 1 } as const;
      await store.appendRun({ ...run, ts: 1, runAtMs: 1 });
      await appendFile(join(dir, "cron", "runs", "price-watch.jsonl"), '{"ts":2,"jobId":"pri');
      await store.appendRun({ ...run, ts: 3, runAtMs: 3 });
      expect((await store.runs("price-watch")).map(({ ts }) => ts)).toEqual([1, 3]);
    }),
  );

  it(
    "keeps a history from growing without end",
    withFiles(async ({ dir, store }) => {
      await store.upsert(sampleJob());
      const run = { jobId: "price-watch", action: "finished", status: "ok", durationMs: 1 } as const;
      const path = join(dir, "cron", "runs", "price-watch.jsonl");
      await store.appendRun({ ...run, ts: 0, runAtMs: 0 });
      const lines = Array.from({ length: 2500 }, (_, index) => JSON.stringify({ ...run, ts: index, runAtMs: index, summary: "x".repeat(900) }));
      await writeFile(path, `${lines.join("\n")}\n`);
      await store.appendRun({ ...run, ts: 9999, runAtMs: 9999 });
      const kept = (await readFile(path, "utf8")).trimEnd().split("\n");
      expect(kept).toHaveLength(2000);
      expect(JSON.parse(kept.at(-1)!).ts).toBe(9999);
      expect(JSON.parse(kept[0]!).ts).toBe(501);
    }),
  );
});
