import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Engine, WorkRequest } from "@travelagent/protocol/ports";
import type { Runner } from "@travelagent/protocol/testing";
import type { ChildOrder } from "./contract-child.ts";
import { defineContractWork, fileLedger, type Ledger, sagaCrashPoints, sagaEffects } from "./contract-work.ts";

/** One store that an engine is opened on, closed and opened again. */
export interface EngineBench {
  /** Where the store is, as the child script understands it. */
  location: string;
  /** Opens the store in this process, not started. Called again after the engine before it has stopped or was killed. */
  open(): Promise<Engine>;
  /** A script that calls `contractChild` with the same engine. */
  childScript: URL;
  /** Options for node to run that script, such as conditions. */
  execArgv?: string[];
  dispose(): Promise<void>;
}

/** The rules every engine keeps. `bench` makes a new, empty store for each test. */
export function engineContract({ describe, it, expect }: Runner, name: string, bench: () => Promise<EngineBench>): void {
  interface World {
    bench: EngineBench;
    ledger: Ledger;
    ledgerPath: string;
    /** Opens, defines and starts; stopped at the end of the test. */
    start(): Promise<Engine>;
    /** A process of its own that works until it is killed; resolves when it is dead. */
    killed(requests: WorkRequest[], when?: (child: ChildProcess) => Promise<void>): Promise<void>;
  }

  async function inWorld(body: (world: World) => Promise<void>): Promise<void> {
    const directory = await mkdtemp(join(tmpdir(), "engine-contract-"));
    const ledgerPath = join(directory, "ledger");
    const ledger = fileLedger(ledgerPath);
    const store = await bench();
    const engines: Engine[] = [];
    try {
      await body({
        bench: store,
        ledger,
        ledgerPath,
        async start() {
          const engine = await store.open();
          engines.push(engine);
          defineContractWork(engine, ledger, () => {});
          await engine.start();
          return engine;
        },
        async killed(requests, when) {
          const child = fork(fileURLToPath(store.childScript), { execArgv: store.execArgv ?? [], serialization: "json" });
          const exit = once(child, "exit");
          const order: ChildOrder = { location: store.location, ledger: ledgerPath, requests };
          child.send(order);
          if (when) {
            await when(child);
            child.kill("SIGKILL");
          }
          const [, signal] = await exit;
          expect(signal).toBe("SIGKILL");
        },
      });
    } finally {
      for (const engine of engines) await engine.stop({ drainMs: 0 });
      await store.dispose();
      await rm(directory, { recursive: true, force: true });
    }
  }

  const check = (rule: string, body: (world: World) => Promise<void>, timeoutMs = 20_000) => it(rule, () => inWorld(body), timeoutMs);
  const until = async (holds: () => boolean) => {
    for (let tries = 0; tries < 1000 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(holds()).toBe(true);
  };

  describe(`engine contract: ${name}`, () => {
    check("runs the work of a lane in the order of submission, one at a time, each once", async ({ start, ledger }) => {
      const { work } = await start();
      const ids: string[] = [];
      for (let turn = 0; turn < 10; turn++) {
        for (const lane of ["a", "b", "c"]) {
          const id = `${lane}${turn}`;
          ids.push(id);
          await work.submit({ name: "note", id, lane, input: { ms: turn % 3 } });
        }
      }
      for (const id of ids) await work.result(id, 10_000);
      for (const lane of ["a", "b", "c"]) {
        const seen = ledger.lines().filter((line) => line.split(" ")[1] === lane);
        expect(seen).toEqual(Array.from({ length: 10 }, (_, turn) => [`start ${lane} ${lane}${turn}`, `end ${lane} ${lane}${turn}`]).flat());
      }
    });

    check("keeps lanes exclusive while many submit into them at once", async ({ start, ledger }) => {
      const { work } = await start();
      const lanes = Array.from({ length: 20 }, (_, lane) => `lane${lane}`);
      await Promise.all(
        lanes.flatMap((lane) =>
          Array.from({ length: 8 }, async (_, writer) => {
            for (let turn = 0; turn < 5; turn++) {
              await work.submit({ name: "note", id: `${lane}-${writer}-${turn}`, lane, input: { ms: 1 }, priority: (writer * 7 + turn) % 3 });
            }
          }),
        ),
      );
      for (const lane of lanes) for (let writer = 0; writer < 8; writer++) await work.result(`${lane}-${writer}-4`, 15_000);
      for (const lane of lanes) {
        const seen = ledger.lines().filter((line) => line.split(" ")[1] === lane);
        expect(seen.length).toBe(80);
        for (let at = 0; at < seen.length; at += 2) expect(seen[at + 1]).toBe(seen[at]?.replace("start", "end"));
        for (let writer = 0; writer < 8; writer++) {
          const order = seen.filter((line) => line.startsWith(`start ${lane} ${lane}-${writer}-`)).map((line) => line.slice(-1));
          expect(order).toEqual(["0", "1", "2", "3", "4"]);
        }
      }
    });

    check("lets others work while one sleeps, and its own lane wait", async ({ start, ledger }) => {
      const { work } = await start();
      for (let lane = 0; lane < 200; lane++) await work.submit({ name: "nap", id: `nap${lane}`, lane: `nap${lane}`, input: { ms: 1500 }, timeoutMs: 700 });
      await work.submit({ name: "note", id: "behind", lane: "nap0", input: { ms: 0 } });
      await work.submit({ name: "note", id: "other", lane: "other", input: { ms: 0 } });
      await work.result("other", 5000);
      expect(ledger.lines().some((line) => line.startsWith("awake"))).toBe(false);
      // Longer than the time-out of the work, which does not run in its sleep.
      expect((await work.result("nap0", 5000)).state).toBe("done");
      await work.result("behind", 5000);
      expect(ledger.lines().indexOf("awake nap0")).toBeLessThan(ledger.lines().indexOf("start nap0 behind"));
      for (let lane = 0; lane < 200; lane++) expect((await work.result(`nap${lane}`, 5000)).state).toBe("done");
    });

    check("ends a sleep when the work is cancelled, and lets the lane go on", async ({ start }) => {
      const { work } = await start();
      await work.submit({ name: "nap", id: "sleeper", lane: "a", input: { ms: 60_000 } });
      await work.submit({ name: "note", id: "next", lane: "a", input: { ms: 0 } });
      await new Promise((resolve) => setTimeout(resolve, 100));
      await work.cancel("sleeper");
      expect((await work.result("sleeper", 5000)).state).toBe("cancelled");
      expect((await work.result("next", 5000)).state).toBe("done");
    });

    check("sleeps no longer because the process died meanwhile", async ({ start, killed, ledger }) => {
      const began = Date.now();
      await killed([{ name: "nap", id: "n", lane: "a", input: { ms: 3000, dies: true } }]);
      const { work } = await start();
      expect((await work.result("n", 10_000)).value).toBe(2);
      expect(Date.now() - began).toBeGreaterThan(2999);
      expect(Date.now() - began).toBeLessThan(5500);
      expect(ledger.lines()).toEqual(["nap n", "nap n", "awake n"]);
    });

    check("changes nothing when an id is submitted again", async ({ start, ledger }) => {
      const { work } = await start();
      await Promise.all([1, 2, 3].map(() => work.submit({ name: "note", id: "same", lane: "a", input: { ms: 0 } })));
      await work.result("same", 5000);
      await work.submit({ name: "note", id: "same", lane: "a", input: { ms: 0 } });
      await work.submit({ name: "note", id: "next", lane: "a", input: { ms: 0 } });
      await work.result("next", 5000);
      expect(ledger.lines()).toEqual(["start a same", "end a same", "start a next", "end a next"]);
    });

    check("never starts queued work that was cancelled, and lets the lane go on", async ({ start, ledger }) => {
      const { work } = await start();
      await work.submit({ name: "note", id: "first", lane: "a", input: { ms: 100 } });
      await work.submit({ name: "note", id: "second", lane: "a", input: { ms: 0 } });
      await work.submit({ name: "note", id: "third", lane: "a", input: { ms: 0 } });
      await work.cancel("second");
      expect((await work.result("third", 5000)).state).toBe("done");
      expect((await work.result("second", 5000)).state).toBe("cancelled");
      expect(ledger.lines().some((line) => line.includes("second"))).toBe(false);
    });

    check("aborts running work that is cancelled, and lets the lane go on", async ({ start, ledger }) => {
      const { work } = await start();
      await work.submit({ name: "hang", id: "stuck", lane: "a" });
      await work.submit({ name: "note", id: "next", lane: "a", input: { ms: 0 } });
      await until(() => ledger.lines().includes("hang stuck"));
      await work.cancel("stuck");
      expect(await work.result("stuck", 5000)).toMatchObject({ state: "cancelled", error: { code: "CANCELLED" } });
      expect((await work.result("next", 5000)).state).toBe("done");
    });

    check("frees the lane of work that takes too long and does not listen, and refuses its late steps", async ({ start, ledger }) => {
      const { work } = await start();
      await work.submit({ name: "deaf", id: "slow", lane: "a", timeoutMs: 100 });
      await work.submit({ name: "note", id: "next", lane: "a", input: { ms: 0 } });
      expect(await work.result("slow", 10_000)).toMatchObject({ state: "failed", error: { code: "TIMEOUT" } });
      expect((await work.result("next", 10_000)).state).toBe("done");
      await new Promise((resolve) => setTimeout(resolve, 1600));
      expect(ledger.lines().includes("late slow")).toBe(false);
      expect((await work.result("slow")).state).toBe("failed");
    });

    check("lets a lane go on after work that failed", async ({ start }) => {
      const { work } = await start();
      await work.submit({ name: "fail", id: "bad", lane: "a" });
      await work.submit({ name: "note", id: "next", lane: "a", input: { ms: 0 } });
      expect(await work.result("bad", 5000)).toMatchObject({ state: "failed", error: { code: "SUPPLIER_REJECTED" } });
      expect((await work.result("next", 5000)).state).toBe("done");
    });

    check("makes work that kills its process dead, and lets the lane go on", async ({ start, killed, ledger }) => {
      await killed([
        { name: "poison", id: "bad", lane: "a" },
        { name: "note", id: "next", lane: "a", input: { ms: 0 } },
      ]);
      await killed([]);
      const { work } = await start();
      expect((await work.result("bad", 15_000)).state).toBe("dead");
      expect((await work.result("next", 15_000)).state).toBe("done");
      expect(ledger.lines()).toEqual(["poison bad", "poison bad", "start a next", "end a next"]);
      expect((await work.list({ state: "dead" })).map(({ id }) => id)).toEqual(["bad"]);
    });

    check("resumes work that was killed in the middle at the head of its lane, with its memos", async ({ start, killed, ledger }) => {
      await killed([
        { name: "die once", id: "one", lane: "a" },
        { name: "note", id: "two", lane: "a", input: { ms: 0 } },
      ]);
      const { work } = await start();
      await work.submit({ name: "note", id: "three", lane: "a", input: { ms: 0 } });
      expect(await work.result("one", 15_000)).toEqual({ state: "done", value: 2 });
      expect((await work.result("three", 15_000)).state).toBe("done");
      const lines = ledger.lines();
      expect(lines.filter((line) => line === "before one").length).toBe(1);
      expect(lines.indexOf("after one")).toBeLessThan(lines.indexOf("start a three"));
    });

    check("loses nothing that was submitted when its process is killed at any time", async ({ start, killed }) => {
      const requests = Array.from({ length: 60 }, (_, at): WorkRequest => ({ name: "note", id: `n${at}`, lane: `l${at % 6}`, input: { ms: 20 } }));
      await killed(requests, async (child) => {
        await once(child, "message");
        await new Promise((resolve) => setTimeout(resolve, 60));
      });
      const { work } = await start();
      for (const { id } of requests) expect((await work.result(id, 15_000)).state).toBe("done");
    });

    for (let crashAt = 0; crashAt < sagaCrashPoints; crashAt++) {
      check(`ends a saga rightly that was killed at point ${crashAt + 1} of ${sagaCrashPoints}`, async ({ start, killed, ledger }) => {
        await killed([{ name: "saga", id: "trip", input: { crashAt } }]);
        const { work } = await start();
        expect(await work.result("trip", 15_000)).toEqual({ state: "done", value: "compensated" });
        const effects = ledger.lines().map((line) => line.split(" ")[1]);
        // Only the effect during which the process died may have been asked for twice, by the same key.
        expect(effects.filter((effect, at) => effect !== effects[at - 1])).toEqual([...sagaEffects]);
        expect(effects.length).toBe(sagaEffects.length + (crashAt % 2 === 1 ? 1 : 0));
      });
    }

    check("resumes what a stop interrupted, and does not call that a crash", async ({ start, ledger }) => {
      const first = await start();
      await first.work.submit({ name: "hang", id: "long", lane: "a" });
      await until(() => ledger.lines().includes("hang long"));
      await first.stop({ drainMs: 0 });
      const second = await start();
      await until(() => ledger.lines().filter((line) => line === "hang long").length === 2);
      const [info] = await second.work.list({ name: "hang" });
      expect(info).toMatchObject({ id: "long", state: "running", crashes: 0 });
    });

    check("gives a lease to one owner at a time", async ({ start }) => {
      const { leases } = await start();
      const lease = await leases.acquire("cron", 5000);
      expect(lease?.valid()).toBe(true);
      expect(await leases.acquire("cron", 5000)).toBe(null);
      await lease?.release();
      expect(lease?.valid()).toBe(false);
      const next = await leases.acquire("cron", 5000);
      expect(next?.epoch).toBe((lease?.epoch ?? 0) + 1);
      await next?.release();
    });

    check("gives a new owner a higher epoch", async ({ start }) => {
      const first = await start();
      const lease = await first.leases.acquire("account", 2000);
      await first.stop({ drainMs: 0 });
      const second = await start();
      let taken = await second.leases.acquire("account", 2000);
      for (let tries = 0; !taken && tries < 60; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        taken = await second.leases.acquire("account", 2000);
      }
      expect(taken?.epoch).toBeGreaterThan(lease?.epoch ?? 0);
      expect(lease?.valid()).toBe(false);
    });

    check("carries a message to every listener, also past one that throws", async ({ start }) => {
      const { bus } = await start();
      const heard: unknown[] = [];
      const end = bus.subscribe((topic, message) => void heard.push(["one", topic, message]));
      bus.subscribe(() => {
        throw new Error("a bad listener");
      });
      bus.subscribe((topic, message) => void heard.push(["two", topic, message]));
      bus.publish("price", { offer: 1 });
      await until(() => heard.length === 2);
      end();
      bus.publish("price", { offer: 2 });
      await until(() => heard.length === 3);
      expect(heard).toEqual([
        ["one", "price", { offer: 1 }],
        ["two", "price", { offer: 1 }],
        ["two", "price", { offer: 2 }],
      ]);
    });
  });
}
