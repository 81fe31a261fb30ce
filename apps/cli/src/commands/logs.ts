import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, positive, withGateway } from "../gateway-command.ts";
import { createOutput, type Output, printable } from "../output.ts";
import type { AddCommand } from "../run.ts";
import type { Terminal } from "../terminal.ts";

interface LogsOptions extends GatewayOptions {
  follow?: boolean;
  limit: string;
  channel?: string;
}

/** How often a gateway elsewhere is asked for new lines. */
const remotePauseMs = 500;
/** Most lines that one answer holds. */
const remoteLines = 5_000;

export const logsCommand: AddCommand = (program, terminal) => {
  connected(program.command("logs"))
    .description("print the log of this machine's gateway, which need not be running, or with --url of another one")
    .option("-f, --follow", "go on with what is logged from now on")
    .option("--limit <n>", "the last so many lines", "100")
    .option("--channel <id>", "only lines about this channel")
    .action(async (options: LogsOptions) => {
      if (options.url !== undefined) return remoteLogs(options, terminal);
      const { locateState, statePaths } = await import("@travelagent/config");
      const directory = statePaths(locateState(terminal).stateDir).logs;
      const limit = await positive(options.limit, "--limit");
      const out = createOutput(terminal, false);
      const show = (line: string) => {
        if (isAbout(line, options.channel)) out.line(options.json ? line : readable(line, out));
      };
      let files = await logFiles(directory);
      if (files.length === 0 && !options.follow)
        throw await failure("NOT_FOUND", `there are no logs in ${directory}; has a gateway run with this state directory?`);
      const last: string[] = [];
      for (const file of files.toReversed()) {
        if (last.length >= limit) break;
        last.unshift(...lines((await readFrom(file, 0)).text).filter((line) => isAbout(line, options.channel)));
      }
      for (const line of last.slice(-limit)) show(line);
      if (!options.follow) return;
      const offsets = new Map(await Promise.all(files.map(async (file) => [file, (await readFrom(file, 0)).end] as const)));
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        files = await logFiles(directory);
        for (const file of files) {
          const { text, end } = await readFrom(file, offsets.get(file) ?? 0);
          // A line that is still being written waits for its end.
          const whole = text.slice(0, text.lastIndexOf("\n") + 1);
          offsets.set(file, end - Buffer.byteLength(text) + Buffer.byteLength(whole));
          for (const line of lines(whole)) show(line);
        }
      }
    });
};

/** Over the wire: whole lines, from the place where the last answer ended. */
async function remoteLogs(options: LogsOptions, terminal: Terminal): Promise<void> {
  const limit = await positive(options.limit, "--limit");
  await withGateway(
    { ...options, json: false },
    terminal,
    "reading",
    async ({ client, out, timeoutMs }) => {
      const show = (line: string) => {
        if (isAbout(line, options.channel)) out.line(options.json ? line : readable(line, out));
      };
      let page = await client.call("logs.tail", { limit: Math.min(limit, remoteLines) }, { timeoutMs });
      for (const line of page.lines) show(line);
      while (options.follow) {
        await new Promise((resolve) => setTimeout(resolve, remotePauseMs));
        page = await client.call("logs.tail", { file: page.file || undefined, cursor: page.cursor, limit: remoteLines }, { timeoutMs });
        if (page.truncated) out.line(out.style("dim", "… lines were left out"));
        for (const line of page.lines) show(line);
      }
    },
    { reconnect: options.follow === true },
  );
}

async function logFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .map((name) => join(directory, name));
}

async function readFrom(path: string, offset: number): Promise<{ text: string; end: number }> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const start = size < offset ? 0 : offset;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return { text: buffer.toString("utf8", 0, bytesRead), end: start + bytesRead };
  } finally {
    await file.close();
  }
}

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

function isAbout(line: string, channel: string | undefined): boolean {
  if (channel === undefined) return true;
  try {
    return (JSON.parse(line) as { channel?: unknown }).channel === channel;
  } catch {
    return false;
  }
}

const colours = { error: "red", warn: "yellow", info: "green", debug: "dim" } as const;

function readable(line: string, out: Output): string {
  try {
    const { time, level, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
    const details = Object.entries(fields).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
    const colour = colours[level as keyof typeof colours] ?? "dim";
    return `${out.style("dim", String(time))} ${out.style(colour, String(level).padEnd(5))} ${printable([String(message), ...details].join("  "))}`;
  } catch {
    return printable(line);
  }
}
