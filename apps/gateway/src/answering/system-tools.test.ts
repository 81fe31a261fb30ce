import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createGate, evaluatePolicy, type GateOutcome, parsePolicy } from "@travelagent/agent-runtime/gate";
import { GatewayConfig, parseConfig, statePaths } from "@travelagent/config";
import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import type { ExecAction } from "@travelagent/protocol/exec";
import { silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { machineWorkspace } from "../configuration/agent-workspace.ts";
import { exposureOf } from "../configuration/exposure.ts";
import { filesOfPacks } from "./policy-files.ts";
import { machineAgents, systemTools } from "./system-tools.ts";

const policy = parsePolicy(filesOfPacks(fileURLToPath(new URL("../../policy", import.meta.url)), ["agency-default"]));
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const configOf = (value: unknown): GatewayConfig => parseConfig(GatewayConfig, value);
const coder = (more: object = {}) => ({
  agents: {
    list: [
      { id: "main", default: true },
      { id: "ops", tools: { profile: "coding" }, ...more },
    ],
  },
});

const operator = (agentId: string, name = "main"): TurnScope => ({
  runId: "run-1",
  agentId,
  sessionKey: `agent:${agentId}:${name}`,
  channel: "webchat",
  accountId: "default",
  chatType: "direct",
  peerId: `operator:agent:${agentId}:${name}`,
  timeZone: "UTC",
});
const visitor = (agentId: string): TurnScope => ({ ...operator(agentId), sessionKey: `agent:${agentId}:webchat:dm:v1`, peerId: "v1" });

async function bench(value: unknown, permit: (action: ExecAction) => Promise<unknown> = async () => undefined, PATH = "/usr/bin:/bin") {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "system-")));
  closing.push(() => rmSync(base, { recursive: true, force: true }));
  const paths = statePaths(join(base, "state"));
  mkdirSync(paths.base);
  let config = configOf(value);
  const asked: ExecAction[] = [];
  const system = await systemTools(
    { config, paths, configPath: paths.config, env: { PATH } },
    {
      permit: async (action) => {
        asked.push(action);
        await permit(action);
        return { decision: null, actionHash: "" };
      },
      clock: systemClock,
      log: silentLogger,
    },
  );
  closing.push(system.stop);
  const db = await testDatabase();
  closing.push(() => db.close());
  const gate = createGate({ db, tools: () => system.beside(none), policy: () => policy, exposure: () => exposureOf(config) });
  await gate.migrate();
  let calls = 0;
  const call = (name: string, args: unknown, turn = operator("ops"), tainted = false): Promise<GateOutcome> => {
    calls += 1;
    return gate.call({ toolCallId: `call-${calls}`, name, args, tainted }, turn, new AbortController().signal);
  };
  const change = (next: unknown) => {
    const wanted = configOf(next);
    const take = system.take(wanted);
    config = wanted;
    take();
  };
  const shown = (turn: TurnScope) => gate.specs(turn).map(({ name }) => name);
  return { base, paths, system, gate, call, change, shown, asked, workspace: join(paths.base, "workspace-ops") };
}
const none: never[] = [];
const all = ["read", "write", "edit", "apply_patch", "exec", "process"];

describe("the tools of this machine", () => {
  it("are not there as long as no agent's own rules name them", async () => {
    for (const value of [
      {},
      { tools: { profile: "coding", allow: ["exec", "*"], alsoAllow: ["group:fs"] } },
      { agents: { list: [{ id: "main", tools: { allow: ["*"] } }] } },
    ]) {
      const { system, call } = await bench(value);
      expect(system.beside(none)).toBe(none);
      expect(await call("exec", { command: "id" }, operator("main"))).toMatchObject({ status: "refused", error: { code: "TOOL_NOT_ALLOWED" } });
    }
  });

  it("are shown to that agent before an operator, and to nobody else", async () => {
    const { shown, call } = await bench(coder());
    expect(shown(operator("ops"))).toEqual(all);
    expect(shown(operator("ops", "desk"))).toEqual(all);
    for (const turn of [
      operator("main"),
      visitor("main"),
      visitor("ops"),
      { ...operator("ops"), chatType: "group" as const },
      { ...visitor("ops"), channel: "telegram", peerId: "operator:agent:ops:main" },
    ]) {
      expect(shown(turn)).toEqual([]);
      for (const [name, args] of [
        ["read", { path: "." }],
        ["bash", { command: "id" }],
        ["write_file", { path: "a", content: "b" }],
      ] as const)
        expect(await call(name, args, turn)).toMatchObject({ status: "refused", error: { code: "TOOL_NOT_ALLOWED" } });
    }
  });

  it("come and go with the configuration, without a restart", async () => {
    const { shown, change } = await bench({});
    expect(shown(operator("ops"))).toEqual([]);
    change(coder());
    await expect.poll(() => shown(operator("ops"))).toEqual(all);
    change(coder({ tools: { profile: "coding", deny: ["bash", "group:fs"] } }));
    expect(shown(operator("ops"))).toEqual(["process"]);
    change({});
    expect(shown(operator("ops"))).toEqual([]);
  });

  it("write what an operator approved, and that alone", async () => {
    const { call, gate, workspace } = await bench(coder());
    const args = { path: "notes/plan.md", content: "Lisbon" };
    const first = await call("write_file", args);
    expect(first).toMatchObject({ status: "asked" });
    expect(existsSync(join(workspace, "notes/plan.md"))).toBe(false);
    const { decisions } = await gate.decisions.list({ kind: "approval" });
    expect(decisions).toMatchObject([{ tool: "write", role: "operator", title: "Create notes/plan.md", lines: ["6 bytes", "Lisbon"], ruleId: "system.files" }]);
    await gate.decisions.resolve(decisions[0]!.id, true, "ana");
    expect(await call("write", { ...args, content: "Porto" })).toMatchObject({ status: "asked" });
    expect(await call("write", args)).toMatchObject({ status: "done", output: { content: { path: "notes/plan.md" } } });
    expect(readFileSync(join(workspace, "notes/plan.md"), "utf8")).toBe("Lisbon");
    expect(await call("write", { ...args, content: "Lisbon" })).toMatchObject({ status: "asked" });
    expect(await call("read", { path: "notes/plan.md" })).toMatchObject({ status: "done", output: { content: { text: "Lisbon" }, tainted: true } });
  });

  it("need a person's yes to the very action once the model has read what others wrote: an approval is one", async () => {
    const { call } = await bench(coder());
    expect(await call("write", { path: "a", content: "b" }, operator("ops"), true)).toMatchObject({
      status: "asked",
      content: { status: "approval-required" },
    });
    expect(await call("exec", { command: "id" }, operator("ops"), true)).toMatchObject({ status: "asked", card: { kind: "confirmation" } });
    expect(await call("process", { action: "list" }, operator("ops"), true)).toMatchObject({ status: "done" });
  });

  it("run commands of this machine as the exec approvals decide", async () => {
    const { call, asked, workspace } = await bench(coder(), async ({ argv }) => {
      if (argv[0]?.endsWith("/rm")) throw new TravelAgentError("POLICY_DENIED", "ana denied this command");
    });
    expect(await call("bash", { command: "pwd" })).toMatchObject({ status: "done", output: { content: { output: `${workspace}\n`, exitCode: 0 } } });
    expect(await call("exec", { command: "rm -rf notes" })).toMatchObject({ status: "failed", error: { code: "POLICY_DENIED" } });
    expect(asked.map(({ argv, agentId, nodeId }) => ({ argv, agentId, nodeId }))).toEqual([
      { argv: ["/usr/bin/pwd"], agentId: "ops", nodeId: "gateway" },
      { argv: ["/usr/bin/rm", "-rf", "notes"], agentId: "ops", nodeId: "gateway" },
    ]);
  });

  it("give a command of this machine nothing to read that no operator has seen", async () => {
    const { call, asked } = await bench(coder());
    expect(await call("exec", { command: "cat", stdin: "hello" })).toMatchObject({ status: "asked", content: { status: "approval-required" } });
    expect(asked).toEqual([]);
  });

  it.each(["all", "always", "non-main"])("run no command when a sandbox is asked for and none is there: %s", async (mode) => {
    const value = { agents: { ...coder().agents, defaults: { sandbox: { mode } } } };
    // Nothing is installed there.
    const { call, asked } = await bench(value, async () => undefined, "/var/empty/bin");
    const outcome = await call("exec", { command: "id" }, operator("ops", "desk"));
    expect(outcome).toMatchObject({ status: "refused", error: { code: "UNAVAILABLE", details: { code: "NO_SANDBOX" } } });
    expect(outcome.status === "refused" && outcome.error.message).toContain("apt install bubblewrap");
    expect(asked).toEqual([]);
    expect(await call("exec", { command: "id", elevated: true }, operator("ops", "desk"))).toMatchObject({ status: "refused", error: { code: "FORBIDDEN" } });
  });

  it("keep the network's tools out of a sandbox, and whatever the configuration says", () => {
    const inSandbox = (value: object) => exposureOf(configOf({ agents: { defaults: { sandbox: { mode: "all" } } }, ...value })).sandbox?.(operator("main"));
    expect(inSandbox({})).toEqual({ allow: [], deny: ["group:ui", "group:web", "group:nodes", "cron", "gateway"] });
    expect(inSandbox({ tools: { sandbox: { tools: { allow: ["exec"], deny: [] } } } })).toEqual({ allow: ["exec"], deny: [] });
    expect(exposureOf(configOf({})).sandbox?.(operator("main"))).toBeUndefined();
  });
});

describe("the rules for the machine in the default pack", () => {
  const decide = (tool: string, group: string, facts: object, chatType = "direct") =>
    evaluatePolicy(policy, { tool, group, args: {}, facts: { ...facts }, turn: { chatType } }, tool === "read" ? "allow" : "deny");

  it.each([
    ["write", "fs", {}, "needs-approval", "system.files"],
    ["edit", "fs", {}, "needs-approval", "system.files"],
    ["apply_patch", "fs", {}, "needs-approval", "system.files"],
    ["exec", "runtime", { host: "sandbox" }, "needs-approval", "system.exec-sandboxed"],
    ["exec", "runtime", { host: "gateway" }, "allow", "system.exec-gateway"],
    ["exec", "runtime", { host: "gateway", input: false }, "allow", "system.exec-gateway"],
    ["exec", "runtime", { host: "gateway", input: true }, "needs-approval", "system.exec-input"],
    ["exec", "runtime", { host: "node" }, "deny", "policy.no-rule"],
    ["exec", "runtime", {}, "deny", "policy.no-rule"],
    ["process", "runtime", { action: "poll" }, "allow", "system.process"],
    ["process", "runtime", { action: "kill" }, "allow", "system.process"],
    ["process", "runtime", { action: "write" }, "needs-approval", "system.process-input"],
    ["process", "runtime", {}, "deny", "policy.no-rule"],
  ])("%s of %s with %j: %s", (tool, group, facts, decision, ruleId) => {
    expect(decide(tool, group, facts)).toMatchObject({ decision, ruleId });
    expect(decide(tool, group, facts, "group")).toMatchObject({ decision: "deny", ruleId: "system.direct-chat-only" });
  });

  it("denies even reading in a group", () => expect(decide("read", "fs", {}, "group")).toMatchObject({ decision: "deny" }));
});

describe("the workspace of an agent", () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "workspace-")));
  afterAll(() => rmSync(base, { recursive: true, force: true }));
  const paths = statePaths(join(base, "home", ".travelagent"));
  mkdirSync(paths.base, { recursive: true });
  symlinkSync(paths.base, join(base, "link"));
  const of = (workspace: string | undefined, configPath = paths.config) =>
    machineWorkspace(configOf({ agents: { list: [{ id: "ops", ...(workspace === undefined ? {} : { workspace }) }] } }), "ops", { paths, configPath });

  it("is its own unless it is named", () => {
    expect(of(undefined)).toBe(paths.workspace);
    expect(of(join(base, "project"))).toBe(join(base, "project"));
    const second = configOf({ agents: { defaults: { workspace: join(base, "shared") }, list: [{ id: "main" }, { id: "ops" }] } });
    expect(machineWorkspace(second, "ops", { paths, configPath: paths.config })).toBe(join(base, "shared-ops"));
  });

  it.each([
    "/",
    base,
    join(base, "home"),
    paths.base,
    paths.credentials,
    join(paths.workspace, "..", "data"),
    join(paths.agents, "ops"),
    join(paths.workspace, "memory"),
    join(base, "link"),
    join(base, "link", "data"),
  ])("shows no file of the gateway: %s", (workspace) => expect(() => of(workspace)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" })));

  it("does not hold the configuration", () => {
    expect(() => of(join(base, "project"), join(base, "project", "travelagent.json"))).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });

  it("stops the start and a change, and only where an agent has tools for it", async () => {
    const wrong = { agents: { list: [{ id: "ops", workspace: "/", tools: { profile: "coding" } }] } };
    await expect(bench(wrong)).rejects.toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("agents.list[].workspace") });
    const { system } = await bench({});
    expect(() => system.take(configOf(wrong))).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(machineAgents(configOf({ agents: { list: [{ id: "ops", workspace: "/", tools: { profile: "booking" } }] } }))).toEqual([]);
  });
});
