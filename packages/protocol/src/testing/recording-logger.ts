import type { Fields, Logger } from "../ports.ts";

export interface LogLine {
  level: "debug" | "info" | "warn" | "error";
  message: string;
  fields: Fields;
}

export interface RecordingLogger extends Logger {
  readonly lines: LogLine[];
}

/** Keeps every line, also those of its children, for a test to look at. */
export function recordingLogger(lines: LogLine[] = [], base: Fields = {}): RecordingLogger {
  const write =
    (level: LogLine["level"]) =>
    (message: string, fields: Fields = {}) =>
      void lines.push({ level, message, fields: { ...base, ...fields } });
  return {
    lines,
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => recordingLogger(lines, { ...base, ...fields }),
  };
}
