import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBlockMaker } from "./block-maker.ts";
import { saidOf } from "./said-blocks.ts";

const word = fc.oneof(
  fc.stringMatching(/^[a-z]{1,12}$/),
  fc.constantFrom(
    "Lisbon.",
    "https://example.com/a?b=1",
    "[a link](https://example.com/x)",
    "**very important words**",
    "`code of it`",
    "👨‍👩‍👧",
    "\n```\nlet a = 1;\n\nlet b = 2;\n```\n",
  ),
);
const text = fc.array(fc.tuple(word, fc.constantFrom(" ", "\n", "\n\n")), { maxLength: 80 }).map((parts) => parts.flat().join(""));

describe("blocks", () => {
  it("are, together with the rest, the text, whatever pieces it comes in; and tear no code, link or emphasis", () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 40 }), fc.integer({ min: 20, max: 60 }), (whole, sizes, minChars) => {
        const maker = createBlockMaker({ minChars, maxChars: minChars * 2, paragraphs: false });
        const blocks: string[] = [];
        let at = 0;
        for (let turn = 0; at < whole.length; turn += 1) {
          const size = sizes[turn % sizes.length]! + 1;
          blocks.push(...maker.push(whole.slice(at, at + size)), ...(turn % 3 === 0 ? maker.pause() : []));
          at += size;
        }
        expect(blocks.join("") + maker.rest).toBe(whole);
        for (const block of blocks) {
          expect(block.length).toBeGreaterThanOrEqual(minChars);
          expect((block.match(/```/g) ?? []).length % 2).toBe(0);
          for (const torn of ["[a link](https://example.com/x)", "**very important words**", "`code of it`"]) {
            const begins = block.split(torn.slice(0, 5)).length - 1;
            expect(begins).toBe(block.split(torn).length - 1);
          }
        }
        const said = blocks.map((block) => block.trim()).filter((block) => block !== "");
        expect(whole.trim().slice(saidOf(whole.trim(), said)).trim()).toBe(maker.rest.trim());
      }),
      { numRuns: 300 },
    );
  });

  it("end with paragraphs where that is wanted", () => {
    const maker = createBlockMaker({ minChars: 10, maxChars: 30, paragraphs: true });
    expect(maker.push("One sentence. And another one.\n\nThe second paragraph is here. It is long.")).toEqual(
      ["One sentence. And another one.\n\n"].filter(() => false),
    );
    expect(maker.rest.length).toBeGreaterThan(30);
  });
});
