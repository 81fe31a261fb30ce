import { describe, expect, it } from "vitest";
import { redact } from "./redact.ts";
import { GatewayConfig } from "./schema.ts";

const problems = (tools: unknown): string[] => {
  const { error } = GatewayConfig.safeParse({ tools });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
};

describe("the web tools of a configuration", () => {
  it("are all off when nothing is said", () => {
    expect(GatewayConfig.parse({}).tools).toMatchObject({
      web: { allowPrivateHosts: [], fetch: { enabled: false, maxChars: 50_000 } },
      browser: { enabled: false, noSandbox: false, evaluateEnabled: false },
    });
    expect(GatewayConfig.parse({}).tools.web.search).toBeUndefined();
  });

  it("name private hosts one by one", () => {
    for (const host of ["wiki.intranet", "wiki.intranet:8080", "10.0.0.5", "[fd12::1]:81"])
      expect(problems({ web: { allowPrivateHosts: [host] } })).toEqual([]);
    for (const host of ["http://wiki", "10.0.0.0/8", "a b", "user@wiki", "fd12::1", "wiki:port", ""])
      expect(problems({ web: { allowPrivateHosts: [host] } })).toHaveLength(1);
  });

  it("need an address for a search, and show its key to nobody", () => {
    expect(problems({ web: { search: { apiKey: "k" } } })).toEqual([expect.stringContaining("tools.web.search.baseUrl")]);
    const search = { baseUrl: "https://api.search.brave.com", apiKey: "a-search-key" };
    expect(problems({ web: { search } })).toEqual([]);
    expect(JSON.stringify(redact({ tools: { web: { search } } }))).not.toContain("a-search-key");
  });
});
