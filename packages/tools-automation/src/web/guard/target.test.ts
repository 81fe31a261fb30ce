import { describe, expect, it } from "vitest";
import { parseTarget } from "./target.ts";

describe("an address to open", () => {
  it.each([
    ["https://Example.com./a?b#c", "https://example.com./a?b", "example.com", 443],
    ["http://example.com:8080", "http://example.com:8080/", "example.com", 8080],
    ["http://192.0.2.10/", "http://192.0.2.10/", "192.0.2.10", 80],
    ["http://[2001:DB8::1]:81/", "http://[2001:db8::1]:81/", "2001:db8::1", 81],
  ])("is read as it is meant: %s", (text, url, host, port) => {
    const target = parseTarget(text);
    expect([target.url.href, target.host, target.port]).toEqual([url, host, port]);
  });

  it.each([
    "file:///etc/passwd",
    "data:text/html,hello",
    "ftp://example.com/",
    "javascript:alert(1)",
    "gopher://example.com/",
    "blob:https://example.com/1",
    "\\\\server\\share\\file.txt",
    "//server/share",
    "/etc/passwd",
    "example.com",
    "",
    "https://",
    "https://user@example.com/",
    "https://user:word@example.com/",
    "https://:word@example.com/",
  ])("of another kind is refused: %s", (text) => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
  });

  it.each([
    "http://0x7f000001/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://134744072/",
    "http://８.８.８.８/",
    "http://8.8.8.8./",
    "http:\\\\0x08.8.8.8\\",
  ])("is refused when it hides a numeric address: %s", (text) => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
  });

  it("is refused when a redirect hides one", () => {
    expect(() => parseTarget("//0x7f000001/", new URL("https://example.com/"))).toThrow("four plain decimal numbers");
    expect(parseTarget("../next", new URL("http://192.0.2.10/a/b")).url.href).toBe("http://192.0.2.10/next");
  });
});
