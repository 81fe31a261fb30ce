import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SpilledText } from "./transcript.ts";

export interface SpillLimits {
  /** Of one text: the rest of a longer one is not kept. */
  maxBytes: number;
  /** Of all texts of one transcript: the oldest ones give way. */
  totalBytes: number;
}

export const defaultSpillLimits: SpillLimits = { maxBytes: 16 * 1024 * 1024, totalBytes: 64 * 1024 * 1024 };

export const spillDirectory = (transcriptPath: string): string => `${transcriptPath.replace(/\.jsonl$/, "")}.spill`;

const validId = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** Keeps a text in the directory. The same id again replaces it. False when the disk has no room. */
export async function spillText(directory: string, id: string, text: string, { maxBytes, totalBytes }: SpillLimits): Promise<boolean> {
  if (!validId.test(id)) return false;
  // A character is three bytes at most.
  const kept = Buffer.byteLength(text) > maxBytes ? text.slice(0, Math.floor(maxBytes / 3)) : text;
  const name = `${id}.txt`;
  const temporary = join(directory, `.${createHash("sha256").update(id).digest("hex").slice(0, 16)}.part`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(temporary, kept, { mode: 0o600 });
    await rename(temporary, join(directory, name));
    await makeRoom(directory, name, totalBytes);
    return true;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return false;
  }
}

async function makeRoom(directory: string, except: string, totalBytes: number): Promise<void> {
  const files = await Promise.all(
    (await readdir(directory)).map(async (name) => {
      const { size, mtimeMs } = await stat(join(directory, name));
      return { name, size, mtimeMs };
    }),
  );
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { name, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (total <= totalBytes) break;
    if (name === except) continue;
    await rm(join(directory, name), { force: true });
    total -= size;
  }
}

/** A part of a text, by characters. */
export async function readSpilledText(directory: string, id: string, { offset, limit }: { offset: number; limit: number }): Promise<SpilledText | undefined> {
  if (!validId.test(id)) return undefined;
  try {
    const text = await readFile(join(directory, `${id}.txt`), "utf8");
    return { text: text.slice(offset, offset + limit), total: text.length };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
