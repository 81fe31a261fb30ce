import { TravelAgentError } from "@travelagent/protocol";

/** A place in a file: lines that are there, and what stands there afterwards. */
export interface Hunk {
  /** A line above the place, where the patch names one. */
  anchor?: string;
  before: string[];
  after: string[];
  /** The place is the end of the file. */
  atEnd: boolean;
}

export type PatchStep =
  | { kind: "add"; path: string; text: string }
  | { kind: "delete"; path: string }
  | { kind: "update"; path: string; moveTo?: string; hunks: Hunk[] };

const begin = "*** Begin Patch";
const end = "*** End Patch";
const endOfFile = "*** End of File";
const header = /^\*\*\* (Add|Update|Delete) File: (.+)$/;
const moveTo = /^\*\*\* Move to: (.+)$/;

const wrong = (line: number, why: string): never => {
  throw new TravelAgentError("INVALID_REQUEST", `line ${line} of the patch: ${why}`);
};

/** The lines of a part, with their numbers. */
type Lines = readonly { number: number; text: string }[];

/** Raises `INVALID_REQUEST` with the line that is wrong. */
export function parsePatch(text: string): PatchStep[] {
  const lines = text
    .replaceAll("\r\n", "\n")
    .trim()
    .split("\n")
    .map((line, index) => ({ number: index + 1, text: line }));
  if (lines[0]?.text.trim() !== begin) wrong(1, `a patch starts with "${begin}"`);
  if (lines.at(-1)?.text.trim() !== end) wrong(lines.length, `a patch ends with "${end}"`);
  const inside = lines.slice(1, -1);
  const starts = inside.flatMap((line, index) => (header.test(line.text) ? [index] : []));
  if (starts.length === 0) wrong(lines.length, "the patch changes nothing");
  if (starts[0] !== 0) wrong(2, 'expected "*** Add File: …", "*** Update File: …" or "*** Delete File: …"');
  return starts.map((start, index) => readStep(inside.slice(start, starts[index + 1])));
}

function readStep([first, ...rest]: Lines): PatchStep {
  const { number, text } = first!;
  const [, kind, path] = header.exec(text) as unknown as [string, string, string];
  if (kind === "Add") return { kind: "add", path, text: readAdded(rest) };
  if (kind === "Delete") {
    if (rest[0]) wrong(rest[0].number, "nothing follows the name of a file that is deleted");
    return { kind: "delete", path };
  }
  const moved = moveTo.exec(rest[0]?.text ?? "")?.[1];
  const hunks = readHunks(moved === undefined ? rest : rest.slice(1));
  if (hunks.some(({ before, after }) => before.length + after.length === 0)) wrong(number, `a change of ${path} has no lines`);
  if (hunks.length === 0 && moved === undefined) wrong(number, `${path} is to be updated and there is no change`);
  return { kind: "update", path, ...(moved === undefined ? {} : { moveTo: moved }), hunks };
}

function readAdded(lines: Lines): string {
  return lines.map(({ number, text }) => (text.startsWith("+") ? `${text.slice(1)}\n` : wrong(number, "every line of a new file starts with +"))).join("");
}

function readHunks(lines: Lines): Hunk[] {
  const hunks: Hunk[] = [];
  const open = (anchor = ""): Hunk => {
    const hunk: Hunk = { ...(anchor === "" ? {} : { anchor }), before: [], after: [], atEnd: false };
    hunks.push(hunk);
    return hunk;
  };
  for (const { number, text } of lines) {
    if (text.startsWith("@@")) {
      open(text.slice(2).trim());
      continue;
    }
    const hunk = hunks.at(-1) ?? open();
    const line = text.slice(1);
    if (text === endOfFile) hunk.atEnd = true;
    else if (text.startsWith("+")) hunk.after.push(line);
    else if (text.startsWith("-")) hunk.before.push(line);
    else if (text.startsWith(" ") || text === "") {
      hunk.before.push(line);
      hunk.after.push(line);
    } else wrong(number, 'every line of a change starts with " ", "+" or "-"');
  }
  return hunks;
}
