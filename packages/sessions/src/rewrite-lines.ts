import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { TranscriptEntry } from "@travelagent/protocol/messages";
import { syncDirectory } from "./files.ts";

/** What an entry becomes; the same object when it stays. Its id and its place stay in any case. */
export type ChangeEntry = (entry: TranscriptEntry) => TranscriptEntry;

/** The file with changed messages, or as it was: nothing between. Lines that are none stay. Resolves with how many changed. */
export async function rewriteLines(path: string, change: ChangeEntry): Promise<number> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  let changed = 0;
  const lines = text.split("\n").map((line) => {
    const entry = messageIn(line);
    const after = entry && change(entry);
    if (!after || after === entry) return line;
    changed += 1;
    return JSON.stringify(after);
  });
  if (changed === 0) return 0;
  const temporary = `${path}.rewritten`;
  await rm(temporary, { force: true });
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(lines.join("\n"));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
  return changed;
}

function messageIn(line: string): TranscriptEntry | undefined {
  try {
    const value = JSON.parse(line) as TranscriptEntry;
    return value.type === "message" ? value : undefined;
  } catch {
    return undefined;
  }
}
