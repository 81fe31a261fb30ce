import { expect, it } from "vitest";
import { parseConfig } from "./parse.ts";
import { redact } from "./redact.ts";
import { GatewayConfig } from "./schema.ts";

const parse = (plugins: unknown) => parseConfig(GatewayConfig, { plugins });
const sha256 = "ab".repeat(32);

it("loads no plugin by itself, and opens nothing by itself for one it is given", () => {
  expect(parse({}).plugins).toEqual({ load: { paths: [] }, allow: [], deny: [], entries: {} });
  expect(parse({ entries: { fx: { path: "~/fx", sha256 } } }).plugins.entries.fx).toEqual({
    enabled: true,
    path: "~/fx",
    sha256,
    publicRoutes: false,
    channels: {},
    config: {},
  });
  expect(parse({ entries: { fx: { channels: { pager: {} } } } }).plugins.entries.fx!.channels).toEqual({ pager: { dmPolicy: "disabled", allowFrom: [] } });
});

it.each([
  [{ entries: { fx: { sha256: sha256.toUpperCase() } } }, "plugins.entries.fx.sha256"],
  [{ entries: { fx: { hash: sha256 } } }, "plugins.entries.fx"],
  [{ entries: { fx: { channels: { pager: { dmPolicy: "pairing" } } } } }, "plugins.entries.fx.channels.pager.dmPolicy"],
  [{ path: "~/fx" }, "plugins"],
])("refuses %j with its path", (given, path) => {
  expect(() => parse(given)).toThrow(path);
});

it("shows nobody the secrets in the configuration of a plugin", () => {
  const config = parse({ entries: { fx: { config: { apiKey: "a-key-of-the-bank-4711", base: "EUR" } } } });
  expect(JSON.stringify(redact(config))).toContain('"config":{"apiKey":"***","base":"EUR"}');
});
