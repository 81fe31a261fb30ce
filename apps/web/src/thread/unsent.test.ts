import { expect, it } from "vitest";
import { unsentMessages } from "./unsent.ts";

function memory() {
  const items = new Map<string, string>();
  return {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
    items,
  };
}

it("keeps messages in order, each key once, by session", () => {
  const store = memory();
  const mine = unsentMessages(() => store, "mine");
  mine.add({ key: "a", text: "one", at: 1 });
  mine.add({ key: "b", text: "two", at: 2 });
  mine.add({ key: "b", text: "two", at: 2 });
  expect(unsentMessages(() => store, "mine").all()).toEqual([
    { key: "a", text: "one", at: 1 },
    { key: "b", text: "two", at: 2 },
  ]);
  expect(unsentMessages(() => store, "other").all()).toEqual([]);
  mine.remove("a");
  mine.remove("b");
  expect(store.items.size).toBe(0);
});

it("bears a browser that keeps nothing, and what is no message", () => {
  const forbidden = unsentMessages(() => {
    throw new Error("denied");
  }, "s");
  forbidden.add({ key: "a", text: "one", at: 1 });
  expect(forbidden.all()).toEqual([]);
  for (const kept of ["{", "3", '[null, {"key": 1}]']) {
    const store = memory();
    store.setItem("travelagent:unsent:s", kept);
    expect(unsentMessages(() => store, "s").all()).toEqual([]);
  }
});
