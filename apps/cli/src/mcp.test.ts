import { afterEach, beforeEach, expect, it } from "vitest";
import { type GatewayServer, gatewayServer } from "./testing/gateway-server.ts";
import { cli, temporaryHome } from "./testing/run-cli.ts";

const hash = "ab".repeat(32);
const fx = { id: "fx", state: "needs-approval", offered: ["mcp_fx_convert"], waiting: [{ name: "rates", description: "Rates", change: "new" }] };
const gone = { id: "maps", state: "failed", offered: [], waiting: [], error: "there is no program maps\u001b[2J" };
/** Tag letters: a model reads "hi", a terminal shows nothing. */
const smuggled = "\u{e0068}\u{e0069}";
const rates = {
  name: "rates",
  description: `Exchange rates of today${smuggled}\u202e\u001b[1A`,
  inputSchema: { type: "object", properties: { from: { type: "string", description: "Currency\u200b" } } },
  hash,
};

let home: ReturnType<typeof temporaryHome>;
let gateway: GatewayServer;
beforeEach(async () => {
  home = temporaryHome();
  gateway = await gatewayServer({
    "mcp.status": () => ({ servers: [fx, gone] }),
    "mcp.pending": ({ server }) => {
      if (server !== "fx") throw { code: "NOT_FOUND", message: `there is no MCP server ${server}` };
      return { server, tools: [rates] };
    },
    "mcp.approve": ({ server, tool, hash: given }) => {
      if (given !== hash) throw { code: "CONFLICT", message: "rates of fx changed since it was read" };
      return { server, tool, hash: given };
    },
  });
});
afterEach(async () => {
  await gateway.close();
  home.remove();
});
const env = () => ({ TRAVELAGENT_GATEWAY_PORT: String(gateway.port), TRAVELAGENT_GATEWAY_TOKEN: "right-token" });
const run = (...args: string[]) => cli(home.path, ["mcp", ...args], env());
/** On a terminal, with a person who types. */
const typing = (typed: string, ...args: string[]) => cli(home.path, ["mcp", ...args], { ...env(), NO_COLOR: "1" }, true, typed);
const approvals = () => gateway.calls.filter(({ method }) => method === "mcp.approve").map(({ params }) => params);

it("lists servers, and what a server says does not steer the terminal", async () => {
  const { code, stdout } = await run("list");
  expect(code).toBe(0);
  expect(stdout).toContain("fx      needs-approval  1      1");
  expect(stdout).toContain("maps    failed          0      0        there is no program maps[2J");
  expect(stdout).not.toContain("\u001b");
  expect(JSON.parse((await run("list", "--json")).stdout)).toEqual({ servers: [fx, gone] });
});

it("shows all that a model would read, also what nobody can see", async () => {
  const { stdout } = await run("pending", "fx");
  expect(stdout).toContain("Exchange rates of today\\u{e0068}\\u{e0069}\\u{202e}\\u{1b}[1A\n");
  expect(stdout).toContain('"description": "Currency\\u{200b}"');
  expect(stdout).toContain(`hash: ${hash}`);
  expect(JSON.parse((await run("pending", "fx", "--json")).stdout)).toEqual({ server: "fx", tools: [rates] });
  expect(await run("pending", "other")).toMatchObject({ code: 1, stderr: "NOT_FOUND: there is no MCP server other\n" });
});

it("approves what the hash stands for, and nothing else", async () => {
  expect(await run("approve", "fx", "rates", "--hash", hash)).toMatchObject({ code: 0, stdout: "rates of fx is approved as it is described now\n" });
  expect(JSON.parse((await run("approve", "fx", "rates", "--hash", hash, "--json")).stdout)).toEqual({ server: "fx", tool: "rates", hash });
  expect(await run("approve", "fx", "rates", "--hash", "cd".repeat(32))).toMatchObject({ code: 1, stderr: expect.stringContaining("CONFLICT") });
});

it("asks a person on a terminal, shows what it is about, and takes only a yes for a yes", async () => {
  const yes = await typing("y\n", "approve", "fx", "rates");
  expect(yes).toMatchObject({ code: 0, stdout: expect.stringContaining("Exchange rates of today\\u{e0068}") });
  expect(yes.stdout.indexOf("[y/N]")).toBeGreaterThan(yes.stdout.indexOf(hash));
  expect(approvals()).toEqual([{ server: "fx", tool: "rates", hash }]);
  for (const answer of ["n\n", "\n", "maybe\n", ""]) expect(await typing(answer, "approve", "fx", "rates")).toMatchObject({ code: 1 });
  expect(await typing("y\n", "approve", "fx", "other")).toMatchObject({ code: 1, stderr: expect.stringContaining("mcp pending fx") });
  expect(approvals()).toHaveLength(1);
});

it("refuses to approve unread when nobody is there to read", async () => {
  expect(await run("approve", "fx", "rates")).toMatchObject({ code: 2, stderr: expect.stringContaining("--hash") });
  expect(await typing("y\n", "approve", "fx", "rates", "--json")).toMatchObject({ code: 2 });
  expect(approvals()).toEqual([]);
});
