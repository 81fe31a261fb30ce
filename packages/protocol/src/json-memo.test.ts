import { describe, expect, it } from "vitest";
import { joinJson, jsonOf, memoizeJson } from "./json-memo.ts";

describe("kept JSON", () => {
  it("is what JSON.stringify writes", () => {
    const kept = memoizeJson({ name: "Ana Silva", at: 1, none: undefined });
    for (const value of [
      joinJson({ kept, list: joinJson([kept, kept]), empty: joinJson([]), text: 'with "quotes"', gone: undefined, nothing: null, 'odd "key"': [1, { a: 2 }] }),
      joinJson([]),
      joinJson({}),
      joinJson([undefined, null, 1, "x"]),
      kept,
      { plain: true },
      "text",
      null,
    ])
      expect(jsonOf(value)).toBe(JSON.stringify(value));
    expect(jsonOf(undefined)).toBe("null");
  });

  it("does not go over to a copy, and is kept once", () => {
    const kept = memoizeJson({ at: 1 });
    expect(jsonOf({ ...kept, at: 2 })).toBe('{"at":2}');
    expect(memoizeJson(kept)).toBe(kept);
    expect(kept).toEqual({ at: 1 });
    expect(JSON.stringify([kept])).toBe('[{"at":1}]');
  });

  it("is of a value that cannot change after it", () => {
    const kept = memoizeJson({ at: 1 });
    expect(() => Object.assign(kept, { at: 2 })).toThrow(TypeError);
    expect(() => joinJson([1]).push(2)).toThrow(TypeError);
  });
});
