import { describe, expect, it } from "vitest";
import { createFinder } from "./finder.ts";
import { isTelling } from "./written-forms.ts";

const name = "Zéldamira Quixotte";
const email = "zelda.quixotte@example.com";
const phone = "+34 600 771 133";
const passport = "XQ7319452";
const finder = createFinder([name, email, phone, passport, "Müller-Weiß"]);
const found = (text: string | Uint8Array) => [...finder.in(text)].sort();

describe("finder", () => {
  it.each([
    ["as it is", name],
    ["small", name.toLowerCase()],
    ["large", name.toUpperCase()],
    ["without accents", "Zeldamira Quixotte"],
    ["taken apart", name.normalize("NFD")],
    ["as airlines write it", "QUIXOTTE/ZELDAMIRA"],
    ["turned around", "Quixotte, Zéldamira"],
    ["in an address", "https://x/zeldamira-quixotte"],
    ["joined", "zeldamiraquixotte"],
    ["in percent", encodeURIComponent(name)],
    ["in a form", "name=Z%C3%A9ldamira+Quixotte&x=1"],
    ["in JSON escapes", '{"name":"Z\\u00e9ldamira Quixotte"}'],
    ["in HTML escapes", "Z&#233;ldamira Quixotte"],
    ["in quoted-printable", "Z=C3=A9ldamira Quixotte"],
    ["in base64", Buffer.from(`a${name} and more`).toString("base64")],
    ["in base64 at another place", Buffer.from(`ab${name}`).toString("base64")],
    ["in base64 of addresses", Buffer.from(`abc${name}??`).toString("base64url")],
    ["in hex", Buffer.from(name).toString("hex")],
  ])("finds a name %s", (_, text) => {
    expect(found(`before ${text} behind`)).toContain(0);
  });

  it("finds text in two bytes a sign, in both orders", () => {
    expect(found(Buffer.from(`x${name}`, "utf16le"))).toEqual([0]);
    expect(found(Buffer.from(`x${name}`, "utf16le").swap16())).toEqual([0]);
  });

  it.each(["+34600771133", "0034600771133", "34 600-77-11-33", "(600) 771 133", "600.771.133", "+34 (600) 77 11 33", "tel:%2B34600771133"])(
    "finds a telephone number as %s",
    (text) => {
      expect(found(`call ${text}, please`)).toEqual([2]);
    },
  );

  it("finds an e-mail address, and its first half where that stands by itself", () => {
    expect(found("ZELDA.QUIXOTTE@EXAMPLE.COM")).toEqual([1]);
    expect(found("user=zelda.quixotte;")).toEqual([1]);
    expect(found("xzelda.quixottex")).toEqual([]);
  });

  it("finds numbers of documents and names with signs of their own", () => {
    expect(found("passport xq7319452.")).toEqual([3]);
    expect(found("MUELLER-WEISS")).toEqual([4]);
    expect(found("Muller-Weiß")).toEqual([4]);
  });

  it("does not find what only looks like it", () => {
    for (const text of ["Zelda Mira Quix", "1600771133599", "77113", "example.com", "2027-01-14 10:15", "6007711", "XQ731945"])
      expect([text, found(text)]).toEqual([text, []]);
  });

  it("finds over the borders of pieces, and tells where", () => {
    const text = Buffer.from(`..${email}.. 600 771 133 ..`);
    for (let size = 1; size < 9; size++) {
      const hits: string[] = [];
      const search = finder.search(({ identifier, start, end }) => hits.push(`${identifier} ${text.subarray(start, end).toString()}`));
      for (let at = 0; at < text.length; at += size) search.push(text.subarray(at, at + size));
      search.end();
      expect(new Set(hits)).toEqual(new Set([`1 ${email}`, "1 zelda.quixotte", "2 600 771 133"]));
    }
  });

  it("knows what is worth looking for", () => {
    for (const text of [name, email, phone, passport, "Konstantinopoulos"]) expect([text, isTelling(text)]).toEqual([text, true]);
    for (const text of ["Ana", "Visitor", "x1"]) expect([text, isTelling(text)]).toEqual([text, false]);
  });

  it("reads quickly, however many there are to look for", () => {
    const many = createFinder(Array.from({ length: 30 }, (_, index) => `Person Number${index} Somebody`));
    const megabyte = Buffer.alloc(1024 * 1024, "some text that names nobody at all, with 123 456 in it. ");
    const started = performance.now();
    for (let index = 0; index < 4; index++) expect(many.in(megabyte).size).toBe(0);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
