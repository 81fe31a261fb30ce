import { expect, it } from "vitest";
import { createGapDetector } from "./gap.ts";

it("reports what is missing, once", () => {
  const gaps = createGapDetector();
  expect([1, 2, 3].map((seq) => gaps.see(seq))).toEqual([null, null, null]);
  expect(gaps.see(7)).toEqual({ expected: 4, received: 7 });
  expect(gaps.see(8)).toBe(null);
});

it("notices that the very first events are missing", () => {
  expect(createGapDetector().see(3)).toEqual({ expected: 1, received: 3 });
});

it("ignores events without a number and starts anew with a connection", () => {
  const gaps = createGapDetector();
  gaps.see(1);
  expect(gaps.see(undefined)).toBe(null);
  gaps.reset();
  expect(gaps.see(1)).toBe(null);
});
