import { expect, it } from "vitest";
import { neighbour } from "./use-keys.ts";

it("moves through a list and stops at its ends", () => {
  const letters = ["a", "b", "c"];
  const from = (letter: string, step: 1 | -1) => neighbour(letters, (other) => other === letter, step);
  expect([from("a", 1), from("c", 1), from("b", -1), from("a", -1)]).toEqual(["b", "c", "a", "a"]);
  expect([from("none", 1), from("none", -1)]).toEqual(["a", "c"]);
  expect(neighbour([], () => true, 1)).toBe(undefined);
});
