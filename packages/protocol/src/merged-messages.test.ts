import { describe, expect, it } from "vitest";
import { looksMerged, mergeMessages, splitMerged } from "./merged-messages.ts";

describe("messages that are answered together", () => {
  it("are one text, and apart again", () => {
    const parts = ["two seats", "to Lisbon\nor Porto\n1. tomorrow", "3 of us"];
    const text = mergeMessages(parts.map((part) => ({ text: part })));
    expect(looksMerged(text)).toBe(true);
    expect(splitMerged(text)).toEqual(parts);
    const dropped = mergeMessages([{ text: "a" }, { from: "Ana", text: "b" }], ["x", "y"]);
    expect(dropped).toContain("- x\n- y\n\n(2 messages");
    expect(splitMerged(dropped)).toEqual(["a", "Ana: b"]);
  });

  it("are themselves when there is one", () => {
    expect(mergeMessages([{ text: "hello" }])).toBe("hello");
    for (const text of ["hello", "", "(3 messages, one after the other. One answer to all of them.)\n\n1. only"]) expect(splitMerged(text)).toEqual([text]);
    expect(looksMerged("1. hello")).toBe(false);
  });
});
