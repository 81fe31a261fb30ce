import { TravelAgentError } from "@travelagent/protocol";
import { openFence } from "./fences.ts";

export interface ChunkOptions {
  /** Longest chunk, UTF-16 units; at least 2. */
  maxLength: number;
  /** Most lines of a chunk, for platforms that fold what is longer; at least 3, so that a code block can be opened and closed. Default: any. */
  maxLines?: number;
  /** `newline`: each paragraph is a message of its own, and only what is longer than a chunk is cut further. Default `length`. */
  mode?: "length" | "newline";
}

/**
 * Cuts a text into messages a platform takes. Cuts between paragraphs where it can, else between lines, sentences, words,
 * and only then inside a word; never inside a surrogate pair, and inside a grapheme or a link only when it alone is longer
 * than a chunk. A code block that must be cut is closed and opened again. White space at a cut is dropped, all else is kept.
 * A text of white space alone gives no chunk. Raises `INVALID_REQUEST` for a `maxLength` below 2.
 */
export function chunkText(text: string, { maxLength, maxLines = Number.POSITIVE_INFINITY, mode = "length" }: ChunkOptions): string[] {
  if (!(maxLength >= 2)) throw new TravelAgentError("INVALID_REQUEST", "maxLength must be at least 2 to hold one character");
  if (!(maxLines >= 3)) throw new TravelAgentError("INVALID_REQUEST", "maxLines must be at least 3 to hold a code block of one line");
  return (mode === "newline" ? paragraphs(text) : [text]).flatMap((part) => chunksOf(part, maxLength, maxLines));
}

function chunksOf(text: string, maxLength: number, maxLines: number): string[] {
  const chunks: string[] = [];
  let rest = text;
  let reopened = "";
  while (rest.trim() !== "") {
    const whole = reopened + rest;
    if (whole.length <= maxLength && linesOf(whole) <= maxLines) {
      chunks.push(whole);
      break;
    }
    const cut = maxLines === Number.POSITIVE_INFINITY ? nextCut(rest, reopened, maxLength) : cutWithin(rest, reopened, maxLength, maxLines);
    if (cut.chunk.trim() !== "") chunks.push(cut.chunk);
    rest = cut.rest;
    reopened = cut.reopened;
  }
  return chunks;
}

const linesOf = (text: string): number => text.split("\n").length;

/** A cut that keeps to the number of lines too. A block that is closed at the cut needs a line for that. */
function cutWithin(rest: string, reopened: string, maxLength: number, maxLines: number): Cut {
  const whole = reopened + rest;
  const end = (lines: number): number => whole.split("\n", lines).join("\n").length;
  const least = Math.max(2, reopened.length + 2);
  let cut: Cut | undefined;
  for (const length of [
    end(maxLines),
    end(maxLines - 1) + closingLength(whole),
    end(maxLines - 1),
    end(maxLines - 2) + closingLength(whole),
    end(maxLines - 2),
  ]) {
    cut = nextCut(rest, reopened, Math.max(least, Math.min(maxLength, length)));
    if (linesOf(cut.chunk) <= maxLines) return cut;
  }
  return cut!;
}

const closingLength = (text: string): number => 1 + (/^ {0,3}(`{3,}|~{3,})/m.exec(text)?.[1]?.length ?? 0);

/** Parts between empty lines; one inside of a code block parts nothing. */
function paragraphs(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (const piece of text.split(/(\n[^\S\n]*\n\s*)/)) {
    const between = piece.trim() === "";
    if (between && part.trim() !== "" && !openFence(part)) {
      parts.push(part);
      part = "";
    } else if (!between || part !== "") part += piece;
  }
  return part.trim() === "" ? parts : [...parts, part];
}

interface Cut {
  chunk: string;
  rest: string;
  /** The code block's opening line, with which the next chunk starts. */
  reopened: string;
}

function nextCut(rest: string, reopened: string, maxLength: number): Cut {
  const room = maxLength - reopened.length;
  const at = bestCut(rest, room, proseBreaks);
  const fence = openFence(reopened + rest.slice(0, at));
  if (!fence) return { chunk: reopened + trimEnd(rest.slice(0, at)), rest: trimStart(rest.slice(at)), reopened: "" };

  const beforeBlock = reopened === "" ? fence.start : 0;
  // Move a block that starts late to the next message as a whole rather than tear it.
  if (beforeBlock > maxLength / 4 || (beforeBlock > 0 && blockFits(rest.slice(beforeBlock), maxLength))) {
    return { chunk: trimEnd(rest.slice(0, beforeBlock)), rest: rest.slice(beforeBlock), reopened: "" };
  }
  const closing = `\n${fence.closer}`;
  const again = `${fence.opener}\n`;
  const codeRoom = room - closing.length;
  // With a chunk this small the marks would leave no place for code.
  if (again.length + closing.length > maxLength / 2 || codeRoom <= beforeBlock + (reopened ? 0 : again.length)) {
    return { chunk: reopened + trimEnd(rest.slice(0, at)), rest: trimStart(rest.slice(at)), reopened: "" };
  }
  const codeAt = bestCut(rest, codeRoom, codeBreaks);
  const code = rest.slice(0, codeAt);
  return { chunk: reopened + code.replace(/\n$/, "") + closing, rest: rest.slice(codeAt).replace(/^\n/, code.endsWith("\n") ? "\n" : ""), reopened: again };
}

function blockFits(block: string, maxLength: number): boolean {
  const lines = block.split("\n");
  let length = lines[0]?.length ?? 0;
  for (const line of lines.slice(1)) {
    length += 1 + line.length;
    if (length > maxLength) return false;
    if (!openFence(block.slice(0, length))) return true;
  }
  return length <= maxLength;
}

/** From the most to the least natural place; a match ends where the cut is. */
const proseBreaks: readonly RegExp[] = [/\n[^\S\n]*\n\s*/g, /\n/g, /[.!?…。！？][)"'»”]*\s+/g, /\s+/g];
const codeBreaks: readonly RegExp[] = [/\n/g];
const link = /\[[^\]\n]*\]\([^)\s]*\)|\b[a-z][a-z+.-]*:\/\/[^\s<>]+/gi;
/** Made with the first long text: its tables are large, and a process without one needs none. */
let graphemes: Intl.Segmenter | undefined;

/** Where to cut `text` so that at most `room` units come before: always at least one character, at most `room`. */
function bestCut(text: string, room: number, breaks: readonly RegExp[]): number {
  // White space after the last word does not count, so the break may lie just behind the room.
  const window = text.slice(0, room + 1);
  const borders = graphemeBorders(text, room);
  const links = linksIn(text, room);
  const allowed = (at: number) => at > 0 && at <= room && borders.has(at) && !links.some((span) => at > span.start && at < span.end);
  for (const pattern of breaks) {
    let best = 0;
    for (const match of window.matchAll(pattern)) {
      const end = Math.min(match.index + match[0].length, room);
      const at = allowed(end) ? end : match.index;
      if (allowed(at) && text.slice(0, at).trim() !== "") best = at;
    }
    // A cut that leaves the message nearly empty is worse than the next kind of break.
    if (best > (pattern === breaks.at(-1) ? 0 : room / 4)) return best;
  }
  let last = 0;
  for (const at of borders) if (allowed(at)) last = Math.max(last, at);
  if (last > 0) return last;
  return [...borders].reduce((a, b) => (b <= room ? Math.max(a, b) : a), 0) || wholeCharacters(text, room);
}

function graphemeBorders(text: string, room: number): Set<number> {
  // Looks a little beyond the room, since what follows decides whether a grapheme ends there.
  const borders = new Set<number>();
  graphemes ??= new Intl.Segmenter("und", { granularity: "grapheme" });
  for (const { index } of graphemes.segment(text.slice(0, room + 64))) borders.add(index);
  borders.delete(0);
  return borders;
}

/** Links that a chunk can hold: longer ones are torn like any word. */
function linksIn(text: string, room: number): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  for (const match of text.slice(0, 2 * room + 1).matchAll(link)) {
    const span = { start: match.index, end: match.index + match[0].length };
    if (span.start < room && match[0].length <= room) spans.push(span);
  }
  return spans;
}

function wholeCharacters(text: string, room: number): number {
  const splitsPair = /[\uD800-\uDBFF]/.test(text[room - 1] ?? "") && /[\uDC00-\uDFFF]/.test(text[room] ?? "");
  return splitsPair ? room - 1 : room;
}

const trimEnd = (text: string) => text.replace(/\s+$/u, "");
/** Keeps a space that carries a mark: it is part of a character. */
const trimStart = (text: string) => text.replace(/^(?:\s(?![\p{M}\p{Cf}]))+/u, "");
