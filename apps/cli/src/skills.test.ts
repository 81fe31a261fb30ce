import { afterEach, beforeEach, expect, it } from "vitest";
import { type GatewayServer, gatewayServer } from "./testing/gateway-server.ts";
import { cli, temporaryHome } from "./testing/run-cli.ts";

const none = { bins: [], anyBins: [], env: [], config: [], os: [] };
const skill = (name: string, more: object = {}) => ({
  name,
  description: `About ${name}.`,
  source: "managed",
  filePath: `/skills/${name}/SKILL.md`,
  hash: "a".repeat(64),
  files: ["references/stars.md"],
  eligible: true,
  disabled: false,
  blockedByAllowlist: false,
  modelInvocable: true,
  inPrompt: true,
  missing: none,
  ...more,
});
const status = {
  workspaceDir: "/workspace",
  managedSkillsDir: "/skills",
  skills: [
    skill("air", { source: "bundled" }),
    skill("fares", { inPrompt: false }),
    skill("groups", { inPrompt: false, modelInvocable: false }),
    skill("hotels", { disabled: true, eligible: false }),
    skill("rail", { eligible: false, missing: { ...none, bins: ["rail-tool"], env: ["RAIL_KEY"] } }),
  ],
  leftOut: [{ name: "tours", source: "managed", filePath: "/skills/tours/SKILL.md", reason: "it has no \u001b[31mdescription" }],
};

let gateway: GatewayServer;
let home: ReturnType<typeof temporaryHome>;
const run = (...args: string[]) => cli(home.path, ["skills", ...args, "--url", gateway.url, "--token", "right-token"]);
beforeEach(async () => {
  home = temporaryHome();
  gateway = await gatewayServer({ "skills.status": () => status });
});
afterEach(async () => {
  await gateway.close();
  home.remove();
});

it("lists skills with what keeps them from being used", async () => {
  const { code, stdout } = await run("list", "--agent", "sales");
  expect(code).toBe(0);
  expect(stdout.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["SKILL", "FROM", "STATE"],
    ["air", "bundled", "in use"],
    ["fares", "managed", "no room in the prompt"],
    ["groups", "managed", "by command"],
    ["hotels", "managed", "off"],
    ["rail", "managed", "misses bins rail-tool; env RAIL_KEY"],
    ["tours", "managed", expect.stringContaining("left out: it has no")],
    [""],
  ]);
  expect(stdout).not.toContain("\u001b");
  expect(gateway.calls).toEqual([{ method: "skills.status", params: { agentId: "sales" } }]);
});

it("shows one with its hash, and why another is left out", async () => {
  const shown = (await run("show", "air")).stdout;
  expect(shown).toContain(`hash         ${"a".repeat(64)}\n`);
  expect(shown).toContain("references/stars.md");
  expect((await run("show", "tours")).stdout).toContain("left out     /skills/tours/SKILL.md: it has no");
  expect(JSON.parse((await run("show", "air", "--json")).stdout)).toMatchObject({ skill: { name: "air" }, leftOut: [] });
  expect(await run("show", "boats")).toMatchObject({ code: 1, stderr: expect.stringContaining("no skill boats") });
});
