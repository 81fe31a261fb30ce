import { type Action, defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import * as z from "zod";
import type { Process, Processes } from "./processes.ts";
import { maxShownCharacters, shownInput, shownProcess } from "./shown-process.ts";

const Args = z.strictObject({
  action: z.enum(["list", "poll", "log", "write", "kill", "clear", "remove"]),
  processId: z.string().min(1).max(80).optional().describe("For all but list and clear."),
  waitMs: z.int().min(0).max(20_000).optional().describe("Of poll: how long to wait for something new. Default 1000."),
  offset: z.int().min(0).optional().describe("Of log: first line, from 0. Default so that the last lines are shown."),
  limit: z.int().min(1).max(2000).optional().describe("Of log: lines. Default 200."),
  data: z.string().max(100_000).optional().describe("Of write: goes to its standard input."),
  eof: z.boolean().optional().describe("Of write: closes its standard input."),
});

/** Looks after the programs that `exec` left running in this very conversation. */
export function processTool({ processes, clock }: { processes: Processes; clock: Clock }): Tool {
  return defineTool({
    name: "process",
    description: "Looks after commands that exec started here: list, poll for new output, log, write to their input, kill, clear those that ended, remove.",
    group: "runtime",
    args: Args,
    effect: "write",
    // It touches only what was started in this conversation with a yes of its own; for input, which can be a new command, policy asks again.
    writes: "conversation",
    repeatable: false,
    optIn: true,
    async describe({ action, processId, data, eof }, { turn, now }): Promise<Action> {
      const program = processId === undefined ? undefined : processes.get(turn, processId);
      return {
        title: `${action[0]!.toUpperCase()}${action.slice(1)}${program ? `: ${program.command.slice(0, 200)}` : ""}`,
        lines: [...(data === undefined ? [] : [shownInput(data)]), ...(eof ? ["closes its input"] : [])],
        expiresAt: now + 900_000,
        subject: {},
        facts: { action },
      };
    },
    async execute({ action, processId, waitMs = 1000, offset, limit = 200, data, eof }, { turn, signal }) {
      if (action === "list")
        return {
          content: {
            processes: processes.list(turn).map(({ id, command, exit, startedAt }) => ({
              processId: id,
              command: command.slice(0, 300),
              status: exit ? "ended" : "running",
              ...(exit ? { exitCode: exit.code } : {}),
              seconds: Math.round(((exit?.at ?? clock.now()) - startedAt) / 1000),
            })),
          },
          tainted: true,
        };
      if (action === "clear") {
        const ended = processes.list(turn).filter(({ exit }) => exit !== undefined);
        for (const { id } of ended) processes.remove(turn, id);
        return { content: { cleared: ended.length } };
      }
      if (processId === undefined) throw new TravelAgentError("INVALID_REQUEST", `${action} needs a processId: action "list" tells which there are`);
      const program = processes.get(turn, processId);
      switch (action) {
        case "poll":
          if (!program.exit && waitMs > 0) await program.changed(waitMs, signal);
          return { content: shownProcess(program), tainted: true };
        case "log":
          return { content: log(program, limit, offset), tainted: true };
        case "write":
          if (data !== undefined) program.running.write(data);
          if (eof) program.running.endInput();
          return { content: { processId, written: data?.length ?? 0 } };
        case "kill":
          program.running.kill();
          await program.running.exited;
          return { content: shownProcess(program), tainted: true };
        case "remove":
          processes.remove(turn, processId);
          return { content: { processId, removed: true } };
      }
    },
  });
}

function log({ id, output }: Process, limit: number, offset?: number): Record<string, unknown> {
  const lines = output.text().split("\n");
  const from = offset ?? Math.max(0, lines.length - limit);
  const text = lines.slice(from, from + limit).join("\n");
  return {
    processId: id,
    from,
    totalLines: lines.length,
    output: text.slice(0, maxShownCharacters),
    ...(text.length > maxShownCharacters ? { note: `cut after ${maxShownCharacters} characters: ask for fewer lines` } : {}),
  };
}
