import { isUtf8 } from "node:buffer";
import { mkdir, open, readdir, readFile, rename, rm, stat, truncate } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { normalizeAgentId } from "./key.ts";
import { planAppend } from "./repair.ts";
import { admit, type OpenTranscript, type TranscriptRef, type TranscriptStore } from "./transcript.ts";
import { entryLines, headerLine, parseLines } from "./transcript-lines.ts";

export interface FileTranscriptsOptions {
  /** State directory; files are `agents/<agentId>/sessions/<sessionId>.jsonl` in it. */
  directory: string;
  clock?: Clock;
  log?: Logger;
  /** Size, as stored, of the transcripts that are kept parsed in memory. Default 64 MiB. */
  cacheBytes?: number;
  /** How bytes get to the end of a file. Given in tests that need a full disk. */
  appendBytes?: AppendBytes;
}

/** Makes the file with mode 0600 when it is missing. `durable` resolves only when the bytes are on the disk. */
export type AppendBytes = (path: string, bytes: string, durable: boolean) => Promise<void>;

interface Cached {
  transcript: OpenTranscript;
  /** Length of the valid file. */
  bytes: number;
  /** What of it the cache has counted. */
  counted: number;
}

const DEFAULT_CACHE_BYTES = 64 * 1024 * 1024;

/**
 * Transcripts as JSON lines, one file per session. A line torn by a crash and lines that cannot be read are moved to
 * `<file>.corrupt` when the file is next opened, and the rest is used; no other session notices.
 */
export function fileTranscripts({
  directory,
  clock = systemClock,
  log = silentLogger,
  cacheBytes = DEFAULT_CACHE_BYTES,
  appendBytes = appendToFile,
}: FileTranscriptsOptions): TranscriptStore {
  /** In the order of last use. */
  const cache = new Map<string, Cached>();
  let cachedBytes = 0;
  const queues = new Map<string, Promise<unknown>>();

  function pathOf({ agentId, sessionId }: TranscriptRef): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(sessionId)) throw new TravelAgentError("INVALID_REQUEST", "a session id has letters, digits, - and _ only");
    return join(directory, "agents", normalizeAgentId(agentId), "sessions", `${sessionId}.jsonl`);
  }

  /** One thing at a time per file. */
  function inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
    const result = (queues.get(path) ?? Promise.resolve()).then(work);
    const settled = result.then(
      () => {},
      () => {},
    );
    queues.set(path, settled);
    void settled.then(() => {
      if (queues.get(path) === settled) queues.delete(path);
    });
    return result;
  }

  function forget(path: string): void {
    cachedBytes -= cache.get(path)?.counted ?? 0;
    cache.delete(path);
  }

  function keep(path: string, entry: Cached): void {
    forget(path);
    cache.set(path, entry);
    entry.counted = entry.bytes;
    cachedBytes += entry.counted;
    for (const oldest of cache.keys()) {
      if (cachedBytes <= cacheBytes || cache.size === 1) break;
      forget(oldest);
    }
  }

  async function load(path: string, ref: TranscriptRef): Promise<Cached> {
    const known = cache.get(path);
    const entry = known ?? (await readAndMend(path, ref));
    keep(path, entry);
    return entry;
  }

  async function readAndMend(path: string, ref: TranscriptRef): Promise<Cached> {
    const stored = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return Buffer.alloc(0);
      throw coded(error, path);
    });
    // Bytes that are no UTF-8 are replaced, and then the file has another length than its text.
    const text = stored.toString("utf8");
    const { transcript, hasHeader, good, bad, unterminated } = parseLines(text, path);
    if (text === "") return { transcript, bytes: 0, counted: 0 };
    if (bad.length === 0 && hasHeader && !unterminated && isUtf8(stored)) return { transcript, bytes: stored.length, counted: 0 };
    const mended = headerLine(ref, clock.now()) + good.map((line) => `${line}\n`).join("");
    try {
      // The bad lines are safe before the file loses them.
      if (bad.length > 0) await appendToFile(`${path}.corrupt`, bad.map((line) => `${line}\n`).join(""), true);
      const temporary = `${path}.mended`;
      await rm(temporary, { force: true });
      await appendToFile(temporary, mended, true);
      await rename(temporary, path);
    } catch (error) {
      throw coded(error, path);
    }
    if (bad.length > 0) log.warn("a transcript had lines that cannot be read; they were moved aside", { path: `${path}.corrupt`, lines: bad.length });
    return { transcript, bytes: Buffer.byteLength(mended), counted: 0 };
  }

  async function write(path: string, entry: Cached, bytes: string, durable: boolean): Promise<void> {
    try {
      await appendBytes(path, bytes, durable);
      if (durable && entry.bytes === 0) await syncDirectory(dirname(path));
      entry.bytes += Buffer.byteLength(bytes);
      keep(path, entry);
    } catch (error) {
      // Whatever got into the file is taken out again; if even that fails, the next opening does it.
      forget(path);
      if ((await stat(path).catch(() => undefined))?.isFile()) await truncate(path, entry.bytes).catch(() => {});
      throw coded(error, path);
    }
  }

  return {
    async read(ref) {
      const path = pathOf(ref);
      return inTurn(path, async () => (await load(path, ref)).transcript.entries.slice());
    },
    async append(ref, wanted, { durable = false } = {}) {
      const path = pathOf(ref);
      return inTurn(path, async () => {
        const entry = await load(path, ref);
        const { entries, late } = planAppend(entry.transcript, wanted, clock.now());
        for (const result of late) log.warn("a tool result came after its call was closed and is left out", { sessionId: ref.sessionId, ...result });
        if (entries.length === 0) return [];
        const header = entry.bytes === 0 ? headerLine(ref, clock.now()) : "";
        await write(path, entry, header + entryLines(entries), durable);
        for (const added of entries) admit(entry.transcript, added);
        return entries;
      });
    },
    async archive(ref) {
      const path = pathOf(ref);
      return inTurn(path, async () => {
        forget(path);
        const name = `${path}.deleted.${new Date(clock.now()).toISOString().replaceAll(":", "-")}`;
        try {
          await rename(path, name);
          await syncDirectory(dirname(path));
          return name;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
          throw coded(error, path);
        }
      });
    },
    async remove(ref) {
      const path = pathOf(ref);
      await inTurn(path, async () => {
        forget(path);
        const beside = (await readdir(dirname(path)).catch(() => [])).filter((name) => name.startsWith(`${basename(path)}.deleted.`));
        for (const file of [path, `${path}.corrupt`, `${path}.mended`, ...beside.map((name) => join(dirname(path), name))]) await rm(file, { force: true });
      });
    },
  };
}

async function appendToFile(path: string, bytes: string, durable: boolean): Promise<void> {
  const file = await open(path, "a", 0o600).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return open(path, "a", 0o600);
  });
  try {
    await file.appendFile(bytes);
    if (durable) await file.datasync();
  } finally {
    await file.close();
  }
}

/** Makes the name of a new file survive the loss of power. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function coded(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new TravelAgentError("STORAGE_FULL", `no space is left for the transcript ${path}; free disk space, then try again`, {
      details: { path },
      cause: error,
    });
  }
  if (code === undefined) return error;
  return new TravelAgentError("UNAVAILABLE", `the transcript ${path} cannot be written or read (${code}); check the disk and the rights of its directory`, {
    details: { path },
    cause: error,
  });
}
