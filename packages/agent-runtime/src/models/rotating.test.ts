import { type ErrorCode, TravelAgentError } from "@travelagent/protocol";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { createCooldowns } from "../cooldowns.ts";
import type { Model, ModelEvent } from "../model.ts";
import { createPauses } from "../pauses.ts";
import { collect, request } from "../testing/contract-requests.ts";
import { modelContract } from "../testing/model-contract.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { createKeyRing, type KeyRing, keyMark } from "./key-ring.ts";
import { type KeyPin, type RotatingOptions, rotating } from "./rotating.ts";

const secrets = { one: "sk-secret-number-one", two: "sk-secret-number-two", three: "sk-secret-number-three" } as const;
type Name = keyof typeof secrets;

modelContract({ describe, it, expect }, "rotating", async () => ({
  model: rotating({ keys: [{ key: { id: "p:one", mark: "" }, model: scriptedModel(() => "Hello there.") }], ring: createKeyRing({ clock: fakeClock() }) }),
  close: async () => {},
}));

describe("keys of a provider", () => {
  let clock: ReturnType<typeof fakeClock>;
  let log: ReturnType<typeof recordingLogger>;
  let pauses: ReturnType<typeof createPauses>;
  let ring: KeyRing;
  /** What a key does from now on. */
  let does: Partial<Record<Name, TravelAgentError>>;
  let asked: Name[];
  const answered: string[] = [];

  beforeEach(() => {
    clock = fakeClock();
    log = recordingLogger();
    pauses = createPauses({ clock });
    ring = createKeyRing({ clock, pauses, log });
    does = {};
    asked = [];
    answered.length = 0;
  });

  const keyed = (name: Name) => ({
    key: { id: `p:${name}`, mark: keyMark(secrets[name]) },
    model: scriptedModel(
      () => {
        asked.push(name);
        return does[name] ?? `I am ${name}`;
      },
      { provider: "p", id: "m" },
    ),
  });
  const model = (options: Partial<RotatingOptions> = {}): Model =>
    rotating({ keys: [keyed("one"), keyed("two"), keyed("three")], ring, onKey: (id) => answered.push(id), ...options });
  const ask = async (options?: Partial<RotatingOptions>): Promise<string> => {
    try {
      await collect(model(options), request());
      return "ok";
    } catch (error) {
      return TravelAgentError.from(error).code;
    }
  };
  const no = (code: ErrorCode, options: { billing?: boolean; retryAfterMs?: number } = {}) =>
    new TravelAgentError(code, "no", {
      details: options.billing ? { billing: true } : {},
      ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
    });
  const minutes = (count: number) => count * 60_000;

  it("take turns, the one that rested longest first", async () => {
    for (let turn = 0; turn < 4; turn++) await ask();
    expect(answered).toEqual(["p:one", "p:two", "p:three", "p:one"]);
  });

  it("are asked in the configured order where there is one", async () => {
    for (let turn = 0; turn < 3; turn++) await ask({ fixedOrder: true });
    expect(answered).toEqual(["p:one", "p:one", "p:one"]);
  });

  it("stay the same within a turn", async () => {
    const turn = model();
    await ask();
    for (let call = 0; call < 3; call++) await collect(turn, request());
    expect(answered).toEqual(["p:one", "p:two", "p:two", "p:two"]);
  });

  // What one key came to → who is asked, and how long that key rests.
  it.each<[string, TravelAgentError, Name[], number]>([
    ["401", no("MODEL_AUTH"), ["one", "two"], minutes(1)],
    ["402", no("MODEL_AUTH", { billing: true }), ["one", "two"], minutes(300)],
    ["429", no("MODEL_RATE_LIMITED"), ["one", "two"], minutes(1)],
    ["429 with a time", no("MODEL_RATE_LIMITED", { retryAfterMs: minutes(7) }), ["one", "two"], minutes(7)],
    ["529", no("MODEL_OVERLOADED"), ["one"], 0],
    ["a cut stream", no("MODEL_INTERRUPTED"), ["one"], 0],
    ["400", no("MODEL_REJECTED"), ["one"], 0],
    ["a cancelled turn", no("CANCELLED"), ["one"], 0],
  ])("after %s", async (_, error, who, rest) => {
    does = { one: error };
    expect(await ask()).toBe(who.length > 1 ? "ok" : error.code);
    expect(asked).toEqual(who);
    expect(ring.status().map(({ id, until }) => [id, until - clock.now()])).toEqual(rest === 0 ? [] : [["p:one", rest]]);
  });

  it("rest 1, 5, 25 and 60 minutes, and a success forgets it", async () => {
    does = { one: no("MODEL_RATE_LIMITED") };
    for (const pause of [1, 5, 25, 60, 60]) {
      await ask({ fixedOrder: true });
      expect(ring.status()[0]!.until - clock.now()).toBe(minutes(pause));
      await clock.advance(minutes(pause));
    }
    does = {};
    await ask({ fixedOrder: true });
    does = { one: no("MODEL_RATE_LIMITED") };
    await ask({ fixedOrder: true });
    expect(ring.status()[0]!.until - clock.now()).toBe(minutes(1));
  });

  it("that rest are not asked while another is free, and when all rest the one that is free first is asked once", async () => {
    does = { one: no("MODEL_AUTH", { billing: true }), two: no("MODEL_RATE_LIMITED", { retryAfterMs: minutes(9) }), three: no("MODEL_AUTH") };
    expect(await ask()).toBe("MODEL_AUTH");
    expect(asked).toEqual(["one", "two", "three"]);
    asked = [];
    await ask();
    expect(asked).toEqual(["three"]);
    expect(model().restsUntil?.()).toBe(Math.min(...ring.status().map(({ until }) => until)));
    does = {};
    expect(await ask()).toBe("ok");
    expect(model().restsUntil?.()).toBe(0);
  });

  it("begun answers break off with the first key: nobody sees two beginnings", async () => {
    const half: Model = {
      provider: "p",
      id: "m",
      contextWindow: 1,
      async *stream(): AsyncGenerator<ModelEvent> {
        yield { type: "text", delta: "Half" };
        throw no("MODEL_RATE_LIMITED");
      },
    };
    const first = keyed("one").key;
    expect(await ask({ keys: [{ key: first, model: half }, keyed("two")] })).toBe("MODEL_RATE_LIMITED");
    expect(asked).toEqual([]);
    expect(ring.status()).toMatchObject([{ id: "p:one" }]);
  });

  it.each<[KeyPin["source"], string, Name[]]>([
    ["auto", "ok", ["two", "one"]],
    ["user", "MODEL_RATE_LIMITED", ["two"]],
  ])("of a session, pinned by %s", async (source, outcome, who) => {
    const pin = { id: "p:two", source };
    await ask({ pin });
    expect(answered).toEqual(["p:two"]);
    asked = [];
    does = { two: no("MODEL_RATE_LIMITED") };
    expect(await ask({ pin })).toBe(outcome);
    expect(asked).toEqual(who);
    expect((model({ pin }).restsUntil?.() ?? 0) > clock.now()).toBe(source === "user");
  });

  it("take no pin on a key that is gone", async () => {
    expect(await ask({ pin: { id: "p:gone", source: "user" } })).toBe("ok");
  });

  it("stop their own models and no others of the provider", async () => {
    const cooldowns = createCooldowns({ clock, pauses });
    const [big, small] = [model({ keys: [keyed("one")] }), model({ keys: [keyed("two")] })];
    does = { one: no("MODEL_AUTH") };
    const error = await collect(big, request()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    cooldowns.failed(big, error);
    expect(cooldowns.order([big, small])).toEqual([small, big]);
    expect(cooldowns.readyAt(big) - clock.now()).toBe(minutes(1));
    expect(cooldowns.status()).toEqual([]);
    await clock.advance(minutes(1));
    expect(cooldowns.order([big, small])).toEqual([big, small]);
  });

  it("are in the log by their names and nowhere by themselves", async () => {
    does = { one: no("MODEL_AUTH") };
    await ask();
    expect(log.lines).toMatchObject([{ fields: { profile: "p:one", code: "MODEL_AUTH" } }]);
    const written = JSON.stringify([log.lines, ring.status(), pauses.status()]);
    for (const secret of Object.values(secrets)) expect(written).not.toContain(secret);
  });
});
