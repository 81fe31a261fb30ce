import { closeSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Fields, Logger } from "@travelagent/protocol/ports";
import pino from "pino";
import { createScrubber, type ScrubberOptions } from "./log-scrubber.ts";

const levels = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

export interface FileLogger extends Logger {
  /** From now on lines below this level are left out of the file. */
  setLevel(level: Level): void;
  /** The same for standard error, whatever the file holds. */
  setConsoleLevel(level: Level | "silent"): void;
  /** What these match is masked from now on, in place of `patterns`. Raises `CONFIG_INVALID` for what is no regular expression. */
  usePatterns(patterns: readonly string[]): void;
  /** From now on these secrets are masked wherever they stand. */
  hide(...secrets: string[]): void;
  close(): void;
}

export interface FileLoggerOptions extends ScrubberOptions {
  directory: string;
  level: Level;
  /** Files of earlier days are removed when a new day begins. Default: all are kept. */
  keepDays?: number;
  /** Least level of lines on standard error. Default none. */
  consoleLevel?: Level | "silent";
}

/** Name of a day's file; its order is that of the days. */
export const logFileOf = (day: string): string => `gateway-${day}.jsonl`;
export const isLogFile = (name: string): boolean => /^gateway-\d{4}-\d{2}-\d{2}\.jsonl$/.test(name);

/** What the line itself says under these names stays its own. */
const reserved: Readonly<Record<string, string>> = { message: "detail", level: "fieldLevel", time: "fieldTime" };

/**
 * One JSON line per event into a file a day (UTC), and one readable line on standard error. Personal data, card numbers and
 * secrets are taken out here, whatever a caller hands over. A disk that is full loses log lines, nothing else.
 */
export function fileLogger({ directory, level, consoleLevel = "silent", keepDays, ...scrubbing }: FileLoggerOptions): FileLogger {
  const scrubber = createScrubber(scrubbing);
  let day = "";
  let file: number | undefined;
  let least = levels.indexOf(level);
  const consoleIndex = (wanted: Level | "silent"): number => (wanted === "silent" ? levels.length : levels.indexOf(wanted));
  let leastOnConsole = consoleIndex(consoleLevel);

  const removeOld = (): void => {
    if (keepDays === undefined) return;
    const oldest = logFileOf(new Date(Date.now() - keepDays * 86_400_000).toISOString().slice(0, 10));
    try {
      for (const name of readdirSync(directory)) if (isLogFile(name) && name < oldest) rmSync(join(directory, name), { force: true });
    } catch {
      // The next day tries again; the line that is being written matters more.
    }
  };

  const toFile = {
    write(line: string): void {
      const today = new Date().toISOString().slice(0, 10);
      try {
        if (today !== day || file === undefined) {
          if (file !== undefined) closeSync(file);
          file = openSync(join(directory, logFileOf(today)), "a", 0o600);
          if (today !== day) removeOld();
          day = today;
        }
        writeSync(file, line);
      } catch {
        file = undefined;
      }
    },
  };
  // Lines are written before the call returns: what led to a crash is on disk, and no worker thread holds memory.
  const lines = pino(
    {
      level: "debug",
      base: null,
      messageKey: "message",
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    toFile,
  );

  const onConsole = (lineLevel: Level, message: string, entry: Fields): void => {
    const details = Object.entries(entry).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
    process.stderr.write(`${lineLevel}  ${message}${details.length > 0 ? `  ${details.join(" ")}` : ""}\n`);
  };

  const logger = (base: Fields): Logger => {
    const at =
      (lineLevel: Level) =>
      (message: string, fields: Fields = {}) => {
        const index = levels.indexOf(lineLevel);
        if (index < least && index < leastOnConsole) return;
        const text = scrubber.text(message);
        const entry: Fields = {};
        for (const [name, value] of Object.entries({ ...base, ...fields })) {
          if (value === undefined) continue;
          const [key, clean] = scrubber.field(reserved[name] ?? name, value);
          entry[key] = clean;
        }
        if (index >= least) lines[lineLevel](entry, "%s", text);
        if (index >= leastOnConsole) onConsole(lineLevel, text, entry);
      };
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child: (fields) => logger({ ...base, ...fields }) };
  };

  return {
    ...logger({ subsystem: "process" }),
    setLevel(next) {
      least = levels.indexOf(next);
    },
    setConsoleLevel(next) {
      leastOnConsole = consoleIndex(next);
    },
    usePatterns: scrubber.usePatterns,
    hide: scrubber.hide,
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
