import { describe, expect, it } from "vitest";
import { lookOf, luminance, textOn } from "./look.ts";

describe("what a foreign page chooses", () => {
  it("is a language, a colour and a theme, in their own forms only", () => {
    expect(lookOf("?lang=de&color=%230B5FFF&theme=dark")).toEqual({ language: "de", color: "#0b5fff", theme: "dark" });
    expect(lookOf("?color=red;background:url(https://x)&theme=evil&gatewayUrl=ws://x")).toEqual({ language: undefined, color: undefined, theme: undefined });
  });

  it("keeps words on its colour readable", () => {
    for (let at = 0; at < 4096; at += 37) {
      const hex = `#${(at * 4099).toString(16).padStart(6, "0").slice(-6)}`;
      const [a, b] = [luminance(hex), luminance(textOn(hex))];
      expect((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)).toBeGreaterThanOrEqual(4.5);
    }
  });
});
