import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { cli, temporaryHome } from "./testing/run-cli.ts";

let home: ReturnType<typeof temporaryHome>;
const run = (...args: string[]) => cli(home.path, ["policy", "lint", ...args]);
const put = (folder: string, name: string, text: string) => {
  mkdirSync(join(home.path, folder), { recursive: true });
  writeFileSync(join(home.path, folder, name), text);
  return join(home.path, folder);
};
const rule = (when: string) => `{ id: "own.rule", tools: ["create_booking"], when: ${when}, then: { decision: "deny", reason: "no" } }`;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => home.remove());

it("has nothing to say about the rules that come along, with no gateway running", async () => {
  const { code, stdout } = await run("--pack", "agency-default", "traveller-rules");
  expect([code, stdout.trim()]).toEqual([0, "nothing to say about these rules"]);
});

it("tells errors from warnings, and ends with 1 for an error", async () => {
  const dir = put("rules", "own.json5", `{ version: 1, params: { group_size: 6 }, rules: [${rule(`{ "facts.totl.amount": { gt: 5 } }`)}] }`);
  const { code, stdout } = await run("--dir", dir, "--json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    findings: [
      {
        severity: "error",
        code: "unknown-path",
        message: "the rule own.rule looks at facts.totl.amount, which create_booking never has",
        rule: "own.rule",
        file: join(dir, "own.json5"),
      },
    ],
  });
  const slip = put("slip", "own.json5", `{ version: 1, params: { group_sise: 6 } }`);
  expect((await run("--dir", slip)).stdout).toMatch(/^error {2}unreadable .*no parameter group_sise/);
  const warned = put(
    "warned",
    "own.json5",
    `{ version: 1, rules: [${rule(`{ "args.offerIds": { contains: "x" } }`).replace('["create_booking"]', '["create_booking", "creat_booking"]')}] }`,
  );
  const said = await run("--dir", warned);
  expect([said.code, said.stdout]).toEqual([0, expect.stringMatching(/^warning {2}unknown-tool .*creat_booking/)]);
});

it("checks what the configuration names", async () => {
  const state = join(home.path, ".travelagent");
  put(".travelagent/policy", "own.json5", `{ version: 1, rules: [${rule(`{ "turn.chanel": { eq: "sms" } }`)}] }`);
  writeFileSync(join(state, "travelagent.json"), '{ policy: { pack: ["agency-default", "traveller-rules"], params: { group_size: 5 } } }');
  expect((await run()).stdout).toContain("turn.chanel");
  writeFileSync(join(state, "travelagent.json"), "{ policy: { params: { group_sise: 5 } } }");
  expect((await run()).stdout).toContain("group_sise");
});

it("says which packs there are, and that a folder is not there", async () => {
  const { code, stderr } = await run("--pack", "agency");
  expect([code, stderr]).toEqual([2, expect.stringContaining("there is no policy pack agency; there are agency-default")]);
  expect((await run("--dir", "./nowhere")).code).toBe(2);
});
