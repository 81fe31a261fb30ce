import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Fields, Logger } from "@travelagent/protocol/ports";

const levels = ["debug", "info", "warn", "error"] as const;
type Level = (typeof levels)[number];

/** Names of fields whose values never reach a log. */
const secretName = /token|secret|password|apikey|api_key|authorization|cookie|credential/i;
/** A run of 13 to 19 digits as card numbers are written. */
const cardLike = /\b(?:\d[ -]?){12,18}\d\b/g;

/** Of an unexpected error its kind and place, which are ours; its text may repeat what a customer wrote. */
function whereOnly(stack: string): string {
  const kind = /^[A-Za-z]+/.exec(stack)?.[0] ?? "Error";
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return [kind, ...frames.slice(0, 8).map((line) => line.trim())].join(" ");
}

/** Deeper values say so; nobody reads them, and a value that holds itself ends here. */
const maxDepth = 6;

/** The value as JSON can carry it, cleaned on every level: a log line never fails and never gives anything away. */
export function clean(name: string, value: unknown, depth = 0): unknown {
  if (secretName.test(name)) return "***";
  if (name === "pii.error" && typeof value === "string") return whereOnly(value);
  if (name.startsWith("pii.")) return "***";
  if (typeof value === "string") return value.replace(cardLike, "***");
  if (typeof value === "bigint") return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`.replace(cardLike, "***");
  if (typeof value !== "object" || value === null) return value;
  if (depth >= maxDepth) return "[deeper]";
  if (Array.isArray(value)) return value.map((entry) => clean("", entry, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, clean(key, entry, depth + 1)]));
}

/**
 * One JSON line per event into a file a day, warnings and errors also to standard error. Personal data (`pii.` fields) and
 * secrets are dropped here, whatever a caller hands over. A disk that is full loses log lines, nothing else.
 */
export function fileLogger({ directory, level, console: toConsole }: { directory: string; level: Level; console: boolean }): Logger & { close(): void } {
  let day = "";
  let file: number | undefined;
  const least = levels.indexOf(level);

  const write = (line: string, at: Date): void => {
    const today = at.toISOString().slice(0, 10);
    try {
      if (today !== day || file === undefined) {
        if (file !== undefined) closeSync(file);
        file = openSync(join(directory, `gateway-${today}.jsonl`), "a", 0o600);
        day = today;
      }
      writeSync(file, line);
    } catch {
      file = undefined;
    }
  };

  const logger = (base: Fields): Logger => {
    const at =
      (lineLevel: Level) =>
      (message: string, fields: Fields = {}) => {
        if (levels.indexOf(lineLevel) < least) return;
        const time = new Date();
        const entry = Object.fromEntries(Object.entries({ ...base, ...fields }).map(([name, value]) => [name, clean(name, value)]));
        write(`${JSON.stringify({ time: time.toISOString(), level: lineLevel, message, ...entry })}\n`, time);
        if (toConsole && (lineLevel === "warn" || lineLevel === "error")) {
          const details = Object.entries(entry).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
          process.stderr.write(`${lineLevel}  ${message}${details.length > 0 ? `  ${details.join(" ")}` : ""}\n`);
        }
      };
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child: (fields) => logger({ ...base, ...fields }) };
  };

  return {
    ...logger({}),
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
