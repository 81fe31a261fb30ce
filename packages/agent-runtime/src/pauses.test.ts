import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { openPauseStore } from "./pause-store.ts";
import { createPauses, openPauses, type PauseStore } from "./pauses.ts";

const hours = (count: number) => count * 3_600_000;

describe("pauses", () => {
  it("of what nobody pays for last 5 hours, doubled up to a day, and begin anew a day after they ended", async () => {
    const clock = fakeClock();
    const pauses = createPauses({ clock });
    const fail = () => pauses.failed("key", "a:one", { code: "MODEL_AUTH", billing: true });
    for (const length of [5, 10, 20, 24, 24]) {
      const { until } = fail();
      expect(until - clock.now()).toBe(hours(length));
      await clock.advance(hours(length));
    }
    await clock.advance(hours(24));
    expect(fail().until - clock.now()).toBe(hours(5));
  });

  it("of another reason are counted apart, and a key that was exchanged begins afresh", () => {
    const clock = fakeClock();
    const pauses = createPauses({ clock });
    pauses.failed("key", "a:one", { code: "MODEL_AUTH", billing: true, mark: "old" });
    expect(pauses.until("key", "a:one", "old")).toBe(clock.now() + hours(5));
    expect(pauses.until("key", "a:one", "new")).toBe(0);
    expect(pauses.failed("key", "a:one", { code: "MODEL_AUTH", mark: "new" }).failures).toBe(1);
  });

  it("outlive the process", async () => {
    const db = await testDatabase();
    const clock = fakeClock();
    const first = await openPauses({ clock, store: await openPauseStore({ db }) });
    first.failed("model", "a/big", { code: "MODEL_OVERLOADED" });
    first.failed("model", "a/big", { code: "TIMEOUT" });
    first.failed("key", "a:one", { code: "MODEL_AUTH", billing: true, mark: "m" });
    first.failed("key", "a:two", { code: "MODEL_RATE_LIMITED", retryAfterMs: hours(2) });
    first.succeeded("key", "a:two");
    await first.settled();

    const second = await openPauses({ clock, store: await openPauseStore({ db }) });
    expect(second.status()).toEqual(first.status().sort((a, b) => a.kind.localeCompare(b.kind)));
    expect(second.until("model", "a/big")).toBe(clock.now() + 5 * 60_000);
    expect(second.until("key", "a:one", "m")).toBe(clock.now() + hours(5));
    expect(second.until("key", "a:two")).toBe(0);

    await clock.advance(hours(28));
    await openPauses({ clock, store: await openPauseStore({ db }) });
    expect(await db.all("select id from model_pause")).toEqual([{ id: "a:one" }]);
    await db.close();
  });

  it("count in this process when the store fails, and say so", async () => {
    const log = recordingLogger();
    const broken: PauseStore = { all: () => Promise.reject(new Error("no disk")), put: () => Promise.reject(new Error("no disk")), remove: async () => {} };
    const pauses = await openPauses({ clock: fakeClock(), store: broken, log });
    pauses.failed("model", "a/big", { code: "TIMEOUT" });
    await pauses.settled();
    expect(pauses.status()).toHaveLength(1);
    expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(2);
  });
});
