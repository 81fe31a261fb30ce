import { type ErrorCode, TravelAgentError } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { type Cooldowns, createCooldowns } from "./cooldowns.ts";
import type { Model } from "./model.ts";

const model = (provider: string, id: string): Model => ({ provider, id, contextWindow: 1, stream: () => ({ async *[Symbol.asyncIterator]() {} }) });
const [big, small, other, concierge] = [model("a", "big"), model("a", "small"), model("b", "one"), model("concierge", "concierge")] as const;
const all = [big, small, other, concierge];
const minutes = (count: number) => count * 60_000;

describe("cooldowns", () => {
  let clock: ReturnType<typeof fakeClock>;
  let cooldowns: Cooldowns;
  const fail = (failed: Model, code: ErrorCode, retryAfterMs?: number) =>
    cooldowns.failed(failed, new TravelAgentError(code, "no", retryAfterMs === undefined ? {} : { retryAfterMs }));
  const order = () => cooldowns.order(all).map(({ provider, id }) => `${provider}/${id}`);

  beforeEach(() => {
    clock = fakeClock();
    cooldowns = createCooldowns({ clock });
  });

  it("keep the order while nothing fails", () => {
    expect(order()).toEqual(["a/big", "a/small", "b/one", "concierge/concierge"]);
  });

  it("leave out one model after an overload, all of its provider after a used-up quota or a bad key", () => {
    fail(big, "MODEL_OVERLOADED");
    expect(order()).toEqual(["a/small", "b/one", "concierge/concierge", "a/big"]);
    fail(small, "MODEL_RATE_LIMITED");
    expect(order().slice(0, 2)).toEqual(["b/one", "concierge/concierge"]);
    expect(cooldowns.status()).toMatchObject([
      { model: "a/big", code: "MODEL_OVERLOADED" },
      { model: "a", code: "MODEL_RATE_LIMITED" },
    ]);
  });

  it("grow to 1, 5, 25 and 60 minutes, and not beyond", async () => {
    for (const pause of [1, 5, 25, 60, 60]) {
      fail(other, "TIMEOUT");
      await clock.advance(minutes(pause) - 1);
      expect(order().at(-1)).toBe("b/one");
      await clock.advance(1);
      expect(order()[2]).toBe("b/one");
    }
  });

  it("last as long as the provider says when that is longer", async () => {
    fail(other, "MODEL_RATE_LIMITED", minutes(7));
    await clock.advance(minutes(7) - 1);
    expect(order().at(-1)).toBe("b/one");
    await clock.advance(1);
    expect(order()[2]).toBe("b/one");
  });

  it("end with a success and are forgotten after a day", async () => {
    fail(other, "TIMEOUT");
    fail(other, "TIMEOUT");
    cooldowns.succeeded(other);
    expect(cooldowns.status()).toEqual([]);
    fail(other, "TIMEOUT");
    await clock.advance(24 * minutes(60));
    fail(other, "TIMEOUT");
    await clock.advance(minutes(1));
    expect(cooldowns.status()).toEqual([]);
  });

  it("do not blame a model for a request it could not take", () => {
    fail(big, "MODEL_REJECTED");
    fail(big, "CANCELLED");
    expect(cooldowns.status()).toEqual([]);
  });

  it("put the one that is free first at the front of those that are not", async () => {
    for (const each of all) fail(each, "MODEL_OVERLOADED");
    fail(big, "MODEL_OVERLOADED");
    expect(order()).toEqual(["a/small", "b/one", "concierge/concierge", "a/big"]);
  });
});
