import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createInvocationMemory } from "./invocation-memory.ts";

const answer = (text: string) => async () => ({ payload: text, payloadJSON: JSON.stringify(text) });

describe("the memory of commands", () => {
  it("runs a key once, under way and afterwards, for five minutes", async () => {
    const clock = fakeClock();
    const memory = createInvocationMemory({ clock });
    let runs = 0;
    const start = async () => ({ payload: ++runs, payloadJSON: "1" });
    const both = await Promise.all([memory.once("k", { a: 1 }, start), memory.once("k", { a: 1 }, start)]);
    expect(both).toEqual([await memory.once("k", { a: 1 }, start), { payload: 1, payloadJSON: "1" }]);
    expect(() => memory.once("k", { a: 2 }, start)).toThrow(expect.objectContaining({ code: "IDEMPOTENCY_MISMATCH" }));
    await clock.advance(300_001);
    await memory.once("k", { a: 1 }, start);
    expect(runs).toBe(2);
  });

  it("forgets what may pass, and remembers what will not", async () => {
    const memory = createInvocationMemory({ clock: fakeClock() });
    let runs = 0;
    const fails = (code: "UNAVAILABLE" | "POLICY_DENIED") => async () => {
      runs += 1;
      throw new TravelAgentError(code, "no");
    };
    for (const key of ["a", "a"]) await memory.once(key, {}, fails("UNAVAILABLE")).catch(() => {});
    for (const key of ["b", "b"]) await memory.once(key, {}, fails("POLICY_DENIED")).catch(() => {});
    expect(runs).toBe(3);
  });

  it("keeps only so much, and runs nothing again whose answer it dropped", async () => {
    const memory = createInvocationMemory({ clock: fakeClock(), maxKept: 1000 });
    for (const key of ["1", "2", "3"]) await memory.once(key, {}, answer("x".repeat(200)));
    await Promise.resolve();
    expect(() => memory.once("1", {}, answer("again"))).toThrow(expect.objectContaining({ code: "CONFLICT" }));
    expect(await memory.once("3", {}, answer("again"))).toMatchObject({ payload: "x".repeat(200) });
  });
});
