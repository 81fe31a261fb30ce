import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEffects, type EffectRequest } from "./effects.ts";
import { travelJobMigrations } from "./tables.ts";

type Database = Awaited<ReturnType<typeof testDatabase>>;
let db: Database;
const clock = fakeClock();

beforeEach(async () => {
  db = await testDatabase();
  await db.migrate("travel-jobs", travelJobMigrations);
});
afterEach(() => db.close());

/** An outside that knows ids, as templates and promises do, and dies when it is told to. */
function outside() {
  const sent = new Map<string, string>();
  let failure: Error | undefined;
  let dies: "before" | "after" | undefined;
  const once = async (id: string, what: string) => {
    if (failure) throw failure;
    if (dies === "before") throw new Error("the process died");
    const known = sent.get(id);
    if (known !== undefined && known !== what) throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "another message with this id");
    sent.set(id, what);
    if (dies === "after") throw new Error("the process died");
  };
  return {
    sent,
    fail: (error?: Error) => {
      failure = error;
    },
    die: (where?: "before" | "after") => {
      dies = where;
    },
    services: {
      messages: {
        async send({ id, values }: { id: string; values: object }) {
          await once(id, JSON.stringify(values));
          return { status: "sent" as const };
        },
      },
      tasks: {
        async open({ key, text }: { key: string; text: string }) {
          await once(key, text);
          return { id: key };
        },
        count: async () => ({ open: 0, overdue: 0 }),
      },
    },
  };
}

const request = (over: Partial<EffectRequest> = {}): EffectRequest => ({
  key: "departure:bk1:7",
  job: "booking-reminders",
  about: { tripId: "bk1", customerId: "cus_1", sessionKey: "s1" },
  make: async () => ({ kind: "message", template: "departure-reminder", values: { at: clock.now() } }),
  ...over,
});

describe("effects", () => {
  it.each(["before", "after"] as const)("are done once when the process dies %s they were done, with the words of the first time", async (where) => {
    const world = outside();
    const effects = createEffects({ db, services: world.services, clock, log: recordingLogger() });
    world.die(where);
    expect(await effects.perform(request())).toBe("later");
    world.die();
    await clock.advance(60_000);
    // Another process, and words that would be others by now.
    const next = createEffects({ db, services: world.services, clock, log: recordingLogger() });
    expect(await next.finish("booking-reminders")).toBe(1);
    expect(await next.perform(request())).toBe("known");
    expect([...world.sent.keys()]).toEqual(["job:departure:bk1:7"]);
    // What it said is not kept once it is over.
    expect(await db.all("select state, content from travel_effect")).toEqual([{ state: "done", content: null }]);
  });

  it("what comes too late is left, also when a crash left it begun", async () => {
    const world = outside();
    const effects = createEffects({ db, services: world.services, clock, log: recordingLogger() });
    expect(await effects.perform(request({ until: clock.now() }))).toBe("expired");
    world.die("before");
    expect(await effects.perform(request({ until: clock.now() + 1000 }))).toBe("later");
    world.die();
    await clock.advance(5000);
    expect(await effects.finish("booking-reminders")).toBe(1);
    expect(world.sent.size).toBe(0);
  });

  it("what can never be done is given up, and what may be done later is tried again", async () => {
    const world = outside();
    const effects = createEffects({ db, services: world.services, clock, log: recordingLogger() });
    world.fail(new TravelAgentError("NOT_FOUND", "there is no conversation s1"));
    expect(await effects.perform(request())).toBe("failed");
    expect(await effects.perform(request())).toBe("known");
    world.fail(new TravelAgentError("STORAGE_BUSY", "busy"));
    expect(await effects.perform(request({ key: "k2" }))).toBe("later");
    world.fail();
    expect(await effects.perform(request({ key: "k2" }))).toBe("done");
  });
});
