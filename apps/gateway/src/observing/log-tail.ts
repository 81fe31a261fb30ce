import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import { isLogFile } from "./log.ts";

const defaultLines = 500;
const defaultBytes = 250_000;

/** The day files, oldest first. */
async function logFiles(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(() => [])).filter(isLogFile).sort();
}

/**
 * `logs.tail`: whole lines of the log from `cursor` on, which is a place in bytes in `file`. Without a cursor the last lines.
 * When the day of `file` is over, the rest of it comes first and then the next file; `reset` says that the cursor was no place
 * in the file any more, `truncated` that lines between were left out. Reads the log directory and nothing else.
 */
export function logHandlers({ directory }: { directory: string }): Handlers {
  return {
    "logs.tail": async (params) => {
      const { cursor, limit = defaultLines, maxBytes = defaultBytes } = params ?? {};
      const files = await logFiles(directory);
      const newest = files.at(-1);
      if (params?.file !== undefined && !isLogFile(params.file)) throw new TravelAgentError("INVALID_REQUEST", `${params.file} is no log file`);
      if (newest === undefined) return { file: "", cursor: 0, size: 0, lines: [], truncated: false, reset: cursor !== undefined && cursor > 0 };
      let name = params?.file !== undefined && files.includes(params.file) ? params.file : newest;
      let place = cursor;
      let reset = params?.file !== undefined && name !== params.file;
      if (reset) place = 0;
      for (;;) {
        const page = await readPage(join(directory, name), place, limit, maxBytes);
        reset ||= page.reset;
        const next = files[files.indexOf(name) + 1];
        // A day that is read to its end is over when another has begun.
        if (page.lines.length === 0 && page.cursor === page.size && next !== undefined) {
          name = next;
          place = 0;
          continue;
        }
        return { file: name, cursor: page.cursor, size: page.size, lines: page.lines, truncated: page.truncated, reset };
      }
    },
  };
}

async function readPage(path: string, cursor: number | undefined, limit: number, maxBytes: number) {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const reset = cursor !== undefined && cursor > size;
    const fromEnd = cursor === undefined || reset;
    let start = fromEnd ? Math.max(0, size - maxBytes) : cursor;
    let truncated = fromEnd && start > 0;
    if (!fromEnd && size - start > maxBytes) {
      start = size - maxBytes;
      truncated = true;
    }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - start)), 0, size - start, start);
    const bytes = buffer.subarray(0, bytesRead);
    // A line that is still being written waits for its end, and one that begins before the page is no line.
    const begin = start > 0 && truncated ? bytes.indexOf(10) + 1 : 0;
    const end = bytes.lastIndexOf(10) + 1;
    let lines = bytes
      .subarray(begin, Math.max(begin, end))
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "");
    if (lines.length > limit) {
      lines = lines.slice(-limit);
      truncated = true;
    }
    return { lines, cursor: start + Math.max(begin, end), size, truncated, reset };
  } finally {
    await file.close();
  }
}
