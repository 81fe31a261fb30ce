import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { createOutputBuffer, type OutputBuffer } from "./output-buffer.ts";
import type { Exit, Running, Sandbox, StartOptions } from "./sandbox.ts";

/** Whose programs: what one conversation of an agent started is there for no other. */
export interface Owner {
  readonly agentId: string;
  readonly sessionKey: string;
}

export interface Process {
  readonly id: string;
  /** For people. */
  readonly command: string;
  readonly startedAt: number;
  readonly output: OutputBuffer;
  readonly running: Running;
  exit?: Exit & { at: number };
  /** Resolves at the next output or at the end, and after `ms` in any case. */
  changed(ms: number, signal: AbortSignal): Promise<void>;
}

export interface Processes {
  /** Raises `RATE_LIMITED` when the owner, or everybody together, has too many. */
  start(owner: Owner, sandbox: Sandbox, command: { argv: readonly string[]; shown: string }, options: Omit<StartOptions, "onOutput">): Promise<Process>;
  /** The oldest first. */
  list(owner: Owner): readonly Process[];
  /** Raises `NOT_FOUND`, also for somebody else's. */
  get(owner: Owner, id: string): Process;
  /** Forgets it; ends it before when it runs. */
  remove(owner: Owner, id: string): void;
  /** Ends all of them. */
  stop(): Promise<void>;
}

export interface ProcessesOptions {
  clock?: Clock;
  /** Output that is kept of each, in characters. Default 200,000. */
  keepCharacters?: number;
  /** How long one that ended can be looked at. Default 30 min. */
  keepMs?: number;
  maxPerOwner?: number;
  maxRunning?: number;
}

export function createProcesses({
  clock = systemClock,
  keepCharacters = 200_000,
  keepMs = 1_800_000,
  maxPerOwner = 16,
  maxRunning = 32,
}: ProcessesOptions = {}): Processes {
  const all = new Map<string, { owner: string; program: Process }>();
  let stopped = false;
  const keyOf = ({ agentId, sessionKey }: Owner): string => `${agentId}\n${sessionKey}`;
  const tidy = () => {
    for (const [id, { program }] of all) if (program.exit && clock.now() - program.exit.at >= keepMs) all.delete(id);
  };
  const of = (owner: Owner) => {
    tidy();
    return [...all.values()].filter((entry) => entry.owner === keyOf(owner)).map(({ program }) => program);
  };
  const get = (owner: Owner, id: string): Process => {
    const found = of(owner).find((program) => program.id === id);
    if (!found)
      throw new TravelAgentError(
        "NOT_FOUND",
        `there is no process ${id.slice(0, 80)} in this conversation: the tool process with action "list" tells which there are`,
      );
    return found;
  };
  const isRunning = ({ exit }: Process): boolean => exit === undefined;

  return {
    async start(owner, sandbox, { argv, shown }, options) {
      if (stopped) throw new TravelAgentError("UNAVAILABLE", "the gateway is stopping");
      const mine = of(owner);
      // The oldest that ended makes room.
      if (mine.length >= maxPerOwner) {
        const ended = mine.find((program) => !isRunning(program));
        if (!ended) throw new TravelAgentError("RATE_LIMITED", "too many programs run in this conversation: end one with the tool process, action kill");
        all.delete(ended.id);
      }
      if ([...all.values()].filter(({ program }) => isRunning(program)).length >= maxRunning)
        throw new TravelAgentError("RATE_LIMITED", "too many programs run on this gateway: try again when some have ended");
      const output = createOutputBuffer({ maxCharacters: keepCharacters });
      const waiting = new Set<() => void>();
      const wake = () => {
        for (const go of waiting) go();
      };
      const running = await sandbox.start(argv, {
        ...options,
        onOutput(chunk) {
          output.add(chunk);
          wake();
        },
      });
      const program: Process = {
        id: randomUUID().slice(0, 8),
        command: shown,
        startedAt: clock.now(),
        output,
        running,
        changed: (ms, signal) =>
          new Promise((resolve) => {
            const go = () => {
              waiting.delete(go);
              disarm();
              signal.removeEventListener("abort", go);
              resolve();
            };
            const disarm = clock.after(ms, go);
            waiting.add(go);
            signal.addEventListener("abort", go, { once: true });
            if (signal.aborted || program.exit) go();
          }),
      };
      all.set(program.id, { owner: keyOf(owner), program });
      void running.exited.then((exit) => {
        program.exit = { ...exit, at: clock.now() };
        wake();
      });
      if (stopped) running.kill();
      return program;
    },
    list: of,
    get,
    remove(owner, id) {
      const found = get(owner, id);
      if (isRunning(found)) found.running.kill();
      all.delete(id);
    },
    async stop() {
      stopped = true;
      const left = [...all.values()].map(({ program }) => program).filter(isRunning);
      for (const { running } of left) running.kill();
      await Promise.all(left.map(({ running }) => running.exited));
      all.clear();
    },
  };
}
