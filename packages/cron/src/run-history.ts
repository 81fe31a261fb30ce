import { open, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { appendFile, replaceFile } from "./durable-file.ts";
import { RunRecord } from "./job.ts";

const maxBytes = 2_000_000;
const keptLines = 2000;

/** One JSONL file per job. */
export interface RunHistory {
  append(record: RunRecord): Promise<void>;
  last(jobId: string, limit: number): Promise<RunRecord[]>;
  forget(jobId: string): Promise<void>;
}

export function runHistory(directory: string): RunHistory {
  const pathOf = (jobId: string) => join(directory, `${jobId}.jsonl`);
  const linesOf = async (path: string): Promise<string[]> => {
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    return text.split("\n").filter((line) => line !== "");
  };
  return {
    async append(record) {
      const path = pathOf(record.jobId);
      const size = await stat(path).then(
        (found) => found.size,
        () => 0,
      );
      if (size > maxBytes) await replaceFile(path, `${(await linesOf(path)).slice(1 - keptLines).join("\n")}\n`);
      // A line that a crash cut short must not swallow the next one.
      const cutShort = size > 0 && !(await endsLine(path));
      await appendFile(path, `${cutShort ? "\n" : ""}${JSON.stringify(record)}\n`);
    },
    async last(jobId, limit) {
      const records = (await linesOf(pathOf(jobId))).flatMap((line) => parseRun(line));
      return records.slice(-limit);
    },
    forget: (jobId) =>
      unlink(pathOf(jobId)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
      }),
  };
}

async function endsLine(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] === 0x0a;
  } finally {
    await file.close();
  }
}

/** Nothing for a line that a crash cut short. */
function parseRun(line: string): RunRecord[] {
  try {
    const parsed = RunRecord.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}
