import { isUtf8 } from "node:buffer";
import type { FileHandle } from "node:fs/promises";
import { longestLine } from "./transcript-lines.ts";

/** One line of a file without its end. */
export interface RawLine {
  /** Undefined for a line that is too long to be read. */
  text: string | undefined;
  /** False: some bytes are no UTF-8, and others stand in `text` for them. */
  exact: boolean;
  /** Where it begins, and its bytes with its end. */
  at: number;
  bytes: number;
  /** Whether it has an end. */
  ended: boolean;
}

const blockBytes = 256 * 1024;
const newline = 0x0a;

function decoded(parts: readonly Buffer[], length: number): Pick<RawLine, "text" | "exact"> {
  if (length > longestLine) return { text: undefined, exact: false };
  const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  return { text: bytes.toString("utf8"), exact: isUtf8(bytes) };
}

/** The lines before `end`, the last one first. Holds no more than one line and one block. */
export async function* linesBefore(file: FileHandle, end: number): AsyncGenerator<RawLine[]> {
  /** Of the line that goes on in the block before: its parts, the last first. */
  let parts: Buffer[] = [];
  let length = 0;
  let ended = false;
  let position = end;
  const take = (at: number): RawLine => {
    const line: RawLine = { ...decoded(parts.toReversed(), length), at, bytes: length + (ended ? 1 : 0), ended };
    parts = [];
    length = 0;
    ended = true;
    return line;
  };
  const put = (part: Buffer) => {
    length += part.length;
    if (length > longestLine) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  while (position > 0) {
    const size = Math.min(blockBytes, position);
    const block = Buffer.allocUnsafe(size);
    await readFully(file, block, position - size);
    position -= size;
    const lines: RawLine[] = [];
    let until = size;
    if (position + size === end && block[size - 1] === newline) {
      ended = true;
      until -= 1;
    }
    for (;;) {
      const at = until === 0 ? -1 : block.lastIndexOf(newline, until - 1);
      put(block.subarray(at + 1, until));
      if (at < 0) break;
      lines.push(take(position + at + 1));
      until = at;
    }
    // What is left over must not keep the block alive.
    if (parts.length > 0) parts[parts.length - 1] = Buffer.from(parts.at(-1)!);
    if (position === 0) lines.push(take(0));
    yield lines;
  }
}

/** All lines, the first one first. Holds no more than one line and one block. */
export async function* linesFrom(file: FileHandle): AsyncGenerator<RawLine> {
  let parts: Buffer[] = [];
  let length = 0;
  let begin = 0;
  let position = 0;
  const put = (part: Buffer) => {
    length += part.length;
    if (length > longestLine) parts = [];
    else if (part.length > 0) parts.push(Buffer.from(part));
  };
  const take = (ended: boolean): RawLine => {
    const line: RawLine = { ...decoded(parts, length), at: begin, bytes: length + (ended ? 1 : 0), ended };
    begin += line.bytes;
    parts = [];
    length = 0;
    return line;
  };
  const block = Buffer.allocUnsafe(blockBytes);
  for (;;) {
    const { bytesRead } = await file.read(block, 0, blockBytes, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    let from = 0;
    for (;;) {
      const at = block.subarray(0, bytesRead).indexOf(newline, from);
      put(block.subarray(from, at < 0 ? bytesRead : at));
      if (at < 0) break;
      yield take(true);
      from = at + 1;
    }
  }
  if (length > 0) yield take(false);
}

async function readFully(file: FileHandle, into: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) throw new Error("the file became shorter while it was read");
    done += bytesRead;
  }
}
