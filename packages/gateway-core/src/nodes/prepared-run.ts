import { TravelAgentError } from "@travelagent/protocol";
import type { ExecAction } from "@travelagent/protocol/exec";
import * as z from "zod";

/** A command as the node would run it. */
export interface PreparedRun {
  readonly action: ExecAction;
  /** What a node that prepares its commands wants to get back with them. */
  readonly plan?: Readonly<Record<string, unknown>>;
}

/** Asks the node; undefined where it does not offer that command, or may not be told. */
export type AskNode = (command: "system.run.prepare" | "system.which", params: unknown) => Promise<unknown> | undefined;

const Plan = z.looseObject({
  plan: z.looseObject({
    argv: z.array(z.string()).min(1),
    cwd: z.string().nullish(),
    commandText: z.string(),
  }),
});

/**
 * Finds out what exactly would run, before anybody is asked about it: the program as a path, and with some nodes the directory too.
 * Raises `INVALID_REQUEST` when the node has no such program, and what the node raises.
 */
export async function prepareRun(action: ExecAction, ask: AskNode, sessionKey?: unknown): Promise<PreparedRun> {
  const resolved = await withProgramPath(action, ask);
  const { argv, cwd, env, agentId } = resolved;
  const prepared = ask("system.run.prepare", {
    command: argv,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    ...(agentId === undefined ? {} : { agentId }),
    ...(typeof sessionKey === "string" ? { sessionKey } : {}),
  });
  if (!prepared) return { action: resolved };
  const answer = Plan.safeParse(await prepared);
  if (!answer.success) throw new TravelAgentError("UNAVAILABLE", "the node prepared no plan this gateway can read", { details: { code: "INVALID_ANSWER" } });
  const { plan } = answer.data;
  const { cwd: _, ...rest } = resolved;
  return { action: { ...rest, argv: plan.argv, ...(plan.cwd ? { cwd: plan.cwd } : {}) }, plan };
}

async function withProgramPath(action: ExecAction, ask: AskNode): Promise<ExecAction> {
  const [program = "", ...rest] = action.argv;
  // A path is what it is. A node that cannot look programs up runs what it finds, and no allowlist covers that.
  const found = /[\\/]/.test(program) ? undefined : ask("system.which", { bins: [program] });
  if (!found) return action;
  const path = ((await found) as { bins?: Record<string, unknown> } | null)?.bins?.[program];
  if (typeof path !== "string" || path === "")
    throw new TravelAgentError("INVALID_REQUEST", `the node has no program "${program.slice(0, 100)}": install it there, or give its path`);
  return { ...action, argv: [path, ...rest] };
}
