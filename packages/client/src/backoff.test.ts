import { expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

const highest = () => 0.999999;

it("doubles its upper bound with each attempt up to the limit", () => {
  const bounds = [0, 1, 2, 3, 10, 5000].map((attempt) => Math.ceil(backoffMs(attempt, highest, { baseMs: 100, maxMs: 1000 }) / 100) * 100);
  expect(bounds).toEqual([100, 200, 400, 800, 1000, 1000]);
});

it("can be anything below the bound, also nothing", () => {
  expect(backoffMs(6, () => 0)).toBe(0);
  expect(backoffMs(2, () => 0.5, { baseMs: 100 })).toBe(200);
});
