import { openDatabase } from "@travelagent/engine";
import { type ExecApprovalsFile, gatewayHost } from "@travelagent/protocol/exec";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { nodeMigrations } from "../nodes/tables.ts";
import { createExecApprovals } from "./exec-approvals.ts";
import { createExecGate } from "./exec-gate.ts";
import { createExecPolicy } from "./policy.ts";

const databases: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const database of databases.splice(0)) await database.close();
});

async function bench(rules?: ExecApprovalsFile) {
  const clock = fakeClock();
  const log = recordingLogger();
  const db = openDatabase({ path: ":memory:" });
  databases.push(db);
  await db.migrate("nodes", nodeMigrations);
  const told: { event: string; payload: Record<string, unknown> }[] = [];
  const approvals = createExecApprovals({
    clock,
    log,
    maxPending: 3,
    onRequested: (payload) => told.push({ event: "requested", payload }),
    onResolved: (payload) => told.push({ event: "resolved", payload }),
  });
  const policy = createExecPolicy({ db });
  if (rules) await policy.set(rules, undefined, clock.now());
  const gate = createExecGate({ clock, log, policy, approvals });
  const waiting = async () => {
    await clock.advance(0);
    return approvals.list()[0]!;
  };
  return { clock, log, approvals, policy, gate, told, waiting };
}

const git = { argv: ["/usr/bin/git", "log"], nodeId: "n1" };
const ana = { actor: "ana" };

describe("the gate of commands", () => {
  it("shows a person exactly what would run, and lets it once", async () => {
    const { gate, approvals, told, waiting } = await bench();
    const permit = gate.permit({ ...git, cwd: "/srv", env: { LANG: "C" } }, { ...ana, nodeName: "Office" });
    const { id, request, requestedBy } = await waiting();
    expect(request).toMatchObject({ command: "/usr/bin/git log", argv: git.argv, cwd: "/srv", env: { LANG: "C" }, nodeId: "n1", nodeName: "Office" });
    expect(requestedBy).toBe("ana");
    approvals.resolve(id, "allow-once", "ben");
    await expect(permit).resolves.toEqual({ decision: "allow-once", approvalId: id, actionHash: request.actionHash });
    expect(told.map(({ event }) => event)).toEqual(["requested", "resolved"]);
    expect(told[1]?.payload).toMatchObject({ id, decision: "allow-once", resolvedBy: "ben" });
    const again = gate.permit({ ...git, cwd: "/srv", env: { LANG: "C" } }, ana);
    again.catch(() => {});
    expect((await waiting()).id).not.toBe(id);
  });

  it("gives what differs in a word, the directory, the environment or the node another hash", async () => {
    const { gate, approvals, clock } = await bench();
    const variants = [git, { ...git, argv: ["/usr/bin/git", "push"] }, { ...git, cwd: "/" }, { ...git, env: { A: "1" } }, { ...git, nodeId: "n2" }];
    const hashes = new Set<string>();
    for (const variant of variants) {
      const permit = gate.permit(variant, ana);
      await clock.advance(0);
      const { id, request } = approvals.list()[0]!;
      hashes.add(request.actionHash);
      approvals.resolve(id, "deny", "ben");
      await expect(permit).rejects.toMatchObject({ code: "POLICY_DENIED", details: { code: "SYSTEM_RUN_DENIED", reason: "denied" } });
    }
    expect(hashes.size).toBe(variants.length);
  });

  it("refuses what nobody decides within two minutes, unless the fallback says otherwise", async () => {
    const { gate, clock, approvals, told } = await bench();
    const permit = gate.permit(git, ana);
    permit.catch(() => {});
    await clock.advance(119_999);
    expect(approvals.list()).toHaveLength(1);
    await clock.advance(1);
    await expect(permit).rejects.toMatchObject({ code: "POLICY_DENIED", details: { reason: "approval-timeout" } });
    expect(told.at(-1)?.payload).toMatchObject({ decision: null, resolvedBy: null });

    const generous = await bench({ version: 1, defaults: { askFallback: "full" } });
    const allowed = generous.gate.permit(git, ana);
    await generous.clock.advance(120_000);
    await expect(allowed).resolves.toMatchObject({ decision: null });
  });

  it("asks no more after allow-always, for that program on that node", async () => {
    const { gate, approvals, policy, waiting } = await bench();
    const permit = gate.permit(git, ana);
    approvals.resolve((await waiting()).id, "allow-always", "ben");
    await permit;
    await expect(gate.permit({ ...git, argv: ["/usr/bin/git", "push"] }, ana)).resolves.toMatchObject({ decision: null });
    const elsewhere = gate.permit({ ...git, nodeId: "n2" }, ana);
    elsewhere.catch(() => {});
    expect((await waiting()).request.nodeId).toBe("n2");
    expect((await policy.get()).file.agents?.main?.allowlist).toMatchObject([{ pattern: "/usr/bin/git", nodeId: "n1", lastUsedCommand: "/usr/bin/git log" }]);
  });

  it("keeps the gateway's own machine apart from its nodes", async () => {
    const { gate, approvals, waiting } = await bench();
    const permit = gate.permit({ ...git, nodeId: gatewayHost }, ana);
    const { id, request } = await waiting();
    expect(request).toMatchObject({ host: "gateway", command: "/usr/bin/git log" });
    expect(request).not.toHaveProperty("nodeId");
    approvals.resolve(id, "allow-always", "ben");
    await permit;
    await expect(gate.permit({ ...git, nodeId: gatewayHost }, ana)).resolves.toMatchObject({ decision: null });
    gate.permit(git, ana).catch(() => {});
    expect((await waiting()).request).toMatchObject({ host: "node", nodeId: "n1" });
  });

  it("takes no allow-always for a shell", async () => {
    const { gate, approvals, waiting } = await bench();
    gate.permit({ argv: ["/bin/sh", "-c", "echo hi"], nodeId: "n1" }, ana).catch(() => {});
    const { id, request } = await waiting();
    expect(request.unavailableDecisions).toEqual(["allow-always"]);
    expect(() => approvals.resolve(id, "allow-always", "ben")).toThrow("allow-once");
    expect(approvals.list()).toHaveLength(1);
  });

  it("closes at once when the rules say deny, also for what was just approved", async () => {
    const { gate, approvals, policy, clock, waiting } = await bench();
    const permit = gate.permit(git, ana);
    const { id } = await waiting();
    await policy.set({ version: 1, defaults: { security: "deny" } }, undefined, clock.now());
    approvals.resolve(id, "allow-once", "ben");
    await expect(permit).rejects.toMatchObject({ code: "POLICY_DENIED", details: { reason: "security=deny" } });
    await expect(gate.permit(git, ana)).rejects.toMatchObject({ details: { reason: "security=deny" } });
  });

  it("uses a yes that was asked for before once, by the same actor, within five minutes", async () => {
    const { gate, approvals, clock } = await bench();
    const outcome = { id: "a1", decision: "allow-once", resolvedBy: "ben", createdAtMs: 0, expiresAtMs: 0 } as const;
    const asks = async (actor: string) => {
      const before = approvals.list().length;
      gate.permit(git, { actor }).catch(() => {});
      await clock.advance(0);
      return approvals.list().length > before;
    };
    await gate.grant(git, "ana", outcome);
    expect(await asks("eve")).toBe(true);
    await expect(gate.permit(git, ana)).resolves.toMatchObject({ decision: "allow-once", approvalId: "a1" });
    expect(await asks("ana")).toBe(true);
    await gate.grant(git, "ana", outcome);
    await clock.advance(300_000);
    expect(await asks("ana")).toBe(true);
    await gate.grant(git, "ana", { ...outcome, decision: "deny" as never });
    expect(await asks("ana")).toBe(true);
  });

  it("lets only so many wait, decides each once, and logs no arguments", async () => {
    const { gate, approvals, clock, log } = await bench();
    const secret = { argv: ["/usr/bin/curl", "-u", "ana:hunter2"], nodeId: "n1", env: { TOKEN: "hunter2" } };
    for (let i = 0; i < 3; i += 1) gate.permit(secret, ana).catch(() => {});
    await clock.advance(0);
    await expect(gate.permit(secret, ana)).rejects.toMatchObject({ code: "RATE_LIMITED" });
    const { id } = approvals.list()[0]!;
    approvals.resolve(id, "deny", "ben");
    expect(() => approvals.resolve(id, "allow-once", "ben")).toThrow(expect.objectContaining({ code: "APPROVAL_NOT_FOUND" }));
    await clock.advance(0);
    expect(log.lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(log.lines)).not.toContain("hunter2");
  });
});

describe("the rules", () => {
  it("change only for those who saw the current ones", async () => {
    const { policy } = await bench();
    const before = await policy.get();
    expect(before).toMatchObject({ exists: false, file: { version: 1, defaults: { security: "allowlist", ask: "on-miss", askFallback: "deny" } } });
    const first = await policy.set({ version: 1, defaults: { security: "full" } }, before.hash, 1);
    expect(await policy.get()).toEqual(first);
    await expect(policy.set({ version: 1 }, before.hash, 2)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(policy.set({ version: 1 }, undefined, 2)).rejects.toMatchObject({ code: "CONFLICT" });
    await policy.set({ version: 1, socket: { token: "secret" } }, first.hash, 3);
    expect(JSON.stringify(await policy.get())).not.toContain("secret");
  });

  it("take no pattern that is not a path", async () => {
    const { policy } = await bench();
    expect(() => policy.set({ version: 1, agents: { main: { allowlist: [{ pattern: "git" }] } } }, undefined, 1)).toThrow("/usr/bin/git");
  });
});
