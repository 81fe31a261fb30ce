import { describe, expect, it } from "vitest";
import { thingAt } from "./page-view.ts";

const snapshot = [
  "- generic [active] [ref=e1]:",
  '  - heading "Fares" [level=1] [ref=e2]',
  '  - button "Cancel [ref=e5]" [ref=e3] [cursor=pointer]',
  "  - text: nothing [ref=e5]",
  '  - \'link "a: \\"b\\" [ref=e5]" [ref=e4]\':',
  "    - /url: /x [ref=e5]",
  '  - button "Pay" [ref=e5] [cursor=pointer]',
  "  - textbox [ref=e15]: e16 [ref=e6]",
].join("\n");

describe("the thing behind a reference", () => {
  it.each([
    ["e2", 'heading "Fares"'],
    ["e3", 'button "Cancel [ref=e5]"'],
    ["e4", 'link "a: \\"b\\" [ref=e5]"'],
    ["e5", 'button "Pay"'],
    ["e15", "textbox"],
  ])("%s is what the page's structure says, whatever its words say", (ref, thing) => {
    expect(thingAt(snapshot, ref)).toBe(thing);
  });

  it("is not found among words", () => {
    expect(() => thingAt(snapshot, "e6")).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
  });
});
