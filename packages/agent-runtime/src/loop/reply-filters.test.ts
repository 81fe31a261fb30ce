import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type TextFilter, tagFilter } from "./reply-tags.ts";
import { silenceFilter } from "./silence.ts";
import { writtenThoughtFilter } from "./written-thought.ts";

const through = (filter: TextFilter, pieces: readonly string[]): string => pieces.map((piece) => filter.push(piece)).join("") + filter.end();
const stripped = (...pieces: string[]): { text: string; tags: string[] } => {
  const tags: string[] = [];
  const text = through(
    tagFilter((name, value) => void tags.push(value === "" ? name : `${name}=${value}`)),
    pieces,
  );
  return { text, tags };
};

/** A text of parts that are hard to tell apart, and a way to cut it. */
const parts = fc.array(
  fc.oneof(
    fc.constantFrom(
      "[[reply_to_current]]",
      "[[ reply_to: wamid.7 ]]",
      "[[audio_as_voice]]",
      "[[mood:calm]]",
      "[[Madrid]]",
      "[",
      "[[",
      "]]",
      "]",
      " ",
      "\n",
      ":",
    ),
    fc.constantFrom("NO_REPLY", "NO", "_REPLY", "<think>", "</think>", "<", "Your flight", "✈", "reply_to"),
    fc.string({ maxLength: 6 }),
  ),
  { maxLength: 12 },
);
const cuts = fc.array(fc.nat(), { maxLength: 10 });
const pieces = (text: string, at: readonly number[]): string[] => {
  const edges = [0, ...[...new Set(at.map((one) => one % (text.length + 1)))].sort((a, b) => a - b), text.length];
  return edges.slice(1).map((end, index) => text.slice(edges[index], end));
};

describe("reply tags", () => {
  it.each([
    ["[[reply_to_current]] Good morning", "Good morning", ["reply_to_current"]],
    ["Good [[reply_to: 77]] morning", "Good morning", ["reply_to=77"]],
    ["Good morning [[audio_as_voice]]", "Good morning ", ["audio_as_voice"]],
    ["[[Reply_To_Current]]Hi", "Hi", ["reply_to_current"]],
    ["One[[some_new_tag:x]] two", "One two", ["some_new_tag=x"]],
    ["See [[Madrid]] and [1], [[ and ]]", "See [[Madrid]] and [1], [[ and ]]", []],
    ["Still open [[reply_to", "Still open [[reply_to", []],
  ])("%s", (text, shown, tags) => {
    expect(stripped(text)).toEqual({ text: shown, tags });
  });

  it("are found however the text is cut, and nothing else is lost", () => {
    fc.assert(
      fc.property(parts, cuts, (words, at) => {
        const text = words.join("");
        expect(stripped(...pieces(text, at))).toEqual(stripped(text));
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes("[[")),
        cuts,
        (text, at) => {
          expect(stripped(...pieces(text, at)).text).toBe(text);
        },
      ),
    );
  });
});

describe("the token of silence", () => {
  it("never comes out alone, not even its beginning", () => {
    fc.assert(
      fc.property(fc.constantFrom("NO_REPLY", " NO_REPLY", "NO_REPLY\n", "\n NO_REPLY \n"), cuts, (text, at) => {
        expect(through(silenceFilter(), pieces(text, at))).toBe("");
      }),
    );
  });

  it("is text like any other when more is said, and what comes out is what went in", () => {
    fc.assert(
      fc.property(parts, cuts, (words, at) => {
        const text = words.join("");
        expect(through(silenceFilter(), pieces(text, at))).toBe(text.trim() === "NO_REPLY" ? "" : text);
      }),
      { numRuns: 500 },
    );
    const filter = silenceFilter();
    expect(["N", "O", "_REP", "LACEMENT", " of"].map((piece) => filter.push(piece))).toEqual(["", "", "", "NO_REPLACEMENT", " of"]);
  });
});

describe("thoughts written as text", () => {
  it.each([
    ["<think>\nShe wants Lisbon.\n</think>\n\nWhen do you fly?", "When do you fly?"],
    ["  <think>a</think>b<think>c</think>", "b<think>c</think>"],
    ["<think>never ended", ""],
    ["<thin", "<thin"],
    ["2 < 3", "2 < 3"],
  ])("%s", (text, shown) => {
    expect(through(writtenThoughtFilter(), [text])).toBe(shown);
  });

  it("are taken out however the text is cut", () => {
    fc.assert(
      fc.property(parts, cuts, (words, at) => {
        const text = words.join("");
        expect(through(writtenThoughtFilter(), pieces(text, at))).toBe(through(writtenThoughtFilter(), [text]));
      }),
      { numRuns: 500 },
    );
  });
});
