import { describe, expect, it } from "vitest";
import { GatewayConfig, redact } from "./index.ts";

const parse = (fx: unknown) => GatewayConfig.safeParse({ mcp: { servers: { fx } } });
const problems = (fx: unknown) => parse(fx).error?.issues.map(({ path, message }) => `${path.slice(3).join(".")}: ${message}`) ?? [];

describe("mcp.servers", () => {
  it("are a program or an address, with defaults that trust nobody", () => {
    expect(parse({ command: "rates" }).data?.mcp.servers.fx).toEqual({
      enabled: true,
      command: "rates",
      args: [],
      env: {},
      headers: {},
      reads: [],
      timeoutMs: 20_000,
    });
    expect(problems({ url: "https://rates.example.com/mcp", headers: { authorization: "Bearer x" }, tools: ["a"] })).toEqual([]);
    expect(GatewayConfig.parse({}).mcp).toEqual({ servers: {} });
  });

  it.each([
    [{}, ": an MCP server has either a command or a url"],
    [{ command: "rates", url: "http://127.0.0.1:1/mcp" }, ": an MCP server has either a command or a url"],
    [{ command: "bin/rates" }, "command: must be an absolute path"],
    [{ command: "./rates" }, "command: must be an absolute path"],
    [{ command: "" }, "command: must be an absolute path"],
    [{ url: "http://127.0.0.1:1/mcp", env: { A: "b" } }, "env: this is for a server with a command"],
    [{ url: "file:///etc/passwd" }, "url: must be an http or https address"],
    [{ command: "rates", headers: { a: "b" } }, "headers: this is for a server with a url"],
    [{ command: "rates", secrets: 1 }, ": Unrecognized key"],
    [{ command: "rates", env: { "A B": "c" } }, "env.A B"],
  ])("%j is refused", (server, problem) => {
    expect(problems(server)).toEqual([expect.stringContaining(problem)]);
  });

  it("have names that fit into those of tools", () => {
    expect(GatewayConfig.safeParse({ mcp: { servers: { "A b": { command: "rates" } } } }).success).toBe(false);
  });

  it("show neither variables nor headers", () => {
    const shown = redact({
      mcp: {
        servers: { fx: { command: "rates", args: ["--fast"], env: { REGION: "south" } }, web: { url: "http://127.0.0.1:1", headers: { "x-who": "us" } } },
      },
    });
    expect(shown).toEqual({
      mcp: { servers: { fx: { command: "rates", args: ["--fast"], env: { REGION: "***" } }, web: { url: "http://127.0.0.1:1", headers: { "x-who": "***" } } } },
    });
  });
});
