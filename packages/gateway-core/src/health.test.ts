import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createHealth } from "./health.ts";

describe("health", () => {
  it("is read when asked and old, by one reading for all, and never by itself", async () => {
    const clock = fakeClock();
    const probes: boolean[] = [];
    const health = createHealth({ clock, read: (probe) => ({ n: probes.push(probe) }) });
    await clock.advance(600_000);
    expect(probes).toEqual([]);
    for (let i = 0; i < 50; i += 1) health.snapshot();
    await clock.advance(0);
    expect(probes).toEqual([false]);
    expect(health.snapshot()).toMatchObject({ ok: true, n: 1, degraded: [] });
    await clock.advance(59_000);
    health.snapshot();
    expect(probes).toHaveLength(1);
    await clock.advance(2000);
    health.snapshot();
    await clock.advance(0);
    expect(probes).toHaveLength(2);
  });

  it("probes on demand, once for many", async () => {
    const clock = fakeClock();
    const probes: boolean[] = [];
    const health = createHealth({ clock, read: (probe) => ({ n: probes.push(probe) }) });
    const answers = Promise.all([health.refresh(true), health.refresh(true), health.refresh()]);
    await clock.advance(0);
    expect((await answers).map(({ n }) => n)).toEqual([1, 1, 1]);
    expect(probes).toEqual([true]);
  });

  it("that cannot be read is not ok", async () => {
    const clock = fakeClock();
    const log = recordingLogger();
    const health = createHealth({ clock, log, read: () => Promise.reject(new Error("disk")) });
    expect(await health.refresh()).toMatchObject({ ok: false, degraded: ["health"] });
    expect(log.lines).toHaveLength(1);
  });

  it("is told when it changes, and not when it is only read", async () => {
    const clock = fakeClock();
    const told: unknown[] = [];
    let degraded: string[] = [];
    const health = createHealth({ clock, read: () => ({ degraded }), onChange: (snapshot) => told.push([snapshot.ok, ...snapshot.degraded]) });
    const reads = async (times: number) => {
      for (let count = 0; count < times; count += 1) {
        const reading = health.refresh();
        await clock.advance(1);
        await reading;
      }
    };
    await reads(3);
    degraded = ["model:a/b", "store:database"];
    await reads(3);
    degraded = ["store:database", "model:a/b"];
    await reads(3);
    degraded = [];
    await reads(2);
    expect(told).toEqual([[true, "model:a/b", "store:database"], [true]]);
  });
});
