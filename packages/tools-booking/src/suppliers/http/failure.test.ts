import { describe, expect, it } from "vitest";
import { withoutReply } from "./failure.ts";

const failed = (code: string, syscall?: string) => {
  const cause = Object.assign(new Error(`${syscall ?? ""} ${code}`), { code, ...(syscall === undefined ? {} : { syscall }) });
  return new TypeError("fetch failed", { cause });
};

describe("a request without a reply", () => {
  it.each([
    ["ECONNREFUSED", "connect"],
    ["EHOSTUNREACH", "connect"],
    ["ENETUNREACH", "connect"],
    ["ENOTFOUND", "getaddrinfo"],
    ["UND_ERR_CONNECT_TIMEOUT", undefined],
  ])("surely did nothing after %s of %s", (code, syscall) => {
    expect(withoutReply("acme", "write", failed(code, syscall)).code).toBe("SUPPLIER_UNAVAILABLE");
  });

  it.each([
    ["EHOSTUNREACH", "read"],
    ["ENETUNREACH", "write"],
    ["ECONNRESET", "read"],
    ["UND_ERR_SOCKET", undefined],
  ])("may have done something after %s of %s, when the connection stood", (code, syscall) => {
    expect(withoutReply("acme", "write", failed(code, syscall)).code).toBe("OUTCOME_UNKNOWN");
    expect(withoutReply("acme", "read", failed(code, syscall)).code).toBe("SUPPLIER_UNAVAILABLE");
  });
});
