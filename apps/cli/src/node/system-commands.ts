import { stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import type { NodeCommand } from "@travelagent/client";
import { TravelAgentError } from "@travelagent/protocol";
import { canAllowAlways, type ExecAction, judgeExec } from "@travelagent/protocol/exec";
import * as z from "zod";
import { findProgram } from "./find-program.ts";
import type { OwnRules } from "./own-rules.ts";
import type { Programs } from "./programs.ts";

export interface SystemCommandsOptions {
  programs: Programs;
  rules: OwnRules;
  /** What programs get; what a command sets comes on top. */
  env: Readonly<Record<string, string>>;
  /** Where programs run that name no directory. */
  home: string;
  /** Tells the gateway. Must not throw. */
  tell(event: string, payload: Record<string, unknown>): void;
}

const RunParams = z.looseObject({
  command: z.array(z.string()).min(1),
  cwd: z.string().nullable().optional(),
  env: z.record(z.string(), z.string()).nullable().optional(),
  timeoutMs: z.int().min(1).nullable().optional(),
  agentId: z.string().nullable().optional(),
  runId: z.string().nullable().optional(),
  approved: z.boolean().nullable().optional(),
  approvalDecision: z.string().nullable().optional(),
});
const WhichParams = z.looseObject({ bins: z.array(z.string().max(200)).max(100) });
const NotifyParams = z.looseObject({ title: z.string().max(500).optional(), body: z.string().max(5000).optional() });
const RulesParams = z.looseObject({ file: z.unknown(), baseHash: z.string().optional() });

/** What a machine with an operating system can do. `system.notify` is there where the system can show notifications. */
export async function systemCommands({ programs, rules, env, home, tell }: SystemCommandsOptions): Promise<Record<string, NodeCommand>> {
  const searchPath = env.PATH ?? "";
  const notifier = await findProgram("notify-send", searchPath);

  const denied = (action: ExecAction, reason: string, message: string) => {
    tell("exec.denied", { program: action.argv[0], reason });
    return Object.assign(new Error(`SYSTEM_RUN_DENIED: ${message}`), { code: "SYSTEM_RUN_DENIED" });
  };

  const run: NodeCommand = async (given, { signal, timeoutMs }) => {
    const { command, cwd, env: own, agentId, runId, approved, approvalDecision, ...rest } = read(RunParams, given);
    const directory = await workingDirectory(cwd ?? home, home);
    const [program = "", ...args] = command;
    const path = /[\\/]/.test(program) ? resolve(directory, program) : await findProgram(program, searchPath);
    if (path === undefined) throw new TravelAgentError("NOT_FOUND", `there is no program ${program.slice(0, 100)} on this machine`);
    const action: ExecAction = { argv: [path, ...args], cwd: directory, env: own ?? {}, ...(agentId ? { agentId } : {}) };

    const { decision, reason } = judgeExec((await rules.read()).file, action);
    const saidYes = approved === true && (approvalDecision === "allow-once" || approvalDecision === "allow-always");
    if (decision === "deny") throw denied(action, reason, `the rules of this node do not let it run (${reason})`);
    if (decision === "ask" && !saidYes)
      throw denied(action, "approval-required", "the rules of this node want a person's yes, and the gateway asked nobody; see exec.approvals.node.set");
    if (decision === "ask" && approvalDecision === "allow-always" && canAllowAlways(action)) await rules.allow(action);

    // A little less than the gateway waits, so that what it wrote until then arrives.
    const limitMs = Math.min(rest.timeoutMs ?? timeoutMs, Math.floor(timeoutMs - Math.min(1000, timeoutMs / 4)));
    const result = await programs.run({ argv: action.argv, cwd: directory, env: { ...env, ...own }, signal, timeoutMs: Math.max(1, limitMs) });
    tell("exec.finished", { program: path, exitCode: result.exitCode, timedOut: result.timedOut, success: result.success, ...(runId ? { runId } : {}) });
    return result;
  };

  const notify: NodeCommand = async (given, { signal, timeoutMs }) => {
    const { title = "Travel Agent OS", body = "" } = read(NotifyParams, given);
    const { success, error, stderr } = await programs.run({
      argv: [notifier ?? "", "--", title, body],
      cwd: home,
      env,
      signal,
      timeoutMs: Math.min(timeoutMs, 10_000),
    });
    if (!success) throw new TravelAgentError("UNAVAILABLE", `this machine could not show the notification: ${(error ?? stderr).slice(0, 200)}`);
    return { ok: true };
  };

  return {
    "system.run": run,
    async "system.which"(given) {
      const { bins } = read(WhichParams, given);
      const found = await Promise.all(bins.map(async (name) => [name, await findProgram(name, searchPath)] as const));
      return { bins: Object.fromEntries(found.filter(([, path]) => path !== undefined)) };
    },
    ...(notifier === undefined ? {} : { "system.notify": notify }),
    "system.execApprovals.get": () => rules.read(),
    "system.execApprovals.set"(given) {
      const { file, baseHash } = read(RulesParams, given);
      return rules.write(file, baseHash);
    },
  };
}

function read<T extends z.ZodType>(schema: T, given: unknown): z.output<T> {
  const parsed = schema.safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new TravelAgentError("INVALID_REQUEST", `${issue?.path.join(".") || "params"}: ${issue?.message ?? "wrong shape"}`);
}

async function workingDirectory(cwd: string, home: string): Promise<string> {
  const directory = isAbsolute(cwd) ? cwd : resolve(home, cwd);
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory()) throw new TravelAgentError("INVALID_REQUEST", `there is no directory ${directory} on this machine`);
  return directory;
}
