import type { Runner } from "@travelagent/protocol/testing";
import type { Job, RunRecord } from "../job.ts";
import type { JobStore } from "../store.ts";
import { sampleJob } from "./sample-job.ts";

export interface JobStoreBench {
  store: JobStore;
  /** The same data as a new process finds it. Absent for a store that does not outlive its process. */
  reopen?: () => Promise<JobStore>;
  close(): Promise<void>;
}

/** What every job store promises. `open` gives an empty one. */
export function jobStoreContract({ describe, it, expect }: Runner, name: string, open: () => Promise<JobStoreBench>): void {
  const withBench = (work: (bench: JobStoreBench) => Promise<void>) => async () => {
    const bench = await open();
    try {
      await work(bench);
    } finally {
      await bench.close();
    }
  };
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => "none",
      (error: { code?: string }) => error.code,
    );
  const run = (index: number, jobId = "price-watch"): RunRecord => ({
    ts: index,
    jobId,
    action: "finished",
    status: "ok",
    summary: `run ${index}`,
    runAtMs: index,
    durationMs: 1,
  });

  describe(`job store contract: ${name}`, () => {
    it(
      "gives back what it was given, in the order of creation",
      withBench(async ({ store }) => {
        const jobs = [sampleJob(), sampleJob({ id: "second", name: "second" })];
        for (const job of jobs) await store.upsert(job);
        await store.upsert({ ...jobs[0]!, enabled: false });
        expect(await store.list()).toEqual([{ ...jobs[0]!, enabled: false }, jobs[1]]);
        expect(await store.get("second")).toEqual(jobs[1]);
        expect(await store.get("third")).toBe(null);
      }),
    );

    it(
      "copies what it takes and gives",
      withBench(async ({ store }) => {
        const job = sampleJob();
        await store.upsert(job);
        job.name = "changed outside";
        (await store.list())[0]!.enabled = false;
        expect(await store.get(job.id)).toEqual(sampleJob());
      }),
    );

    it(
      "refuses what is no job, and an id that could leave its directory",
      withBench(async ({ store }) => {
        expect(await codeOf(store.upsert({ ...sampleJob(), schedule: { kind: "every", everyMs: 0 } }))).toBe("INVALID_REQUEST");
        expect(await codeOf(store.upsert({ ...sampleJob(), id: "../up" }))).toBe("INVALID_REQUEST");
        expect(await codeOf(store.upsert({ ...sampleJob(), surprise: 1 } as unknown as Job))).toBe("INVALID_REQUEST");
        expect(await store.list()).toEqual([]);
      }),
    );

    it(
      "keeps the history of each job apart, oldest first, the last ones when there are many",
      withBench(async ({ store }) => {
        await store.upsert(sampleJob());
        await store.upsert(sampleJob({ id: "second", name: "second" }));
        for (let index = 1; index <= 5; index++) await store.appendRun(run(index));
        await store.appendRun(run(9, "second"));
        expect(await store.runs("price-watch")).toEqual([1, 2, 3, 4, 5].map((index) => run(index)));
        expect(await store.runs("price-watch", { limit: 2 })).toEqual([run(4), run(5)]);
        expect(await store.runs("nobody")).toEqual([]);
        expect(await codeOf(store.appendRun(run(1, "nobody")))).toBe("NOT_FOUND");
      }),
    );

    it(
      "forgets a removed job with all it had",
      withBench(async ({ store }) => {
        await store.upsert(sampleJob());
        await store.appendRun(run(1));
        await store.claim("price-watch", 1000);
        expect(await store.remove("price-watch")).toBe(true);
        expect(await store.remove("price-watch")).toBe(false);
        await store.upsert(sampleJob());
        expect(await store.runs("price-watch")).toEqual([]);
        expect(await store.claim("price-watch", 1000)).toBe(true);
      }),
    );

    it(
      "gives a slot to one of many",
      withBench(async ({ store }) => {
        await store.upsert(sampleJob());
        const claims = await Promise.all(Array.from({ length: 20 }, () => store.claim("price-watch", 5000)));
        expect(claims.filter((got) => got).length).toBe(1);
        expect(await store.claim("price-watch", 6000)).toBe(true);
        expect(await store.claim("other", 5000)).toBe(true);
      }),
    );

    it(
      "never gives an old slot again, however long ago it was",
      withBench(async ({ store }) => {
        const day = 24 * 60 * 60 * 1000;
        await store.upsert(sampleJob());
        expect(await store.claim("price-watch", 100 * day)).toBe(true);
        expect(await store.claim("price-watch", 130 * day)).toBe(true);
        expect(await store.claim("price-watch", 100 * day)).toBe(false);
        expect(await store.claim("price-watch", 129 * day)).toBe(true);
        expect(await store.claim("price-watch", 129 * day)).toBe(false);
      }),
    );

    it(
      "loses nothing when many write at once",
      withBench(async ({ store }) => {
        await Promise.all(Array.from({ length: 20 }, (_, index) => store.upsert(sampleJob({ id: `job-${index}`, name: `job ${index}` }))));
        await Promise.all(Array.from({ length: 20 }, (_, index) => store.appendRun(run(index, "job-0"))));
        expect((await store.list()).length).toBe(20);
        expect((await store.runs("job-0")).length).toBe(20);
      }),
    );

    it(
      "has it all after a restart",
      withBench(async ({ store, reopen }) => {
        if (!reopen) return;
        await store.upsert(sampleJob({ state: { nextRunAtMs: 7, lastStatus: "ok" } }));
        await store.appendRun(run(1));
        await store.claim("price-watch", 5000);
        const again = await reopen();
        expect(await again.list()).toEqual([sampleJob({ state: { nextRunAtMs: 7, lastStatus: "ok" } })]);
        expect(await again.runs("price-watch")).toEqual([run(1)]);
        expect(await again.claim("price-watch", 5000)).toBe(false);
      }),
    );
  });
}
