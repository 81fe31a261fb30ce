import { describe, expect, it } from "vitest";
import { emptyList, type Paged, type PagedEvent, pagedReducer } from "./paged.ts";

interface Item {
  id: string;
  at: number;
  version: number;
}
const reduce = pagedReducer<Item>({ idOf: (item) => item.id, compare: (a, b) => b.at - a.at, isNewer: (item, shown) => item.version >= shown.version });
const item = (id: string, at: number, version = 1): Item => ({ id, at, version });
const run = (events: PagedEvent<Item>[], from: Paged<Item> = emptyList) => events.reduce(reduce, from);
const ids = (list: Paged<Item>) => list.items.map(({ id }) => id);
const first = (items: Item[], nextCursor?: string): PagedEvent<Item> => ({ type: "page", items, first: true, nextCursor });

describe("a paged list", () => {
  it("adds page after page and forgets the cursor after the last", () => {
    const one = run([first([item("a", 9), item("b", 8)], "next")]);
    expect(one).toMatchObject({ status: "ready", nextCursor: "next" });
    const two = run([{ type: "more" }, { type: "page", items: [item("b", 8), item("c", 7)], first: false }], one);
    expect(ids(two)).toEqual(["a", "b", "c"]);
    expect(two).not.toHaveProperty("nextCursor");
  });

  it("moves what changed to its place and takes in what is new", () => {
    const list = run([first([item("a", 9), item("b", 8)])]);
    expect(ids(run([{ type: "changed", item: item("b", 10, 2), wanted: true }], list))).toEqual(["b", "a"]);
    expect(ids(run([{ type: "changed", item: item("n", 11), wanted: true }], list))).toEqual(["n", "a", "b"]);
  });

  it("drops what no longer belongs here", () => {
    expect(ids(run([first([item("a", 9)]), { type: "changed", item: item("a", 9, 2), wanted: false }]))).toEqual([]);
  });

  it("does not go back to an older version", () => {
    const list = run([first([item("a", 9, 3)]), { type: "changed", item: item("a", 99, 2), wanted: true }]);
    expect(list.items[0]?.version).toBe(3);
  });

  it("keeps what an event brought while a page was on its way", () => {
    const list = run([
      first([item("a", 9)]),
      { type: "load", clear: false },
      { type: "changed", item: item("a", 10, 2), wanted: true },
      first([item("a", 9, 1), item("b", 8)]),
    ]);
    expect(list.items).toEqual([item("a", 10, 2), item("b", 8)]);
  });

  it("does not bring back what an event removed while a page was on its way", () => {
    expect(ids(run([{ type: "load", clear: true }, { type: "changed", item: item("a", 9, 2), wanted: false }, first([item("a", 9, 1)])]))).toEqual([]);
  });

  it("shows the old items while it reads again, and none for another question", () => {
    const list = run([first([item("a", 9)])]);
    expect(ids(run([{ type: "load", clear: false }], list))).toEqual(["a"]);
    expect(ids(run([{ type: "load", clear: true }], list))).toEqual([]);
  });

  it("says why a read failed, until the next one works", () => {
    const failed = run([{ type: "failed", error: "no connection" }]);
    expect(failed).toMatchObject({ status: "failed", error: "no connection" });
    expect(run([first([])], failed)).not.toHaveProperty("error");
  });
});
