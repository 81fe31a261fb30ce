import { type Action, defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import { commandLine, type ExecAction, gatewayHost } from "@travelagent/protocol/exec";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import * as z from "zod";
import { type Command, readCommand, resolveProgram } from "./command-line.ts";
import { sandboxPath } from "./find-sandbox.ts";
import { processTool } from "./process-tool.ts";
import type { Process, Processes } from "./processes.ts";
import type { Sandbox } from "./sandbox.ts";
import { insideDirectory } from "./sandbox.ts";
import { shownInput, shownProcess } from "./shown-process.ts";
import type { Workplace } from "./workplace.ts";

export interface ExecToolsOptions {
  workplace(turn: TurnScope): Promise<Workplace>;
  processes: Processes;
  /**
   * Stands before every command on the gateway's own machine: resolves when this very command may run, asking a person where the
   * rules say so, and raises `POLICY_DENIED`. Commands in a sandbox do not come here.
   */
  permit(action: ExecAction, who: { actor: string; sessionKey: string }): Promise<unknown>;
  /** Whether the person of this turn may have a command run outside of the agent's sandbox. Absent: nobody. */
  mayElevate?(turn: TurnScope): boolean;
  /** Runs commands outside of a sandbox. */
  direct: Sandbox;
  /** Where programs of this machine are, as PATH has it. */
  path: string;
  /**
   * Asked at every call. `env`: names of variables a command may be given, default language, time zone and terminal.
   * `timeoutSeconds`: longest time of a command, default 1800.
   */
  limits?(): { env?: readonly string[]; timeoutSeconds?: number };
  clock?: Clock;
}

const usualEnv = ["LANG", "LANGUAGE", "LC_ALL", "TZ", "TERM", "COLUMNS", "LINES", "NO_COLOR", "CI"];
const usualLimits = (): { env?: readonly string[]; timeoutSeconds?: number } => ({});
const maxYieldMs = 120_000;
/** A person has two minutes for a command, and the command its `yieldMs` after it. */
const toolTimeoutMs = 300_000;

const Exec = z.strictObject({
  command: z
    .string()
    .min(1)
    .max(20_000)
    .describe("One command line. Pipes, chains and redirections make it a line for a shell, which a person decides on each time."),
  workdir: z.string().max(1000).optional().describe("Directory below the workspace. Default the workspace."),
  env: z.record(z.string().regex(/^[A-Za-z_]\w{0,99}$/), z.string().max(10_000)).optional(),
  stdin: z.string().max(1_000_000).optional().describe("Handed to its standard input, which is closed then."),
  yieldMs: z.int().min(0).max(maxYieldMs).optional().describe("How long to wait for its end before it goes on in the background. Default 10000."),
  background: z.boolean().optional().describe("Do not wait: ask the tool process how it is."),
  timeout: z.int().min(1).max(86_400).optional().describe("Seconds after which it is ended."),
  host: z.enum(["sandbox", "gateway"]).optional(),
  elevated: z.boolean().optional().describe("Outside of the sandbox, where the person who asks may."),
});
type Exec = z.infer<typeof Exec>;

interface Prepared {
  host: "sandbox" | "gateway";
  command: Command;
  /** Absolute, on this machine. */
  cwd: string;
  /** As a person reads it. */
  shownCwd: string;
  env: Record<string, string>;
  runner: Sandbox;
}

/** `exec` and `process`. */
export function execTools(options: ExecToolsOptions): Tool[] {
  const { workplace, processes, permit, mayElevate = () => false, direct, path, limits = usualLimits, clock = systemClock } = options;

  /** What exactly would run, or the reason why it may not. Runs nothing but the question whether the sandbox works. */
  async function prepare(args: Exec, turn: TurnScope): Promise<Prepared> {
    const place = await workplace(turn);
    const elevated = args.elevated === true || (place.sandboxed && args.host === "gateway");
    if (elevated && !mayElevate(turn))
      throw new TravelAgentError("FORBIDDEN", "commands outside of the sandbox are for people that tools.elevated names: leave out elevated and host");
    if (args.host === "sandbox" && (!place.sandboxed || elevated))
      throw new TravelAgentError("INVALID_REQUEST", "there is no sandbox in this conversation: an operator switches it on with agents.list[].sandbox.mode");
    const host = place.sandboxed && !elevated ? "sandbox" : "gateway";
    const given = args.env ?? {};
    const { env: allowedEnv = usualEnv } = limits();
    const foreign = Object.keys(given).filter((name) => !allowedEnv.includes(name));
    if (foreign.length > 0)
      throw new TravelAgentError("INVALID_REQUEST", `a command may not be given ${foreign.slice(0, 5).join(", ")}; it may be given ${allowedEnv.join(", ")}`);
    const cwd = await place.files.directoryFor(args.workdir ?? ".");
    const runner = host === "sandbox" ? await place.runner() : direct;
    const read = readCommand(args.command);
    return {
      host,
      command: host === "sandbox" ? read : resolveProgram(read, { path, cwd }),
      cwd,
      shownCwd: host === "sandbox" ? cwd.replace(place.files.directory, insideDirectory) : cwd,
      env: given,
      runner,
    };
  }

  const exec = defineTool({
    name: "exec",
    description:
      "Runs a command in the workspace. One that takes longer than yieldMs goes on in the background: look after it with the tool program. There is no terminal, so programs that need one do not work.",
    group: "runtime",
    args: Exec,
    effect: "write",
    writes: "system",
    repeatable: false,
    optIn: true,
    timeoutMs: toolTimeoutMs,
    async describe(args, { turn, now }): Promise<Action> {
      const { host, command, shownCwd, env } = await prepare(args, turn);
      const { argv, shell, calledAs } = command;
      return {
        title: host === "sandbox" ? "Run a command in the sandbox" : "Run a command on the gateway's machine",
        lines: [
          commandLine(argv),
          `in ${shownCwd}`,
          ...(calledAs ? [`called as ${calledAs}`] : []),
          ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
          ...(args.stdin ? [`input: ${shownInput(args.stdin)}`] : []),
        ],
        expiresAt: now + 900_000,
        subject: { argv, cwd: shownCwd, env, host },
        // The exec approvals know the command and not its input, which may be the real command.
        facts: { host, shell, program: argv[0], elevated: args.elevated === true, input: (args.stdin ?? "") !== "" },
      };
    },
    async execute(args, { turn, signal }) {
      const { host, command, cwd, env, runner } = await prepare(args, turn);
      if (host === "gateway") {
        const action: ExecAction = { argv: command.argv, cwd, agentId: turn.agentId, nodeId: gatewayHost, ...(Object.keys(env).length > 0 ? { env } : {}) };
        await unlessAborted(permit(action, { actor: `agent:${turn.agentId}`, sessionKey: turn.sessionKey }), signal);
      }
      signal.throwIfAborted();
      const { timeoutSeconds = 1800 } = limits();
      const program = await processes.start(
        turn,
        runner,
        { argv: command.argv, shown: commandLine(command.argv) },
        {
          cwd,
          env: { PATH: host === "sandbox" ? sandboxPath : path, HOME: host === "sandbox" ? insideDirectory : cwd, LANG: "C.UTF-8", ...env },
          timeoutMs: Math.min(args.timeout ?? timeoutSeconds, timeoutSeconds) * 1000,
          calledAs: command.calledAs,
        },
      );
      if (args.stdin !== undefined) {
        program.running.write(args.stdin);
        program.running.endInput();
      }
      await wait(program, args.background ? 0 : (args.yieldMs ?? 10_000), signal);
      return { content: { ...shownProcess(program), ...(host === "sandbox" ? { sandbox: runner.kind } : {}) }, tainted: true };
    },
  });

  /** Until it ends or the time is over. A turn that ends meanwhile takes a command with it that was not put into the background. */
  async function wait(program: Process, ms: number, signal: AbortSignal): Promise<void> {
    const until = clock.now() + ms;
    while (!program.exit && clock.now() < until && !signal.aborted) await program.changed(until - clock.now(), signal);
    if (signal.aborted && !program.exit) {
      program.running.kill();
      await program.running.exited;
      throw signal.reason;
    }
  }

  return [exec, processTool({ processes, clock })];
}

/** The rules of commands wait for a person and know no turn. What a person says after the turn is over starts nothing. */
async function unlessAborted<T>(waited: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  waited.catch(() => undefined);
  try {
    return await Promise.race([waited, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener("abort", onAbort);
  }
}
