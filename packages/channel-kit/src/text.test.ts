import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openFence } from "./fences.ts";
import { chunkText } from "./text.ts";

const bare = (text: string) => text.replace(/\s+/gu, "");
const segments = (text: string) => [...new Intl.Segmenter("und", { granularity: "grapheme" }).segment(text)].map(({ segment }) => segment);

describe("chunkText", () => {
  it("leaves a text alone that fits, and makes nothing of nothing", () => {
    expect(chunkText("Two seats to Lisbon", { maxLength: 100 })).toEqual(["Two seats to Lisbon"]);
    expect(chunkText(" \n ", { maxLength: 100 })).toEqual([]);
  });

  it("prefers paragraphs over lines, lines over sentences, sentences over words", () => {
    expect(chunkText("One two.\n\nThree four. Five six", { maxLength: 22 })).toEqual(["One two.", "Three four. Five six"]);
    expect(chunkText("One two three\nFour five six seven", { maxLength: 20 })).toEqual(["One two three", "Four five six seven"]);
    expect(chunkText("One two three. Four five six", { maxLength: 22 })).toEqual(["One two three.", "Four five six"]);
    expect(chunkText("One two three four", { maxLength: 10 })).toEqual(["One two", "three four"]);
  });

  it("uses the whole room when the break is just behind it", () => {
    expect(chunkText("abcd efgh", { maxLength: 4 })).toEqual(["abcd", "efgh"]);
  });

  it("keeps a link whole", () => {
    const url = "https://example.com/trips/ABC123?lang=en";
    expect(chunkText(`Your trip is here: ${url} and more`, { maxLength: 45 })).toContain(`${url} and`);
    expect(chunkText(`See [your whole itinerary](${url}) today`, { maxLength: 70 })[0]).toContain(`[your whole itinerary](${url})`);
  });

  it("moves a code block to the next message when it fits there", () => {
    const block = "```\nLH1123 Y 12MAR\n```";
    expect(chunkText(`Fare basis follows:\n${block}`, { maxLength: 30 })).toEqual(["Fare basis follows:", block]);
  });

  it("closes and reopens a code block it must cut, so that each message stands alone", () => {
    const code = `\`\`\`json\n${Array.from({ length: 12 }, (_, i) => `  "line ${i}": ${i},`).join("\n")}\n\`\`\``;
    const chunks = chunkText(code, { maxLength: 80 });
    expect(chunks.length).toBeGreaterThan(2);
    for (const chunk of chunks) {
      expect(openFence(chunk)).toBe(null);
      expect(chunk.startsWith("```json\n")).toBe(true);
      expect(chunk.length).toBeLessThanOrEqual(80);
    }
    expect(chunks.flatMap((chunk) => chunk.split("\n")).filter((line) => !line.startsWith("```"))).toEqual(code.split("\n").slice(1, -1));
  });

  it("refuses a length that cannot hold a character", () => {
    expect(() => chunkText("a", { maxLength: 1 })).toThrow("maxLength");
  });
});

const word = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
  fc.constantFrom(
    "https://example.com/a/b?c=d",
    "[link](https://example.com/x)",
    "👨‍👩‍👧‍👦",
    "🇪🇸🇩🇪",
    "é",
    "e\u0301",
    "```",
    "Lisbon.",
    " \u0308",
    "\r\n",
    "\n\n",
  ),
);
const prose = fc.array(fc.tuple(word, fc.constantFrom(" ", "\n", "\n\n", ". ", "")), { maxLength: 60 }).map((parts) => parts.flat().join(""));

describe("chunkText, for any text", () => {
  it("keeps every chunk within the limit, not empty, and all that is not white space in order", () => {
    fc.assert(
      fc.property(prose, fc.integer({ min: 2, max: 200 }), (text, maxLength) => {
        const chunks = chunkText(text, { maxLength });
        for (const chunk of chunks) {
          expect(chunk.length).toBeLessThanOrEqual(maxLength);
          expect(chunk.trim()).not.toBe("");
          expect(chunk.isWellFormed()).toBe(true);
        }
        if (!text.includes("```") && !text.includes("~~~")) expect(bare(chunks.join(""))).toBe(bare(text));
      }),
      { numRuns: 500 },
    );
  });

  it("never cuts a grapheme that fits a chunk", () => {
    fc.assert(
      fc.property(
        prose.filter((text) => !text.includes("```") && !text.includes("~~~")),
        fc.integer({ min: 30, max: 120 }),
        (text, maxLength) => {
          const visible = (parts: string[]) => parts.filter((part) => part.trim() !== "");
          expect(visible(chunkText(text, { maxLength }).flatMap(segments))).toEqual(visible(segments(text)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("never cuts a link that fits a chunk", () => {
    const links = ["https://example.com/first", "https://example.com/second?x=1", "[a b](https://example.com/third)"];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...links), fc.stringMatching(/^[a-z]{1,30}$/)), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 40, max: 90 }),
        (words, maxLength) => {
          const found = chunkText(words.join(" "), { maxLength }).flatMap((chunk) =>
            links.flatMap((link) =>
              chunk
                .split(link)
                .slice(1)
                .map(() => link),
            ),
          );
          expect(found.sort()).toEqual(words.filter((word) => links.includes(word)).sort());
        },
      ),
    );
  });

  it("keeps to a number of lines, closes every code block it tears and loses no line of code", () => {
    const line = fc.oneof(fc.constantFrom("```", "```json", "", "Lisbon 👨‍👩‍👧 and back", "https://example.com/a?b=1"), fc.stringMatching(/^[a-z ]{0,30}$/));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), fc.integer({ min: 3, max: 20 }), fc.integer({ min: 60, max: 400 }), (lines, maxLines, maxLength) => {
        const text = lines.join("\n");
        const chunks = chunkText(text, { maxLength, maxLines });
        for (const chunk of chunks) {
          expect(chunk.length).toBeLessThanOrEqual(maxLength);
          expect(chunk.split("\n").length).toBeLessThanOrEqual(maxLines);
          expect(chunk.isWellFormed()).toBe(true);
        }
        const words = (whole: string) => bare(whole.replace(/^`{3}.*$/gm, ""));
        expect(words(chunks.join("\n"))).toBe(words(text));
      }),
      { numRuns: 500 },
    );
  });

  it("makes a message of each paragraph when that is wanted, and tears no code block for it", () => {
    const text = "One.\n\n\nTwo,\nstill two.\n\n```\na\n\nb\n```\n\nThree.";
    expect(chunkText(text, { maxLength: 100, mode: "newline" })).toEqual(["One.", "Two,\nstill two.", "```\na\n\nb\n```", "Three."]);
    expect(chunkText(text, { maxLength: 10, mode: "newline" }).every((chunk) => chunk.length <= 10)).toBe(true);
  });

  it.each([{ maxLength: 1 }, { maxLength: 100, maxLines: 2 }])("refuses a limit nothing fits in", (options) => {
    expect(() => chunkText("text", options)).toThrow(/at least/);
  });

  it("is quick with a long text", () => {
    const text = "A sentence about a trip to Frankfurt on Friday. ".repeat(5000);
    const before = performance.now();
    expect(chunkText(text, { maxLength: 4096 }).length).toBeGreaterThan(50);
    expect(performance.now() - before).toBeLessThan(2000);
  });
});
