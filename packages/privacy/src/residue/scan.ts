import { createReadStream } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { createInflateRaw } from "node:zlib";
import type { Database, StoredRow } from "@travelagent/protocol/ports";
import type { Finder } from "./finder.ts";

/** Where something that names the person still stands. */
export interface Finding {
  /**
   * `logs/gateway-2027-01-14.jsonl`, or `data/travelagent.db crm_note/note_12` for a row. What names the person in it is masked.
   */
  place: string;
  /** How many of the identifiers stand there. */
  identifiers: number;
}

export interface Scan {
  files: number;
  bytes: number;
  rows: number;
  /** Ways to write the identifiers that were looked for. */
  forms: number;
  findings: Finding[];
}

export interface ScanOptions {
  /** State directory: every file below is read, whatever it is. */
  directory: string;
  finder: Finder;
  /** Databases whose rows are looked at one by one, so that a row can be named. `file` is relative to the directory. */
  databases: readonly { file: string; db: Pick<Database, "everyRow"> }[];
  signal: AbortSignal;
  /** Called after each file. */
  onProgress?(done: { files: number; bytes: number }): void;
}

const chunkBytes = 256 * 1024;
/** Of one compressed part, so that a small file cannot keep us busy for ever. */
const mostUnpacked = 256 * 1024 * 1024;
const mostCompressedParts = 64;

/** Every regular file below, in the order of their names. What vanishes meanwhile is passed over. */
async function* filesBelow(directory: string): AsyncGenerator<{ path: string; size: number }> {
  const names = (await readdir(directory).catch(() => [])).sort();
  for (const name of names) {
    const path = join(directory, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory()) yield* filesBelow(path);
    else if (found?.isFile()) yield { path, size: found.size };
  }
}

/** Where a gzip member may begin. */
function gzipStarts(): { look(chunk: Uint8Array): void; starts: number[] } {
  const starts: number[] = [];
  let at = 0;
  let last = [0, 0];
  return {
    starts,
    look(chunk) {
      for (const byte of chunk) {
        if (byte === 0x08 && last[1] === 0x8b && last[0] === 0x1f && starts.length < mostCompressedParts) starts.push(at - 2);
        last = [last[1]!, byte];
        at += 1;
      }
    },
  };
}

const mostHeader = 64 * 1024;

/** Length of the header of a gzip member, or undefined for what is none. */
function headerLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) return undefined;
  const flags = bytes[3]!;
  let at = 10;
  if (flags & 4) at += 2 + bytes[at]! + bytes[at + 1]! * 256;
  for (const text of [8, 16]) {
    if (!(flags & text)) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  if (flags & 2) at += 2;
  return at < bytes.length ? at : undefined;
}

async function headerAt(path: string, start: number): Promise<number | undefined> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostHeader), 0, mostHeader, start);
    return headerLength(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Hands over what can be unpacked from there; what stands behind it does not matter, and damage ends it. */
async function unpacked(path: string, start: number, onChunk: (chunk: Uint8Array) => void): Promise<void> {
  const header = await headerAt(path, start);
  if (header === undefined) return;
  await new Promise<void>((resolve) => {
    let total = 0;
    const source = createReadStream(path, { start: start + header });
    const inflate = createInflateRaw();
    const end = () => {
      source.destroy();
      inflate.destroy();
      resolve();
    };
    inflate.on("data", (chunk: Buffer) => {
      total += chunk.length;
      onChunk(chunk);
      if (total > mostUnpacked) end();
    });
    for (const [stream, event] of [
      [inflate, "end"],
      [inflate, "error"],
      [source, "error"],
    ] as const)
      stream.on(event, end);
    source.pipe(inflate);
  });
}

async function inFile(path: string, finder: Finder, signal: AbortSignal): Promise<{ found: Set<number>; bytes: number }> {
  const found = new Set<number>();
  const search = finder.search(({ identifier }) => found.add(identifier));
  const compressed = gzipStarts();
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes, signal })) {
      search.push(chunk as Buffer);
      compressed.look(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  search.end();
  for (const start of compressed.starts) {
    signal.throwIfAborted();
    const inside = finder.search(({ identifier }) => found.add(identifier));
    await unpacked(path, start, inside.push);
    inside.end();
  }
  return { found, bytes };
}

function inRow({ row }: StoredRow, finder: Finder): Set<number> {
  const found = new Set<number>();
  for (const value of Object.values(row)) {
    const text = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
    if (typeof text !== "string" && !(text instanceof Uint8Array)) continue;
    for (const identifier of finder.in(text)) found.add(identifier);
  }
  return found;
}

/** A place without what names the person in it: the name of a file, the key of a row. */
function masked(place: string, finder: Finder): string {
  const bytes = Buffer.from(place);
  const search = finder.search(({ start, end }) => bytes.fill(0x2a, start, end));
  search.push(Buffer.from(place));
  search.end();
  return bytes.toString();
}

/**
 * Looks for identifiers in every file below a directory, in every row of its databases, in the names of files and in what is
 * compressed there. Bytes of a database that are in no row (free pages, indexes, the log of writes) count too.
 */
export async function scanForResidue({ directory, finder, databases, signal, onProgress = () => {} }: ScanOptions): Promise<Scan> {
  const scan: Scan = { files: 0, bytes: 0, rows: 0, forms: finder.forms, findings: [] };
  const add = (place: string, identifiers: number) => scan.findings.push({ place: masked(place, finder), identifiers });

  /** By file of a database, what stands in rows of it. */
  const inRows = new Map<string, Set<number>>();
  for (const { file, db } of databases) {
    if (!db.everyRow) continue;
    const all = new Set<number>();
    inRows.set(file, all);
    for await (const stored of db.everyRow()) {
      signal.throwIfAborted();
      scan.rows += 1;
      const found = inRow(stored, finder);
      if (found.size === 0) continue;
      for (const identifier of found) all.add(identifier);
      add(`${file} ${stored.table}/${stored.id}`, found.size);
    }
  }
  for await (const { path, size } of filesBelow(directory)) {
    signal.throwIfAborted();
    const place = relative(directory, path).split(sep).join("/");
    scan.files += 1;
    const named = finder.in(place);
    const { found, bytes } = size > 0 ? await inFile(path, finder, signal) : { found: new Set<number>(), bytes: 0 };
    scan.bytes += bytes;
    const rows = [...inRows].find(([file]) => place === file || place === `${file}-wal`)?.[1];
    const unexplained = rows ? [...found].filter((identifier) => !rows.has(identifier)) : [...found];
    if (unexplained.length > 0) add(rows ? `${place} (outside of every row)` : place, unexplained.length);
    if (named.size > 0) add(`${place} (the name of the file)`, named.size);
    onProgress({ files: scan.files, bytes: scan.bytes });
  }
  return scan;
}
