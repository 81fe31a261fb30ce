import { getHeapSpaceStatistics } from "node:v8";
import { afterEach, describe, expect, it } from "vitest";
import { boundYoungMemory } from "./young-memory.ts";

const megabyte = 1024 * 1024;
const young = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")!.space_size;

/** Objects that live through a collection or two, as connections do: this is what makes the young part grow. */
async function allocate(): Promise<number> {
  let most = 0;
  const kept: object[] = [];
  for (let round = 0; round < 120; round++) {
    for (let count = 0; count < 20_000; count++) kept.push({ round, count, text: `${round}:${count}` });
    if (kept.length > 1_000_000) kept.splice(0, 400_000);
    most = Math.max(most, young());
    await new Promise((resolve) => setImmediate(resolve));
  }
  return most;
}

describe("the young part of memory", () => {
  let end: (() => void) | undefined;
  afterEach(() => end?.());

  it("stays near its bound, however much is allocated", async () => {
    end = boundYoungMemory(8 * megabyte);
    // Within one turn of the event loop it may double once or twice more; without the bound this reaches 128 MiB.
    expect(await allocate()).toBeLessThanOrEqual(64 * megabyte);
  });
});
