import { describe, expect, it } from "vitest";
import { createPace } from "./pace.ts";

describe("a paced list", () => {
  const paced = (slice: number) => {
    const waiting: (() => void)[] = [];
    const done: string[] = [];
    const pace = createPace({ slice, later: (work) => void waiting.push(work) });
    return {
      done,
      waiting,
      give: (name: string, count: number) =>
        pace(
          Array.from({ length: count }, (_, at) => `${name}${at}`),
          (item) => void done.push(item),
        ),
    };
  };

  it("is done at once when it is short", () => {
    const { done, waiting, give } = paced(3);
    give("a", 3);
    give("b", 0);
    expect(done).toEqual(["a0", "a1", "a2"]);
    expect(waiting).toEqual([]);
  });

  it("is done in slices when it is long, and the next list after it", () => {
    const { done, waiting, give } = paced(2);
    give("a", 5);
    give("b", 3);
    expect(done).toEqual(["a0", "a1"]);
    for (let turns = 0; turns < 4; turns++) {
      expect(waiting).toHaveLength(1);
      waiting.shift()!();
    }
    expect(done).toEqual(["a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2"]);
    expect(waiting).toEqual([]);
    give("c", 1);
    expect(done.at(-1)).toBe("c0");
  });
});
