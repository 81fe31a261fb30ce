import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sizeOf } from "./encoding.ts";
import { smsParts } from "./parts.ts";

describe("segments", () => {
  it.each([
    ["x".repeat(160), "gsm-7", 1],
    ["x".repeat(161), "gsm-7", 2],
    ["x".repeat(306), "gsm-7", 2],
    ["x".repeat(307), "gsm-7", 3],
    [`${"x".repeat(159)}€`, "gsm-7", 2],
    // A sign of two places is not torn at the end of the first.
    [`${"x".repeat(152)}€${"x".repeat(152)}`, "gsm-7", 3],
    ["ñ à É ¿ Ω", "gsm-7", 1],
    ["á".repeat(70), "ucs-2", 1],
    ["á".repeat(71), "ucs-2", 2],
    ["😀".repeat(35), "ucs-2", 1],
    ["😀".repeat(67), "ucs-2", 3],
  ] as const)("of %s are %s, %d", (text, encoding, segments) => {
    expect(sizeOf(text)).toEqual({ encoding, segments });
  });

  it("are not tripled by typographic signs, and names keep their letters", () => {
    expect(smsParts("Ana’s flight – “gate 4”…", 10)).toEqual([{ text: `Ana's flight - "gate 4"...`, segments: 1 }]);
    expect(smsParts("Łukasz", 1)).toEqual([{ text: "Łukasz", segments: 1 }]);
  });

  it("of a part are never more than allowed, and no word is lost", () => {
    const word = fc.oneof(fc.stringMatching(/^[a-z]{1,30}$/), fc.constantFrom("€€€€", "😀😀", "viaje", "mañana", "Łódź", "[x](https://agency.example/a)"));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 10 }), (words, maxSegments) => {
        const parts = smsParts(words.join(" "), maxSegments);
        for (const { text, segments } of parts) {
          expect(segments).toBe(sizeOf(text).segments);
          expect(segments).toBeLessThanOrEqual(maxSegments);
        }
        expect(
          parts
            .map(({ text }) => text)
            .join("")
            .replace(/\s/g, ""),
        ).toBe(words.join("").replace(/\s/g, ""));
      }),
      { numRuns: 60 },
    );
  });
});
