import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayConfig } from "@travelagent/config";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkExposedSecret } from "./exposed-secret.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "exposed-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const outcome = (auth: object, listen: { host: string; allowPlaintext: boolean }): string => {
  try {
    checkExposedSecret(GatewayConfig.parse({ gateway: { auth } }), listen, join(directory, "gateway.token"));
    return "ok";
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const lan = { host: "0.0.0.0", allowPlaintext: true };

it.each([
  ["for other machines without a token", {}, lan, "CONFIG_INVALID"],
  ["for other machines on one address", {}, { host: "192.0.2.7", allowPlaintext: true }, "CONFIG_INVALID"],
  ["for other machines with one", { token: "a-token-for-tests-0123456789" }, lan, "ok"],
  ["on loopback", {}, { host: "127.0.0.1", allowPlaintext: false }, "ok"],
  ["on loopback over IPv6", {}, { host: "::1", allowPlaintext: false }, "ok"],
])("a gateway %s: %s", (_, auth, listen, expected) => {
  expect(outcome(auth, listen)).toBe(expected);
});

it("may show other machines the token that was made before", () => {
  writeFileSync(join(directory, "gateway.token"), "x");
  expect(outcome({}, lan)).toBe("ok");
});
