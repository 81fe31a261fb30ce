import { TravelAgentError } from "@travelagent/protocol";
import type { Hunk } from "./parse-patch.ts";

/** The text with all hunks in it. Raises `CONFLICT` when a place is not found. */
export function applyHunks(path: string, text: string, hunks: readonly Hunk[]): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const endsWithNewline = text === "" || text.endsWith("\n");
  const lines = (endsWithNewline ? text.slice(0, text.endsWith("\r\n") ? -2 : -1) : text).split(/\r?\n/);
  if (text === "") lines.length = 0;
  const conflict = (hunk: Hunk): never => {
    throw new TravelAgentError(
      "CONFLICT",
      `${path} does not have the lines this patch changes, from "${(hunk.before[0] ?? hunk.anchor ?? "").slice(0, 120)}": read the file again and write the patch anew`,
    );
  };
  let from = 0;
  for (const hunk of hunks) {
    const { anchor, before, after, atEnd } = hunk;
    if (anchor !== undefined) {
      const found = lines.findIndex((line, index) => index >= from && line.trim() === anchor);
      if (found < 0) conflict(hunk);
      from = found + 1;
    }
    const place = before.length === 0 ? (anchor === undefined || atEnd ? lines.length : from) : findLines(lines, before, from, atEnd);
    if (place === undefined) return conflict(hunk);
    lines.splice(place, before.length, ...after);
    from = place + after.length;
  }
  return lines.length === 0 ? "" : lines.join(newline) + (endsWithNewline ? newline : "");
}

/** Exactly, else with other spaces at the ends of lines. */
function findLines(lines: readonly string[], wanted: readonly string[], from: number, atEnd: boolean): number | undefined {
  const last = lines.length - wanted.length;
  for (const same of [(a: string, b: string) => a === b, (a: string, b: string) => a.trimEnd() === b.trimEnd()])
    for (let at = atEnd ? Math.max(from, last) : from; at <= last; at += 1) if (wanted.every((line, index) => same(lines[at + index]!, line))) return at;
  return undefined;
}
