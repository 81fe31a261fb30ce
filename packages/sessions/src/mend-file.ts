import { link, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { UserMessage } from "@travelagent/protocol/messages";
import { appendToFile, syncDirectory } from "./files.ts";
import { linesFrom } from "./line-reader.ts";
import { createMender } from "./mend-entries.ts";
import type { StoredEntry } from "./open-transcript.ts";
import type { TranscriptRef } from "./transcript.ts";
import { entryLine, headerLine, readLine } from "./transcript-lines.ts";

/** What a mended file looked like before. */
export interface MendedFile {
  /** Lines that could not be read, the torn end of a write left out. */
  lostLines: number;
  /** Where the file is as it was; undefined when only its torn end was taken away. */
  kept?: string;
}

const LOST =
  "(A part of this conversation was damaged and cannot be read any more. Do not rely on remembering what was agreed: look bookings and offers up with the tools, and ask the customer where that does not help.)";

const lostNote = (now: number): UserMessage => ({ role: "user", content: LOST, timestamp: now, synthetic: true });

/** Bytes that are written together. */
const batchBytes = 1024 * 1024;

/**
 * Writes the file anew with what can be read of it, put right, and sets the old one aside: as `.bak` where everything could be
 * read, as `.quarantined.<time>` where something could not, and then a note tells the model that something is missing. A torn
 * last line is what a crash leaves: it goes to `.corrupt`. A crash in the middle leaves the old file.
 */
export async function mendFile(path: string, ref: TranscriptRef, now: () => number): Promise<MendedFile> {
  const temporary = `${path}.mended`;
  await rm(temporary, { force: true });
  const mender = createMender(now);
  let batch = headerLine(ref, now());
  let lostLines = 0;
  let torn: string | undefined;
  let changed = false;
  let first = true;
  let lastId: string | null = null;
  const flush = async () => {
    if (batch !== "") await appendToFile(temporary, batch, false);
    batch = "";
  };
  const write = (entries: readonly StoredEntry[]) => {
    for (const entry of entries) {
      batch += entryLine(entry);
      lastId = entry.id;
    }
  };
  const source = await open(path, "r");
  try {
    for await (const raw of linesFrom(source)) {
      const line = raw.text === undefined ? ({ kind: "bad" } as const) : readLine(raw.text, path);
      if (line.kind === "header" && !first) changed = true;
      else if (line.kind === "bad") {
        if (!raw.ended && raw.text !== undefined) torn = raw.text;
        else lostLines += 1;
      } else if (line.kind === "entry") write(mender.push(line.entry));
      else if (line.kind === "other") {
        batch += `${raw.text}\n`;
        lastId = line.value.id;
      }
      if (!raw.exact) changed = true;
      first = false;
      if (batch.length > batchBytes) await flush();
    }
  } finally {
    await source.close();
  }
  const ended = mender.end();
  write(ended);
  if (lostLines > 0) {
    const id = `damaged:${now()}`;
    write(mender.push({ type: "message", id, parentId: lastId, timestamp: new Date(now()).toISOString(), message: lostNote(now()) }));
  }
  // Before the file loses it.
  if (torn !== undefined) await appendToFile(`${path}.corrupt`, `${torn}\n`, true);
  await appendToFile(temporary, batch, true);
  const kept =
    lostLines > 0 ? `${path}.quarantined.${new Date(now()).toISOString().replaceAll(":", "-")}` : mender.changed || changed ? `${path}.bak` : undefined;
  if (kept !== undefined) {
    await rm(kept, { force: true });
    await link(path, kept);
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
  return { lostLines, ...(kept === undefined ? {} : { kept }) };
}
