import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { cleanAddress } from "./clean-address.ts";

const clean = (address: string) => cleanAddress(new URL(address, "http://127.0.0.1:18789"));

it.each([
  ["/?gatewayUrl=wss://evil.example", "/"],
  ["/inbox?token=abc&id=42", "/inbox?id=42"],
  ["/inbox?id=42&gateway_url=wss%3A%2F%2Fevil.example&GatewayURL=x", "/inbox?id=42"],
  ["/chat?password=x&password=y", "/chat"],
  ["/?access_token=x#token=y", "/"],
  ["/inbox#token=y&id=1", "/inbox#id=1"],
])("takes endpoint and secrets out of %s", (address, left) => {
  expect(clean(address)).toBe(left);
});

it.each(["/", "/inbox?id=42", "/bookings?id=a%20b", "/login#a-sign-in-code_0123", "/inbox?tokens=3"])("leaves %s alone", (address) => {
  expect(clean(address)).toBeUndefined();
});

it("is the first thing both pages do, and no other file reads an endpoint or a secret from the address", () => {
  const source = fileURLToPath(new URL("..", import.meta.url));
  for (const page of ["console", "chat"]) expect(readFileSync(`${source}${page}/main.tsx`, "utf8")).toMatch(/^tidyAddress\(\);$/m);
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name) && !name.includes("clean-address"));
  const readers = files.filter((name) => /\.get\(\s*["'](token|gatewayUrl|password|deviceToken)["']/i.test(readFileSync(`${source}${name}`, "utf8")));
  expect(readers).toEqual([]);
});
