import { describe, expect, it } from "vitest";
import { tabIn, tokenIn } from "./link-token.ts";

const token = `${"a".repeat(16)}.t3st12.${"B-_".repeat(14)}x`;

describe("the fragment of the address", () => {
  it("is a token when it has the form of one", () => {
    expect(tokenIn(`#${token}`)).toBe(token);
    for (const other of ["", "#", "#trips", `#${token}x`, `#x${token}`, `#${token.replace(".", "")}`]) expect(tokenIn(other)).toBe(undefined);
  });

  it("names a part of the page, the trips unless it says otherwise", () => {
    expect(["#quotes", "#messages", "#trips", "", "#other", `#${token}`].map(tabIn)).toEqual(["quotes", "messages", "trips", "trips", "trips", "trips"]);
  });
});
