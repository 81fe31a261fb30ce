import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createTokenBuckets } from "./token-bucket.ts";
import { createVisitors } from "./visitors.ts";

const sessionKeyOf = (id: string) => `agent:main:webchat:direct:${id}`;

describe("visitor cookies", () => {
  const visitors = createVisitors({ secret: "s".repeat(32), sessionKeyOf });

  it("are different for everyone and hold over restarts", () => {
    const [a, b] = [visitors.issue(), visitors.issue()];
    expect(visitors.verify(a)).not.toBe(visitors.verify(b));
    expect(createVisitors({ secret: "s".repeat(32), sessionKeyOf }).verify(a)).toBe(visitors.verify(a));
  });

  it("cannot be made by others", () => {
    const [id = "", signature = ""] = visitors.issue().split(".");
    const forged = [
      id,
      `${id}.`,
      `${id}.x`,
      `${"A".repeat(22)}.${signature}`,
      `${id}.${signature}.x`,
      "",
      ".",
      createVisitors({ secret: "t".repeat(32), sessionKeyOf }).issue(),
    ];
    for (const value of forged) expect(visitors.verify(value)).toBeUndefined();
  });

  it("need a secret worth the name", () => {
    expect(() => createVisitors({ secret: "short", sessionKeyOf })).toThrow("32 characters");
  });
});

describe("token buckets", () => {
  it("refill over time and not beyond the burst", async () => {
    const clock = fakeClock();
    const buckets = createTokenBuckets({ burst: 2, perMinute: 60, clock });
    expect([buckets.take("a"), buckets.take("a"), buckets.take("a"), buckets.take("b")]).toEqual([0, 0, 1000, 0]);
    await clock.advance(1000);
    expect([buckets.take("a"), buckets.take("a")]).toEqual([0, 1000]);
    await clock.advance(3_600_000);
    expect([buckets.take("a"), buckets.take("a"), buckets.take("a")]).toEqual([0, 0, 1000]);
  });

  it("are bounded in number", () => {
    const buckets = createTokenBuckets({ burst: 1, perMinute: 1, clock: fakeClock(), maxKeys: 2 });
    for (const key of ["a", "b", "c"]) buckets.take(key);
    expect([buckets.waitMs("a"), buckets.waitMs("c") > 0]).toEqual([0, true]);
  });
});
