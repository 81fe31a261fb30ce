import { TravelAgentError } from "@travelagent/protocol";
import type { Engine } from "@travelagent/protocol/ports";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { type EngineOptions, openEngine } from "./engine.ts";
import { testEngine } from "./testing/index.ts";

describe("durable work", () => {
  const engines: Engine[] = [];
  const engineWith = async (options: Partial<EngineOptions> = {}) => {
    const engine = await testEngine(options);
    engines.push(engine);
    return engine;
  };
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.stop({ drainMs: 0 });
  });
  const settle = (ms = 30) => new Promise<void>((resolve) => setTimeout(resolve, ms));

  it("gives free slots to the higher priority first, and keeps the order inside a lane", async () => {
    const { work } = await engineWith({ concurrency: 1 });
    const ran: string[] = [];
    work.define("note", async ({ id }) => {
      ran.push(id);
      await settle(5);
    });
    await Promise.all([
      work.submit({ name: "note", id: "first", lane: "x" }),
      work.submit({ name: "note", id: "low1", lane: "a", priority: 0 }),
      work.submit({ name: "note", id: "low2", lane: "a", priority: 9 }),
      work.submit({ name: "note", id: "high", lane: "b", priority: 5 }),
    ]);
    await work.result("low2", 5000);
    expect(ran).toEqual(["high", "first", "low1", "low2"]);
  });

  describe("that begins with its first step", () => {
    const stateOf = async (engine: Engine, id: string) => engine.db.get("select state, attempts from work where id = ?", id);

    it("is stored as running before the step is at work, and with the first transaction", async () => {
      const engine = await engineWith();
      const seen: unknown[] = [];
      engine.work.define(
        "turn",
        async (context, input) => {
          seen.push(input, context.attempt, await stateOf(engine, context.id));
          if (context.id === "step") await context.step("one", async () => void seen.push(await stateOf(engine, context.id)));
          else await context.transaction("one", async (tx) => tx.get("select 1"));
          seen.push(await stateOf(engine, context.id));
        },
        { beginsWithFirstStep: true },
      );
      const [queued, running] = [
        { state: "queued", attempts: 0 },
        { state: "running", attempts: 1 },
      ];
      await engine.work.submit({ name: "turn", id: "step", input: 7 });
      expect(await engine.work.result("step", 5000)).toMatchObject({ state: "done" });
      expect(seen.splice(0)).toEqual([7, 1, queued, running, running]);
      await engine.work.submit({ name: "turn", id: "transaction" });
      expect(await engine.work.result("transaction", 5000)).toMatchObject({ state: "done" });
      expect(seen).toEqual([undefined, 1, queued, running]);
    });

    it("ends as anything else does without any step, by itself, by a failure, by its time and by others", async () => {
      const engine = await engineWith({ abandonAfterMs: 10 });
      engine.work.define(
        "turn",
        async (_, input) => (input === "fail" ? Promise.reject(new TravelAgentError("NOT_FOUND", "no")) : input === "hang" ? new Promise(() => {}) : 1),
        {
          beginsWithFirstStep: true,
        },
      );
      await engine.work.submit({ name: "turn", id: "ends" });
      expect(await engine.work.result("ends", 5000)).toMatchObject({ state: "done", value: 1 });
      await engine.work.submit({ name: "turn", id: "fails", input: "fail" });
      expect(await engine.work.result("fails", 5000)).toMatchObject({ state: "failed" });
      await engine.work.submit({ name: "turn", id: "late", input: "hang", timeoutMs: 20 });
      expect(await engine.work.result("late", 5000)).toMatchObject({ state: "failed", error: { code: "TIMEOUT" } });
      await engine.work.submit({ name: "turn", id: "stopped", input: "hang" });
      await settle();
      await engine.work.cancel("stopped");
      expect(await engine.work.result("stopped", 5000)).toMatchObject({ state: "cancelled" });
    });

    it("does nothing more for a row that is not queued any more", async () => {
      const engine = await engineWith();
      let did = 0;
      engine.work.define(
        "turn",
        async (context) => {
          await engine.db.transaction((tx) => tx.run("update work set state = 'cancelled' where id = ?", context.id));
          await context.step("one", async () => void did++);
        },
        { beginsWithFirstStep: true },
      );
      await engine.work.submit({ name: "turn", id: "gone" });
      await settle(60);
      expect(did).toBe(0);
      expect(await stateOf(engine, "gone")).toMatchObject({ state: "cancelled" });
    });
  });

  it("tells how much waits and runs", async () => {
    const { work } = await engineWith({ concurrency: 1, flowConcurrency: 2 });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    work.define("turn", () => held);
    expect(work.load!()).toEqual({ waiting: 0, running: 0, slots: 3 });
    for (const id of ["a", "b", "c"]) await work.submit({ name: "turn", id, lane: id });
    await expect.poll(() => work.load!()).toEqual({ waiting: 2, running: 1, slots: 3 });
    await work.cancel("c");
    expect(work.load!().waiting).toBe(1);
    release();
    await work.result("b", 5000);
    await expect.poll(() => work.load!()).toEqual({ waiting: 0, running: 0, slots: 3 });
  });

  it("lets a turn wait for a flow that it has started, although all slots are taken", async () => {
    const { work } = await engineWith({ concurrency: 1 });
    work.define("flow", async () => "booked");
    work.define("turn", async ({ id }) => {
      await work.submit({ name: "flow", id: `${id}/flow` });
      return (await work.result(`${id}/flow`)).value;
    });
    await work.submit({ name: "turn", id: "t", lane: "a" });
    expect(await work.result("t", 5000)).toEqual({ state: "done", value: "booked" });
  });

  it("submits with the caller's transaction or not at all", async () => {
    const { work, db } = await engineWith();
    work.define("turn", async () => "ran");
    await expect(
      db.transaction(async (tx) => {
        await work.submit({ name: "turn", id: "lost", lane: "a" }, tx);
        throw new Error("the inbox row could not be written");
      }),
    ).rejects.toThrow("inbox");
    await db.transaction((tx) => work.submit({ name: "turn", id: "kept", lane: "a" }, tx));
    expect(await work.result("kept", 5000)).toEqual({ state: "done", value: "ran" });
    expect(await work.state("lost")).toBe(null);
    await expect(work.result("lost", 100)).rejects.toEqual(expect.objectContaining({ code: "NOT_FOUND" }));
  });

  it("refuses the transaction of another database", async () => {
    const one = await engineWith();
    const other = await engineWith();
    await expect(other.db.transaction((tx) => one.work.submit({ name: "turn", id: "1" }, tx))).rejects.toEqual(
      expect.objectContaining({ code: "INVALID_REQUEST" }),
    );
  });

  it("tries a step again only for failures that may pass, and remembers the last one", async () => {
    const clock = fakeClock();
    const { work } = await engineWith({ clock });
    const calls = { busy: 0, refused: 0 };
    work.define("turn", async ({ step }) => {
      const busy = await step(
        "busy",
        async () => {
          if (++calls.busy < 3) throw new TravelAgentError("MODEL_OVERLOADED", "the model is busy");
          return "answer";
        },
        { retries: 2 },
      );
      const refused = await step(
        "refused",
        async () => {
          calls.refused++;
          throw new TravelAgentError("SOLD_OUT", "no seats");
        },
        { retries: 5 },
      ).catch((error: TravelAgentError) => error.code);
      return { busy, refused };
    });
    await work.submit({ name: "turn", id: "t" });
    const result = work.result("t");
    for (const count of [1, 2]) {
      await expect.poll(() => calls.busy).toBe(count);
      await settle();
      await clock.advance(400);
    }
    expect(await result).toEqual({ state: "done", value: { busy: "answer", refused: "SOLD_OUT" } });
    expect(calls).toEqual({ busy: 3, refused: 1 });
  });

  it("ends a step that takes too long, with its own signal, and goes on", async () => {
    const { work } = await engineWith();
    let reason: unknown;
    work.define("turn", async ({ step }) =>
      step(
        "slow",
        (signal) =>
          new Promise<never>(() => {
            signal.addEventListener("abort", () => {
              reason = signal.reason;
            });
          }),
        { timeoutMs: 20 },
      ).catch((error: TravelAgentError) => error.code),
    );
    await work.submit({ name: "turn", id: "t", lane: "a" });
    expect(await work.result("t", 5000)).toEqual({ state: "done", value: "TIMEOUT" });
    expect(reason).toEqual(expect.objectContaining({ code: "TIMEOUT" }));
  });

  it("stores the effects of a transaction and its memo together, and nothing of one that throws", async () => {
    const { work, db } = await engineWith();
    await db.migrate("test", [{ version: 1, sql: "create table note (id text primary key)" }]);
    work.define("turn", async ({ transaction }) => {
      await transaction("bad", async (tx) => {
        await tx.run("insert into note values ('bad')");
        throw new TravelAgentError("CONFLICT", "taken");
      }).catch(() => {});
      return transaction("good", async (tx) => (await tx.run("insert into note values ('good')")).changes);
    });
    await work.submit({ name: "turn", id: "t" });
    expect(await work.result("t", 5000)).toEqual({ state: "done", value: 1 });
    expect(await db.all("select id from note")).toEqual([{ id: "good" }]);
  });

  it("remembers a result that joins what comes next in the same commit, and runs the step again when nothing came", async () => {
    const { work, db } = await engineWith();
    const stored = async (id: string) => (await db.all("select name from step where work_id = ? order by position", id)).map(({ name }) => name);
    const ran: string[] = [];
    const seen: unknown[] = [];
    let fails = true;
    work.define("turn", async (context, input) => {
      const note = (name: string) => async () => ran.push(name);
      await context.step("asked", note("asked"), { joinsNext: () => true });
      await context.step("apart", note("apart"), { joinsNext: () => false });
      seen.push(await stored(context.id));
      await context.step("last", note("last"), { joinsNext: () => true });
      seen.push(await stored(context.id));
      if (input === "fails" && fails) throw new TravelAgentError("INTERNAL", "too early");
      await expect(context.transaction("refused", async () => Promise.reject(new TravelAgentError("CONFLICT", "no")))).rejects.toThrow("no");
      seen.push(await stored(context.id));
    });
    await work.submit({ name: "turn", id: "one", input: "works" });
    expect((await work.result("one", 5000)).state).toBe("done");
    expect(seen.splice(0)).toEqual([
      ["asked", "apart"],
      ["asked", "apart"],
      ["asked", "apart", "last", "refused"],
    ]);
    expect(ran.splice(0)).toEqual(["asked", "apart", "last"]);

    await work.submit({ name: "turn", id: "two", input: "fails" });
    expect((await work.result("two", 5000)).state).toBe("failed");
    expect(await stored("two")).toEqual(["asked", "apart"]);
    fails = false;
    await work.retry("two");
    expect((await work.result("two", 5000)).state).toBe("done");
    expect(ran).toEqual(["asked", "apart", "last", "last"]);
  });

  it("stores a result that joins once when several steps beside each other could take it along", async () => {
    const { work, db } = await engineWith();
    let names: unknown[] = [];
    work.define("turn", async (context) => {
      await context.step("asked", async () => 1, { joinsNext: () => true });
      await Promise.all(["a", "b", "c"].map((name) => context.step(name, async () => name)));
      names = await db.all("select name from step where work_id = ? order by name", context.id);
    });
    await work.submit({ name: "turn", id: "one" });
    expect((await work.result("one", 5000)).state).toBe("done");
    expect(names).toEqual(["a", "asked", "b", "c"].map((name) => ({ name })));
  });

  it("takes a refusal that only looks like a broken disk for what it is", async () => {
    const { work } = await engineWith();
    work.define("turn", ({ transaction }) =>
      transaction("outbox", async () => {
        throw new TravelAgentError("UNAVAILABLE", "the outbox is frozen");
      }),
    );
    await work.submit({ name: "turn", id: "t" });
    expect(await work.result("t", 500)).toMatchObject({ state: "failed", error: { code: "UNAVAILABLE", message: "the outbox is frozen" } });
  });

  it("refuses two steps of one name", async () => {
    const { work } = await engineWith();
    work.define("turn", async ({ step }) => {
      await step("same", async () => 1);
      await step("same", async () => 2);
    });
    await work.submit({ name: "turn", id: "t" });
    expect(await work.result("t", 5000)).toMatchObject({ state: "failed", error: { code: "INTERNAL" } });
  });

  it("keeps the message of an unexpected error in the log and out of the result", async () => {
    const log = recordingLogger();
    const { work } = await engineWith({ log });
    work.define("turn", async () => {
      throw new Error("password=secret");
    });
    await work.submit({ name: "turn", id: "t" });
    const result = await work.result("t", 5000);
    expect(result).toMatchObject({ state: "failed", error: { code: "INTERNAL" } });
    expect(JSON.stringify(result)).not.toContain("secret");
    expect(log.lines).toContainEqual(expect.objectContaining({ level: "error", fields: expect.objectContaining({ workId: "t" }) }));
  });

  it("keeps work whose name is not defined until it is, and its lane behind it", async () => {
    const log = recordingLogger();
    const { work } = await engineWith({ log });
    const ran: string[] = [];
    work.define("known", async ({ id }) => void ran.push(id));
    await work.submit({ name: "later", id: "1", lane: "a" });
    await work.submit({ name: "known", id: "2", lane: "a" });
    await settle();
    expect([await work.state("1"), await work.state("2"), ran]).toEqual(["queued", "queued", []]);
    expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    work.define("later", async ({ id }) => void ran.push(id));
    await work.result("2", 5000);
    expect(ran).toEqual(["1", "2"]);
  });

  it("lets a lane go on when work with an unknown name at its head is cancelled", async () => {
    const { work } = await engineWith();
    work.define("known", async () => "ran");
    await work.submit({ name: "never", id: "1", lane: "a" });
    await work.submit({ name: "known", id: "2", lane: "a" });
    await settle();
    await work.cancel("1");
    expect((await work.result("2", 5000)).state).toBe("done");
  });

  it("retries failed work with the memos of what succeeded, and the failed last step anew", async () => {
    const { work } = await engineWith();
    const calls: string[] = [];
    let seats = 0;
    work.define("turn", async ({ step }) => {
      await step("hold", async () => void calls.push("hold"));
      return step("ticket", async () => {
        calls.push("ticket");
        if (seats === 0) throw new TravelAgentError("SUPPLIER_REJECTED", "not yet");
        return "ticketed";
      });
    });
    await work.submit({ name: "turn", id: "t", lane: "a" });
    expect((await work.result("t", 5000)).state).toBe("failed");
    seats = 1;
    expect(await work.retry("t")).toBe(true);
    expect(await work.result("t", 5000)).toEqual({ state: "done", value: "ticketed" });
    expect(calls).toEqual(["hold", "ticket", "ticket"]);
    expect(await work.retry("t")).toBe(false);
    expect(await work.retry("unknown")).toBe(false);
  });

  it("neither loses nor ends work while the disk is full, and goes on when there is space", async () => {
    const clock = fakeClock();
    const log = recordingLogger();
    const { work, db } = await engineWith({ clock, log });
    const ran: string[] = [];
    let proceed = () => {};
    const gate = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    work.define("turn", async ({ id, step }) => {
      await gate;
      const text = await step("model", async () => {
        ran.push(id);
        return "x".repeat(200_000);
      });
      return text.length;
    });
    await work.submit({ name: "turn", id: "1", lane: "a" });
    await work.submit({ name: "turn", id: "2", lane: "a" });
    await db.transaction((tx) => tx.all("pragma max_page_count = 20"));
    proceed();
    await settle();
    await clock.advance(3500);
    expect(await work.state("1")).toBe("running");
    expect(await work.state("2")).toBe("queued");
    expect(log.lines.filter(({ fields }) => fields.code === "STORAGE_FULL").length).toBeGreaterThan(1);
    await db.transaction((tx) => tx.all("pragma max_page_count = 1000000"));
    const second = work.result("2");
    for (let tries = 0; tries < 5; tries++) await clock.advance(30_000);
    expect(await second).toEqual({ state: "done", value: 200_000 });
    expect(ran).toEqual(["1", "2"]);
  });

  it("runs work again from its memos when a store it uses has no room, and remembers nothing of that", async () => {
    const clock = fakeClock();
    const log = recordingLogger();
    const { work } = await engineWith({ clock, log });
    const ran: string[] = [];
    let full = true;
    const need = (what: string) => {
      ran.push(what);
      if (full) throw new TravelAgentError("STORAGE_FULL", "no space is left for the transcript");
    };
    work.define("turn", async ({ attempt, step }) => {
      const model = await step("model", async () => {
        ran.push("model");
        return "answer";
      });
      if (attempt === 1) need("append");
      await step("tool", async () => need("tool"));
      return model;
    });
    await work.submit({ name: "turn", id: "1", lane: "a" });
    const ended = work.result("1");
    await settle();
    await clock.advance(1000);
    await settle();
    expect(await work.state("1")).toBe("running");
    expect(ran).toEqual(["model", "append", "tool"]);
    expect(log.lines.filter(({ message, fields }) => message === "work waits for the storage" && fields.code === "STORAGE_FULL")).toHaveLength(2);
    full = false;
    await clock.advance(2000);
    expect(await ended).toEqual({ state: "done", value: "answer" });
    expect(ran).toEqual(["model", "append", "tool", "tool"]);
  });

  it("leaves work that waits for the storage to the next start when the engine stops", async () => {
    const { work, stop, db } = await engineWith();
    work.define("turn", async () => {
      throw new TravelAgentError("STORAGE_BUSY", "another program holds a lock");
    });
    await work.submit({ name: "turn", id: "1", lane: "a" });
    await settle();
    expect(await db.get("select state from work")).toEqual({ state: "running" });
    const started = performance.now();
    await stop({ drainMs: 0 });
    expect(performance.now() - started).toBeLessThan(900);
  });

  it("forgets finished work after its time, and keeps the dead", async () => {
    const clock = fakeClock();
    const { work, db } = await engineWith({ clock, keepFinishedMs: 1000 });
    work.define("turn", async () => "ran");
    for (let at = 0; at < 5; at++) await work.submit({ name: "turn", id: `old${at}` });
    for (let at = 0; at < 5; at++) await work.result(`old${at}`);
    await db.transaction((tx) => tx.run("update work set state = 'dead' where id = 'old3'"));
    await clock.advance(2 * 3_600_000);
    await work.submit({ name: "turn", id: "new" });
    await work.result("new");
    await settle();
    expect((await work.list({})).map(({ id }) => id)).toEqual(["new", "old3"]);
  });

  it("answers who waits for work when the engine stops", async () => {
    const engine = openEngine({ path: ":memory:", abandonAfterMs: 20 });
    engine.work.define("hang", () => new Promise<never>(() => {}));
    await engine.start();
    await engine.work.submit({ name: "hang", id: "1" });
    const waiting = expect(engine.work.result("1")).rejects.toEqual(expect.objectContaining({ code: "UNAVAILABLE" }));
    await settle();
    await engine.stop({ drainMs: 10 });
    await waiting;
  });

  it("raises TIMEOUT for who waits too long, and the work goes on", async () => {
    const { work } = await engineWith();
    work.define("slow", async () => settle(60));
    await work.submit({ name: "slow", id: "1" });
    await expect(work.result("1", 10)).rejects.toEqual(expect.objectContaining({ code: "TIMEOUT" }));
    expect((await work.result("1", 5000)).state).toBe("done");
  });
});

describe("leases", () => {
  it("are lost by an owner that could not renew in time, for good", async () => {
    const clock = fakeClock();
    const engine = await testEngine({ clock });
    const lease = await engine.leases.acquire("account", 3000);
    await clock.advance(10_000);
    expect(lease?.valid()).toBe(true);
    await engine.db.transaction((tx) => tx.run("update lease set owner = 'somebody else', epoch = epoch + 1"));
    await clock.advance(1500);
    expect(lease?.valid()).toBe(false);
    expect(lease?.lost.aborted).toBe(true);
    await engine.stop();
  });
});
