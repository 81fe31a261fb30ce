import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { DataSubject, PersonalDataStore } from "@travelagent/protocol/personal-data";
import { createFinder, type Finder } from "./finder.ts";

const chunkBytes = 256 * 1024;

/**
 * Puts signs of the same length in place of every identifier in a file that others append to. Lines stay lines, and JSON stays JSON.
 * Resolves with how many places there were.
 */
export async function overwriteIn(path: string, finder: Finder, signal: AbortSignal): Promise<number> {
  const file = await open(path, "r+");
  try {
    const places: { start: number; end: number }[] = [];
    const search = finder.search(({ start, end }) => places.push({ start, end }));
    const buffer = Buffer.alloc(chunkBytes);
    for (let at = 0; ; ) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, at);
      if (bytesRead === 0) break;
      search.push(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    search.end();
    for (const { start, end } of places) {
      const { buffer: there } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
      await file.write(
        there.map((byte) => (byte >= 0x30 && byte <= 0x39 ? 0x39 : 0x78)),
        0,
        end - start,
        start,
      );
    }
    if (places.length > 0) await file.sync();
    return places.length;
  } finally {
    await file.close();
  }
}

export interface LinesPersonalDataOptions {
  name: string;
  /** Relative to the state directory, for the list of what is covered. */
  covers: readonly string[];
  /** Directories with files that are only ever appended to. */
  directories: readonly string[];
  /** What is looked for of a person. */
  identifiersOf(subject: DataSubject): readonly string[];
}

/** Logs and histories of runs: what names the person in them is overwritten, the line stays. They tell a person nothing, so none is exported. */
export function linesPersonalData({ name, covers, directories, identifiersOf }: LinesPersonalDataOptions): PersonalDataStore {
  return {
    name,
    covers: { files: covers },
    async *export() {},
    async erase(subject, { signal }) {
      const finder = createFinder(identifiersOf(subject));
      let removed = 0;
      for (const directory of directories)
        for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => []))
          if (entry.isFile()) removed += await overwriteIn(join(directory, entry.name), finder, signal);
      return { removed, held: [] };
    },
  };
}
