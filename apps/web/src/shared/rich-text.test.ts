import { expect, it } from "vitest";
import { pieces } from "./rich-text.ts";

it("finds links and strong text and leaves the rest alone", () => {
  expect(pieces("See https://example.com/a?b=c. **Two** seats, [terms](https://example.com/t)!")).toEqual([
    { kind: "text", text: "See " },
    { kind: "link", text: "https://example.com/a?b=c", href: "https://example.com/a?b=c" },
    { kind: "text", text: ". " },
    { kind: "strong", text: "Two" },
    { kind: "text", text: " seats, " },
    { kind: "link", text: "terms", href: "https://example.com/t" },
    { kind: "text", text: "!" },
  ]);
});

it("makes no link of anything that is not http", () => {
  for (const text of ["javascript:alert(1)", "[x](javascript:alert(1))", "<a href='x'>x</a>", "**", ""]) {
    expect(pieces(text).every((piece) => piece.kind === "text")).toBe(true);
    expect(
      pieces(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  }
});
