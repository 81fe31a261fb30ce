import { describe, expect, it } from "vitest";
import { createKeptReads } from "./kept-reads.ts";

describe("kept reads", () => {
  const counted = () => {
    let loads = 0;
    return { load: async () => ++loads, loads: () => loads };
  };

  it("are read once while nothing is written, by statement and parameters", async () => {
    let version = 1;
    const reads = createKeptReads<number>({ version: () => version });
    const { load, loads } = counted();
    expect([await reads.read("a", [1], load), await reads.read("a", [1], load), await reads.read("a", [2], load), await reads.read("b", [1], load)]).toEqual([
      1, 1, 2, 3,
    ]);
    version = 2;
    expect(await reads.read("a", [1], load)).toBe(4);
    expect(loads()).toBe(4);
  });

  it("are not kept when something was written while they were read", async () => {
    let version = 1;
    const reads = createKeptReads<string>({ version: () => version });
    const { promise, resolve } = Promise.withResolvers<string>();
    const old = reads.read("a", [], () => promise);
    version = 2;
    expect(await reads.read("b", [], async () => "other")).toBe("other");
    resolve("old");
    expect(await old).toBe("old");
    expect(await reads.read("a", [], async () => "new")).toBe("new");
  });

  it("are few, and none where the database cannot tell its version", async () => {
    const { load, loads } = counted();
    const few = createKeptReads<number>({ version: () => 1 });
    for (let at = 0; at < 40; at++) await few.read("a", [at], load);
    await few.read("a", [39], load);
    expect(loads()).toBe(40);
    await few.read("a", [0], load);
    expect(loads()).toBe(41);
    const none = createKeptReads<number>({});
    await none.read("a", [], load);
    await none.read("a", [], load);
    expect(loads()).toBe(43);
  });
});
