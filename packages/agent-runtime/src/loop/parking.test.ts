import { TravelAgentError } from "@travelagent/protocol";
import { type FakeClock, fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCooldowns } from "../cooldowns.ts";
import type { Model } from "../model.ts";
import { type ScriptedStep, scriptedModel } from "../testing/index.ts";
import { type Bench, loopBench } from "./testing/bench.ts";

const fault = (code: "MODEL_OVERLOADED" | "MODEL_RATE_LIMITED" | "MODEL_AUTH" | "MODEL_INTERRUPTED" | "MODEL_REJECTED", retryAfterMs?: number) =>
  new TravelAgentError(code, "busy", retryAfterMs === undefined ? {} : { retryAfterMs });

describe("when no model can answer", () => {
  let clock: FakeClock;
  let bench: Bench;
  let held: string[];

  beforeEach(async () => {
    clock = fakeClock();
    bench = await loopBench({ tools: [], clock });
    held = [];
  });
  afterEach(() => bench.stop());

  /** Time goes on in small steps, and between two of them stores get to write. */
  const pass = async (ms: number, step = Math.max(500, ms / 40)): Promise<void> => {
    for (let left = ms; left > 0; left -= step) {
      await new Promise((resolve) => setTimeout(resolve, 4));
      await clock.advance(Math.min(step, left));
    }
    await new Promise((resolve) => setTimeout(resolve, 15));
  };
  const hold = async (text: string) => void held.push(text);
  const noCooldown = () => createCooldowns({ clock, applies: () => false });
  const begin = (models: readonly Model[], options = {}) => {
    const { done } = bench.begin({ models, request: { hold }, options: { cooldowns: noCooldown(), ...options } });
    let ended = false;
    void done.then(
      () => (ended = true),
      () => (ended = true),
    );
    return { done, ended: () => ended };
  };
  const parked = () => bench.events.flatMap((event) => (event.type === "run-parked" ? [event.until - Date.parse("2027-01-15T09:00:00Z")] : []));

  it.each(["MODEL_OVERLOADED", "MODEL_RATE_LIMITED", "MODEL_AUTH", "MODEL_INTERRUPTED"] as const)(
    "waits after %s, tells the customer once, and goes on by itself",
    async (code) => {
      let broken = true;
      const model = scriptedModel(() => (broken ? fault(code) : "Here I am."));
      const turn = begin([model]);
      await pass(500);
      expect(held).toHaveLength(1);
      expect(held[0]).toContain("takes a little longer");
      await pass(20_000);
      expect(turn.ended()).toBe(false);
      broken = false;
      await pass(60_000);
      expect(await turn.done).toMatchObject({ kind: "replied", text: "Here I am." });
      expect(held).toHaveLength(1);
      expect(parked()[0]).toBeGreaterThanOrEqual(5_000);
    },
  );

  it("frees its slot meanwhile, and keeps its lane", async () => {
    const model = scriptedModel(() => fault("MODEL_OVERLOADED"));
    begin([model]);
    await pass(1_000);
    const beside = bench.begin({ models: [scriptedModel(["Hi."])], turn: { sessionKey: "agent:main:webchat:dm:v2" } });
    await pass(10);
    expect((await beside.done).text).toBe("Hi.");
    const same = bench.begin({ models: [scriptedModel(["Me too."])] });
    let answered = false;
    void same.done.then(
      () => (answered = true),
      () => {},
    );
    await pass(1_000);
    expect(answered).toBe(false);
  });

  it("asks nobody before the time a provider asked to be left in peace for", async () => {
    const model = scriptedModel([fault("MODEL_RATE_LIMITED", 90_000), "Back."]);
    const turn = begin([model]);
    await pass(89_000);
    expect(model.requests).toHaveLength(1);
    await pass(10_000);
    expect((await turn.done).text).toBe("Back.");
  });

  it("asks no model that cools down, but waits for the first to be free again", async () => {
    const cooldowns = createCooldowns({ clock });
    const one = scriptedModel((_, call) => (call === 1 ? fault("MODEL_OVERLOADED") : "One."), { id: "one" });
    const two = scriptedModel([fault("MODEL_OVERLOADED", 300_000), "Two."], { id: "two" });
    const turn = begin([one, two], { cooldowns });
    await pass(55_000);
    const second = bench.begin({ models: [one, two], turn: { sessionKey: "agent:main:webchat:dm:v2" }, options: { cooldowns } });
    await pass(1_000);
    expect([one.requests.length, two.requests.length]).toEqual([1, 1]);
    await pass(15_000);
    expect((await turn.done).text).toBe("One.");
    expect(two.requests).toHaveLength(1);
    await pass(10_000);
    await second.done;
  });

  it("asks all the same after a quarter of an hour, however long a provider rests", async () => {
    const model = scriptedModel([fault("MODEL_AUTH", 5 * 3_600_000), "Paid."]);
    const turn = begin([model], { cooldowns: createCooldowns({ clock }) });
    await pass(14 * 60_000);
    expect(model.requests).toHaveLength(1);
    await pass(61_000);
    expect((await turn.done).text).toBe("Paid.");
  });

  it("leaves it to a person when it has waited for so long as it may", async () => {
    const model = scriptedModel(() => fault("MODEL_OVERLOADED"));
    const turn = begin([model], { limits: { maxParkedMs: 20 * 60_000 } });
    await pass(19 * 60_000, 5_000);
    expect(turn.ended()).toBe(false);
    await pass(61_000);
    expect(await turn.done).toMatchObject({ kind: "failed", reason: "no model could answer: MODEL_OVERLOADED" });
    // The waits grow to a minute.
    expect(model.requests.length).toBeLessThan(30);
  });

  it("does not wait when too many turns do, and is asked that once, before it waits for the first time", async () => {
    let asked = 0;
    const full = scriptedModel(() => fault("MODEL_OVERLOADED"));
    expect(await bench.run({ models: [full], request: { hold, mayWait: () => ++asked > 99 }, options: { cooldowns: noCooldown() } })).toMatchObject({
      kind: "failed",
      reason: "no model could answer: MODEL_OVERLOADED",
    });
    expect([asked, full.requests.length]).toEqual([1, 1]);
    asked = 0;
    const back = scriptedModel([fault("MODEL_OVERLOADED"), fault("MODEL_OVERLOADED"), "Back."]);
    const { done } = bench.begin({ models: [back], request: { hold, mayWait: () => ++asked === 1 }, options: { cooldowns: noCooldown() } });
    await pass(60_000);
    expect((await done).text).toBe("Back.");
    expect(asked).toBe(1);
  });

  it("waits for nothing when all models refuse the request itself, or when it may not wait", async () => {
    const rejected = scriptedModel(() => fault("MODEL_REJECTED"));
    expect(await bench.run({ models: [rejected, rejected], request: { hold } })).toMatchObject({ kind: "failed" });
    const busy = scriptedModel(() => fault("MODEL_OVERLOADED"));
    expect(await bench.run({ models: [busy], request: { hold }, options: { limits: { maxParkedMs: 0 } } })).toMatchObject({ kind: "failed" });
    expect(await bench.run({ models: [], request: { hold } })).toMatchObject({ kind: "failed" });
    expect(held).toEqual([]);
  });

  it("ends at once when the turn is cancelled", async () => {
    const { runId, done } = bench.begin({ models: [scriptedModel(() => fault("MODEL_OVERLOADED"))], request: { hold } });
    const failed = expect(done).rejects.toMatchObject({ code: "CANCELLED" });
    await pass(1_000);
    await bench.engine.work.cancel(runId);
    await failed;
  });

  it("hears what came while it waited", async () => {
    const model = scriptedModel([fault("MODEL_OVERLOADED"), "Both answered."]);
    const waiting: { id: string; text: string; sentAt: number }[] = [];
    const { done } = bench.begin({ models: [model], request: { hold, steer: async () => waiting }, options: { cooldowns: noCooldown() } });
    await pass(1_000);
    waiting.push({ id: "m2", text: "Are you there?", sentAt: 1 });
    await pass(10_000);
    expect(await done).toMatchObject({ text: "Both answered.", heard: ["m2"] });
  });

  describe("a fallback that only stands in", () => {
    const standIn = (step: ScriptedStep, accepts: boolean | (() => boolean)) => ({
      ...scriptedModel([step], { provider: "concierge", id: "concierge" }),
      accepts: typeof accepts === "function" ? accepts : () => accepts,
    });

    it("answers what it understands, and is passed over for the rest", async () => {
      const busy = () => scriptedModel([fault("MODEL_OVERLOADED"), "The real one."]);
      expect((await bench.run({ models: [busy(), standIn("Offers.", true)] })).text).toBe("Offers.");
      const turn = begin([busy(), standIn("Never.", false)]);
      await pass(10_000);
      expect((await turn.done).text).toBe("The real one.");
      const broken = begin([
        busy(),
        standIn("Never.", () => {
          throw new Error("no");
        }),
      ]);
      await pass(10_000);
      expect((await broken.done).text).toBe("The real one.");
    });

    it("is always asked where it is the one that is configured", async () => {
      expect((await bench.run({ models: [standIn("Hello.", false)] })).text).toBe("Hello.");
    });
  });

  it("remembers a round as one step, so that after a crash the same model has answered", async () => {
    const { runId } = bench.begin({ models: [scriptedModel(() => fault("MODEL_OVERLOADED"), { id: "one" }), scriptedModel(() => fault("MODEL_AUTH"))] });
    await pass(500);
    const steps = await bench.engine.db.all("select name from step where work_id = ? order by position", runId);
    expect(steps.map(({ name }) => name)).toEqual(["model:0", "park:0:0"]);
  });
});
