import { type FileHandle, open, readdir, rename, rm, stat, truncate } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { type AppendBytes, coded, syncDirectory } from "./files.ts";
import { keptOpen } from "./kept-open.ts";
import { normalizeAgentId } from "./key.ts";
import { linesBefore } from "./line-reader.ts";
import { createMender } from "./mend-entries.ts";
import { mendFile } from "./mend-file.ts";
import { admit, contextOf, emptyTranscript, followCalls, messagesOf, type OpenTranscript, type StoredEntry, type StoredLine } from "./open-transcript.ts";
import { redactFile } from "./redact-file.ts";
import { planAppend, supersededLines } from "./repair.ts";
import { rewriteLines } from "./rewrite-lines.ts";
import { defaultSpillLimits, readSpilledText, type SpillLimits, spillDirectory, spillText } from "./spill.ts";
import type { TranscriptContext, TranscriptDamage, TranscriptRef, TranscriptStore } from "./transcript.ts";
import { entryLine, headerLine, readLine } from "./transcript-lines.ts";

export interface FileTranscriptsOptions {
  /** State directory; files are `agents/<agentId>/sessions/<sessionId>.jsonl` in it. */
  directory: string;
  clock?: Clock;
  log?: Logger;
  /** Size, as stored, of what is kept parsed in memory: the ends of the transcripts used last. Default 4 MiB. */
  cacheBytes?: number;
  spill?: Partial<SpillLimits>;
  /** How bytes get to the end of a file. Given in tests that need a full disk. */
  appendBytes?: AppendBytes;
}

/** The end of a file in memory. */
interface OpenFile {
  transcript: OpenTranscript;
  /** Where its first line begins in the file. */
  start: number;
  /** Whether nothing but the header is before it. */
  whole: boolean;
  /** Length of the valid file. */
  bytes: number;
  /** What of it the cache has counted. */
  counted: number;
  /** The last context that was asked for: a turn asks twice. It holds as long as lines neither came nor went. */
  context?: ReturnType<typeof contextOf> & { lines: number; lastId: string | null; start: number };
}

/** Parsed it takes twice as much, and the heap as much again for what is to be collected; to open a transcript anew takes about a millisecond. */
const DEFAULT_CACHE_BYTES = 4 * 1024 * 1024;

/** What is read of a long file at first: enough for the entries a turn may try to append again, and for most contexts. */
const firstRead = { bytes: 256 * 1024, lines: 200, mostBytes: 2 * 1024 * 1024 };

/**
 * Transcripts as JSON lines, one file per session. Of a long one only the end is read, and more of it when it is needed. What a
 * crash left at the end is put right when the file is first opened; a file with lines that cannot be read is set aside and what
 * can be read goes on (`mendFile`). No other session notices.
 */
export function fileTranscripts({
  directory,
  clock = systemClock,
  log = silentLogger,
  cacheBytes = DEFAULT_CACHE_BYTES,
  spill,
  appendBytes,
}: FileTranscriptsOptions): TranscriptStore {
  const files = keptOpen({ clock });
  const appendTo = appendBytes ?? files.append;
  const spillLimits = { ...defaultSpillLimits, ...spill };
  /** In the order of last use. */
  const cache = new Map<string, OpenFile>();
  let cachedBytes = 0;
  const queues = new Map<string, Promise<unknown>>();
  const listeners: ((damage: TranscriptDamage) => void)[] = [];
  const now = () => clock.now();

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

  /** Keeps it as the one used last. A long one loses its older half, the others give way. */
  function keep(path: string, file: OpenFile): void {
    forget(path);
    const { transcript } = file;
    if (file.bytes - file.start > cacheBytes && transcript.lines.length > firstRead.lines) {
      let gone = 0;
      while (file.bytes - file.start > cacheBytes / 2 && transcript.lines.length - gone > firstRead.lines) file.start += transcript.lines[gone++]!.bytes;
      for (const { id } of transcript.lines.splice(0, gone)) transcript.ids.delete(id);
      file.whole = false;
    }
    cache.set(path, file);
    file.counted = file.bytes - file.start;
    cachedBytes += file.counted;
    for (const oldest of cache.keys()) {
      if (cachedBytes <= cacheBytes || cache.size === 1) break;
      forget(oldest);
    }
  }

  /** The lines before `end` until `enough` says so, oldest first; undefined when one of them cannot be read as it stands. */
  async function readBack(
    handle: FileHandle,
    path: string,
    end: number,
    enough: (bytes: number, lines: number) => boolean,
  ): Promise<{ lines: StoredLine[]; start: number; whole: boolean } | undefined> {
    const found: StoredLine[] = [];
    let start = end;
    for await (const block of linesBefore(handle, end)) {
      for (const raw of block) {
        if (raw.text === undefined || !raw.exact || !raw.ended) return undefined;
        const line = readLine(raw.text, path);
        if (line.kind === "header") return raw.at === 0 ? { lines: found.reverse(), start, whole: true } : undefined;
        if (raw.at === 0) return undefined;
        if (line.kind === "entry") found.push({ id: line.entry.id, entry: line.entry, bytes: raw.bytes });
        else if (line.kind === "other") found.push({ id: line.value.id, bytes: raw.bytes });
        else return undefined;
        start = raw.at;
        if (enough(end - start, found.length)) return { lines: found.reverse(), start, whole: false };
      }
    }
    return { lines: found.reverse(), start, whole: true };
  }

  /** Whether what stands there is valid for every provider, but for an end that is still open. */
  function isSound(lines: readonly StoredLine[], whole: boolean): boolean {
    const mender = createMender(now);
    // The results of an older call may stand at the begin.
    const from = whole ? 0 : lines.findIndex(({ entry }) => entry?.type === "message" && entry.message.role === "user");
    if (from < 0) return true;
    for (const { entry } of lines.slice(from)) if (entry) mender.push(entry);
    return !mender.changed;
  }

  async function openEnd(path: string): Promise<OpenFile | undefined> {
    const handle = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw coded(error, path);
    });
    const transcript = emptyTranscript();
    if (!handle) return { transcript, start: 0, whole: true, bytes: 0, counted: 0 };
    try {
      const { size } = await handle.stat();
      if (size === 0) return { transcript, start: 0, whole: true, bytes: 0, counted: 0 };
      const read = await readBack(
        handle,
        path,
        size,
        (bytes, lines) => (bytes >= firstRead.bytes && lines >= firstRead.lines) || (bytes >= firstRead.mostBytes && lines >= 20),
      );
      if (!read || !isSound(read.lines, read.whole)) return undefined;
      for (const line of read.lines) admit(transcript, line);
      return { transcript, start: read.start, whole: read.whole, bytes: size, counted: 0 };
    } catch (error) {
      throw coded(error, path);
    } finally {
      await handle.close();
    }
  }

  async function mend(path: string, ref: TranscriptRef): Promise<void> {
    forget(path);
    try {
      await files.letGo(path);
      const { lostLines, kept } = await mendFile(path, ref, now);
      if (lostLines > 0) {
        log.error("a transcript had lines that cannot be read; it was set aside and goes on without them", { path: kept, sessionId: ref.sessionId, lostLines });
        for (const listen of listeners) listen({ ref, path: kept ?? path, lostLines });
      } else log.warn("a transcript was put right after a crash", { path, ...(kept === undefined ? {} : { before: kept }) });
    } catch (error) {
      throw coded(error, path);
    }
  }

  async function load(path: string, ref: TranscriptRef): Promise<OpenFile> {
    const known = cache.get(path);
    if (known) {
      keep(path, known);
      return known;
    }
    let file = await openEnd(path);
    if (!file) {
      await mend(path, ref);
      file = await openEnd(path);
      if (!file)
        throw new TravelAgentError("STORAGE_CORRUPT", `the transcript ${path} cannot be read; move it away, and the session begins anew`, {
          details: { path },
        });
    }
    keep(path, file);
    await closeCalls(path, file);
    return file;
  }

  /** Calls that were interrupted get their result at once, so that whoever reads the file finds it valid. */
  async function closeCalls(path: string, file: OpenFile): Promise<void> {
    if (file.transcript.openCalls.size === 0) return;
    const mender = createMender(now);
    const { lines } = file.transcript;
    const from = lines.findLastIndex(({ entry }) => entry?.type === "message" && entry.message.role === "assistant");
    for (const { entry } of lines.slice(Math.max(0, from))) if (entry) mender.push(entry);
    const missing = mender.end();
    if (missing.length === 0) return;
    missing[0]!.parentId = file.transcript.lastId;
    try {
      await write(path, file, missing, false);
      log.warn("a turn was interrupted in a tool call; the transcript says so now", { path, calls: missing.length });
    } catch (error) {
      // Nothing depends on it: a context has these results in any case.
      log.warn("an interrupted tool call could not be closed in the transcript", { path, error: error instanceof Error ? error.message : String(error) });
      keep(path, file);
    }
  }

  function keptContext(file: OpenFile): ReturnType<typeof contextOf> {
    const { lines, lastId } = file.transcript;
    const { context: before, start } = file;
    if (before && before.lines === lines.length && before.lastId === lastId && before.start === start) return before;
    file.context = { ...contextOf(lines), lines: lines.length, lastId, start };
    return file.context;
  }

  /** More of the file, until `enough`. False when the older part cannot be read and everything has to be opened anew. */
  async function extend(path: string, file: OpenFile, enough: (bytes: number, lines: number) => boolean): Promise<boolean> {
    const handle = await open(path, "r");
    try {
      const read = await readBack(handle, path, file.start, enough);
      if (!read) return false;
      file.transcript.lines.unshift(...read.lines);
      for (const { id } of read.lines) file.transcript.ids.add(id);
      file.start = read.start;
      file.whole = read.whole;
      return true;
    } catch (error) {
      throw coded(error, path);
    } finally {
      await handle.close();
    }
  }

  /** Reads back until `look` is content, or nothing is left. Afterwards no more is kept than the cache allows. */
  async function lookBack<T>(path: string, ref: TranscriptRef, look: (file: OpenFile) => T | undefined, stepBytes: number): Promise<T | undefined> {
    let file = await load(path, ref);
    let mended = false;
    for (;;) {
      const seen = look(file);
      if (seen !== undefined || file.whole) {
        keep(path, file);
        return seen;
      }
      if (await extend(path, file, (bytes) => bytes >= stepBytes)) continue;
      if (mended)
        throw new TravelAgentError("STORAGE_CORRUPT", `the transcript ${path} cannot be read; move it away, and the session begins anew`, {
          details: { path },
        });
      mended = true;
      await mend(path, ref);
      file = await load(path, ref);
    }
  }

  async function write(path: string, file: OpenFile, entries: readonly StoredEntry[], durable: boolean): Promise<void> {
    const first = file.bytes === 0;
    const texts = entries.map(entryLine);
    const header = first ? headerLine({ agentId: "", sessionId: basename(path, ".jsonl") }, now()) : "";
    const bytes = header + texts.join("");
    try {
      await appendTo(path, bytes, durable);
      if (durable && first) await syncDirectory(dirname(path));
    } catch (error) {
      // Whatever got into the file is taken out again; if even that fails, the next opening does it.
      forget(path);
      if ((await stat(path).catch(() => undefined))?.isFile()) await truncate(path, file.bytes).catch(() => {});
      throw coded(error, path);
    }
    if (first) file.start = Buffer.byteLength(header);
    file.bytes += Buffer.byteLength(bytes);
    for (const [at, entry] of entries.entries()) admit(file.transcript, { id: entry.id, entry, bytes: Buffer.byteLength(texts[at]!) });
    keep(path, file);
  }

  /** Takes the last lines out again. */
  async function dropLast(path: string, file: OpenFile, count: number): Promise<void> {
    const { lines, ids, openCalls } = file.transcript;
    const gone = lines.slice(-count);
    const bytes = gone.reduce((sum, line) => sum + line.bytes, 0);
    try {
      await truncate(path, file.bytes - bytes);
    } catch (error) {
      throw coded(error, path);
    }
    lines.splice(-count);
    for (const { id } of gone) ids.delete(id);
    file.bytes -= bytes;
    file.transcript.lastId = lines.at(-1)?.id ?? null;
    openCalls.clear();
    for (const { entry } of lines) if (entry?.type === "message") followCalls(openCalls, entry.message);
    keep(path, file);
  }

  return {
    async read(ref) {
      const path = pathOf(ref);
      const all = (file: OpenFile) => (file.whole ? messagesOf(file.transcript.lines) : undefined);
      return (await inTurn(path, () => lookBack(path, ref, all, 8 * 1024 * 1024))) ?? [];
    },
    async last(ref, limit) {
      const path = pathOf(ref);
      const found = await inTurn(path, () =>
        lookBack(
          path,
          ref,
          ({ transcript, whole }) => {
            if (!whole && transcript.lines.length < limit) return undefined;
            const messages = messagesOf(transcript.lines);
            return whole || messages.length >= limit ? messages.slice(Math.max(0, messages.length - limit)) : undefined;
          },
          1024 * 1024,
        ),
      );
      return found ?? [];
    },
    async context(ref, { maxBytes = Number.POSITIVE_INFINITY } = {}) {
      const path = pathOf(ref);
      const found = await inTurn(path, () =>
        lookBack(
          path,
          ref,
          (file): TranscriptContext | undefined => {
            const { context, reached } = keptContext(file);
            if (reached || file.whole) return { ...context, whole: true };
            return file.bytes - file.start >= maxBytes ? { ...context, whole: false } : undefined;
          },
          512 * 1024,
        ),
      );
      return found ?? { entries: [], whole: true };
    },
    async append(ref, wanted, { durable = false } = {}) {
      const path = pathOf(ref);
      return inTurn(path, async () => {
        const file = await load(path, ref);
        const superseded = supersededLines(file.transcript, wanted);
        if (superseded > 0) await dropLast(path, file, superseded);
        const { entries, late } = planAppend(file.transcript, wanted, now());
        for (const result of late) log.warn("a tool result came after its call was closed and is left out", { sessionId: ref.sessionId, ...result });
        if (entries.length > 0) await write(path, file, entries, durable);
        return entries;
      });
    },
    async compact(ref, compaction) {
      const path = pathOf(ref);
      await inTurn(path, async () => {
        const file = await load(path, ref);
        if (file.transcript.ids.has(compaction.id)) return;
        await write(path, file, [{ type: "compaction", ...compaction, parentId: file.transcript.lastId, timestamp: new Date(now()).toISOString() }], true);
      });
    },
    spill: (ref, id, text) => spillText(spillDirectory(pathOf(ref)), id, text, spillLimits),
    readSpilled: (ref, id, options) => readSpilledText(spillDirectory(pathOf(ref)), id, options),
    async archive(ref) {
      const path = pathOf(ref);
      return inTurn(path, async () => {
        forget(path);
        const name = `${path}.deleted.${new Date(now()).toISOString().replaceAll(":", "-")}`;
        try {
          await files.letGo(path);
          await rename(path, name);
          await syncDirectory(dirname(path));
          return name;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
          throw coded(error, path);
        }
      });
    },
    async redact(ref, change) {
      const path = pathOf(ref);
      return inTurn(path, async () => {
        forget(path);
        await files.letGo(path);
        const beside = (await readdir(dirname(path)).catch(() => [])).filter((name) => name.startsWith(`${basename(path)}.`));
        let count = 0;
        try {
          for (const file of [path, ...beside.map((name) => join(dirname(path), name))]) count += await redactFile(file, change);
        } catch (error) {
          throw coded(error, path);
        }
        return count;
      });
    },
    async rewrite(ref, change) {
      const path = pathOf(ref);
      return inTurn(path, async () => {
        forget(path);
        await files.letGo(path);
        const beside = (await readdir(dirname(path)).catch(() => [])).filter((name) => name.startsWith(`${basename(path)}.`));
        let changed = 0;
        for (const file of [path, ...beside.map((name) => join(dirname(path), name))]) changed += await rewriteLines(file, change);
        return changed;
      });
    },
    async remove(ref) {
      const path = pathOf(ref);
      await inTurn(path, async () => {
        forget(path);
        await files.letGo(path);
        const beside = (await readdir(dirname(path)).catch(() => [])).filter((name) => name.startsWith(`${basename(path)}.`));
        for (const file of [path, ...beside.map((name) => join(dirname(path), name))]) await rm(file, { force: true });
        await rm(spillDirectory(path), { recursive: true, force: true });
      });
    },
    onDamage: (listener) => void listeners.push(listener),
  };
}
