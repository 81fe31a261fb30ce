import { describe, expect, it } from "vitest";
import { sizeOf, wordsBeside } from "./files.ts";

const id = `media_${"a".repeat(32)}`;

describe("the words of a message with files", () => {
  it("come without the lines of those that are shown", () => {
    const text = `Our visas\n[document visa.pdf, application/pdf, 12 KB, ${id}]\nboth`;
    expect(wordsBeside(text, [{ id }])).toBe("Our visas\nboth");
    expect(wordsBeside(text, [{ id: `media_${"b".repeat(32)}` }])).toBe(text);
    expect(wordsBeside(text, [])).toBe(text);
  });

  it("keep a line that a person wrote", () => {
    expect(wordsBeside(`see ${id}`, [{ id }])).toBe(`see ${id}`);
  });
});

describe("sizes", () => {
  it("are told as people say them", () => {
    expect([10, 20_480, 3_670_016].map(sizeOf)).toEqual(["1 KB", "20 KB", "3.5 MB"]);
  });
});
