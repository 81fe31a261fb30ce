import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { createOutputBuffer } from "./output-buffer.ts";
import { killTree, markName } from "./process-tree.ts";
import type { Exit, Running, Sandbox, StartOptions } from "./sandbox.ts";

/** What is really started for a command. */
export interface Launch {
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** Beside the processes here: what must be ended elsewhere. */
  onKill?(): void;
}

export interface SpawnedOptions {
  kind: Sandbox["kind"];
  clock?: Clock;
  /** The command as it is to be started. Raises when it cannot be. */
  launch(argv: readonly string[], options: Pick<StartOptions, "cwd" | "env">): Promise<Launch> | Launch;
}

/** A sandbox that starts processes of this machine, each the leader of a session of its own. */
export function spawnedSandbox({ kind, clock = systemClock, launch }: SpawnedOptions): Sandbox {
  async function start(argv: readonly string[], { onOutput, signal, timeoutMs, calledAs, ...options }: StartOptions): Promise<Running> {
    signal?.throwIfAborted();
    const { file, args, env, cwd, onKill } = await launch(argv, options);
    signal?.throwIfAborted();
    const mark = randomUUID();
    const child = spawn(file, args, {
      cwd,
      env: { ...env, [markName]: mark },
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      ...(calledAs === undefined ? {} : { argv0: calledAs }),
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (cause: NodeJS.ErrnoException) =>
        reject(
          new TravelAgentError(cause.code === "ENOENT" ? "NOT_FOUND" : "UNAVAILABLE", `${argv[0]?.slice(0, 200)} could not be started (${cause.code})`, {
            cause,
          }),
        ),
      );
    });
    child.on("error", () => undefined);
    child.stdin.on("error", () => undefined);
    child.stdout.on("data", onOutput);
    child.stderr.on("data", onOutput);

    let endedBy: Exit["endedBy"];
    let over = false;
    const end = (why: NonNullable<Exit["endedBy"]>) => {
      if (over) return;
      endedBy ??= why;
      onKill?.();
      if (child.pid !== undefined) killTree(child.pid, mark);
    };
    const onAbort = () => end("abort");
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    const disarm = clock.after(timeoutMs, () => end("timeout"));

    const exited = new Promise<Exit>((resolve) => {
      const finish = (code: number | null, by: string | null) => {
        if (over) return;
        over = true;
        disarm();
        signal?.removeEventListener("abort", onAbort);
        // What it left running in its session ends with it: nobody would be there to end it later.
        if (child.pid !== undefined) killTree(child.pid, mark);
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ code, signal: by, ...(endedBy ? { endedBy } : {}) });
      };
      // The pipes may be held open by what it started, so their end is waited for only a moment.
      child.once("exit", (code, by) => {
        const disarmFlush = clock.after(200, () => finish(code, by));
        child.once("close", () => {
          disarmFlush();
          finish(code, by);
        });
      });
    });

    return {
      exited,
      write(text) {
        if (over || child.stdin.writableEnded || child.stdin.destroyed)
          throw new TravelAgentError("CONFLICT", "this program takes no more input: it has ended, or its input was closed");
        child.stdin.write(text);
      },
      endInput: () => void child.stdin.end(),
      kill: () => end("kill"),
    };
  }

  return {
    kind,
    start,
    async run(argv, { stdin = "", maxOutputBytes = 1_000_000, ...options }) {
      const output = createOutputBuffer({ maxCharacters: maxOutputBytes });
      const running = await start(argv, { ...options, onOutput: output.add });
      if (stdin !== "") running.write(stdin);
      running.endInput();
      return { ...(await running.exited), output: output.text() };
    },
  };
}
