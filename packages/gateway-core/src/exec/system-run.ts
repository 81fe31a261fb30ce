import { createHash } from "node:crypto";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import { canAllowAlways, commandLine, type ExecAction, gatewayHost } from "@travelagent/protocol/exec";
import * as z from "zod";

/** Parameters of the node command `system.run`. What a caller says about approvals does not count. */
const SystemRunParams = z.strictObject({
  /** One line is for a shell, which is then what runs; a list is run as it is. */
  command: z.union([z.string().min(1).max(100_000), z.array(z.string().max(100_000)).min(1).max(1000)]),
  rawCommand: z.string().nullable().optional(),
  cwd: z.string().max(4000).nullable().optional(),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w{0,199}$/, "a name of letters, digits and _"), z.string().max(100_000))
    .nullable()
    .optional(),
  timeoutMs: z.int().min(1).max(3_600_000).nullable().optional(),
  needsScreenRecording: z.boolean().nullable().optional(),
  agentId: z.string().min(1).max(100).nullable().optional(),
  sessionKey: z.string().max(300).nullable().optional(),
  runId: z.string().max(200).nullable().optional(),
  approved: z.boolean().nullable().optional(),
  approvalDecision: z.string().max(100).nullable().optional(),
});

export interface SystemRun {
  readonly action: ExecAction;
  /** The rest that the node gets; nothing of it changes what runs. */
  readonly extras: Readonly<Record<string, unknown>>;
}

/** Raises `INVALID_REQUEST`. */
export function readSystemRun(params: unknown, node: { nodeId: string; platform?: string | undefined }): SystemRun {
  const parsed = SystemRunParams.safeParse(params);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new TravelAgentError("INVALID_REQUEST", `invalid system.run params: ${issue?.path.join(".") || "params"}: ${issue?.message ?? "wrong shape"}`);
  }
  const { command, cwd, env, agentId, timeoutMs, sessionKey, runId } = parsed.data;
  const argv = typeof command === "string" ? shellArgv(command, node.platform) : command;
  if (argv[0] === "") throw new TravelAgentError("INVALID_REQUEST", "invalid system.run params: command: the first word names the program");
  return {
    action: { argv, nodeId: node.nodeId, ...(cwd ? { cwd } : {}), ...(env && Object.keys(env).length > 0 ? { env } : {}), ...(agentId ? { agentId } : {}) },
    extras: { ...(timeoutMs ? { timeoutMs } : {}), ...(sessionKey ? { sessionKey } : {}), ...(runId ? { runId } : {}) },
  };
}

/** A line for a shell as what it is: a shell with one argument. */
export const shellArgv = (line: string, platform = "linux"): string[] =>
  /^win/i.test(platform) ? ["cmd.exe", "/d", "/s", "/c", line] : ["/bin/sh", "-c", line];

/** Stands for everything a yes covers. */
export const actionHash = ({ argv, cwd, env, nodeId }: ExecAction): string =>
  createHash("sha256")
    .update(canonicalJson({ argv, cwd: cwd ?? null, env: env ?? {}, nodeId: nodeId ?? null }))
    .digest("hex");

/** What an operator is shown. */
export const shownRequest = (action: ExecAction, more: { nodeName?: string | undefined; security: string; ask: string; sessionKey?: string | null }) => ({
  command: commandLine(action.argv),
  argv: [...action.argv],
  cwd: action.cwd ?? null,
  ...(action.env ? { env: { ...action.env } } : {}),
  host: action.nodeId === gatewayHost ? "gateway" : "node",
  ...(action.nodeId === undefined || action.nodeId === gatewayHost ? {} : { nodeId: action.nodeId }),
  ...(more.nodeName === undefined ? {} : { nodeName: more.nodeName }),
  security: more.security,
  ask: more.ask,
  agentId: action.agentId ?? null,
  resolvedPath: action.argv[0] ?? null,
  sessionKey: more.sessionKey ?? null,
  actionHash: actionHash(action),
  ...(canAllowAlways(action) ? {} : { unavailableDecisions: ["allow-always" as const] }),
});
