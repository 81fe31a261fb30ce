import { describe, expect, it } from "vitest";
import { visitors } from "./visitors.ts";

const secret = "a secret of the gateway";

describe("visitors", () => {
  it("knows its own cookies, also after a restart", () => {
    const { visitorId, cookieValue } = visitors({ secret }).issue();
    expect(visitors({ secret }).verify(cookieValue)).toBe(visitorId);
    expect(visitors({ secret: Buffer.from(secret) }).verify(cookieValue)).toBe(visitorId);
  });

  it("gives everybody an id of their own", () => {
    const desk = visitors({ secret });
    expect(new Set(Array.from({ length: 100 }, () => desk.issue().visitorId)).size).toBe(100);
  });

  it("refuses every changed character", () => {
    const desk = visitors({ secret });
    const { cookieValue } = desk.issue();
    for (let i = 0; i < cookieValue.length; i++) {
      const changed = cookieValue.slice(0, i) + (cookieValue[i] === "A" ? "B" : "A") + cookieValue.slice(i + 1);
      expect(desk.verify(changed)).toBe(null);
    }
  });

  it("refuses cookies of another secret and whatever else is sent", () => {
    const desk = visitors({ secret });
    expect(desk.verify(visitors({ secret: "another secret of another gateway" }).issue().cookieValue)).toBe(null);
    const { visitorId, cookieValue } = desk.issue();
    for (const value of ["", ".", visitorId, `${visitorId}.`, `${cookieValue} `, `${cookieValue}.x`, "x".repeat(100_000)])
      expect(desk.verify(value)).toBe(null);
  });

  it("needs a secret worth the name", () => {
    expect(() => visitors({ secret: "short" })).toThrow("16 bytes");
  });
});
