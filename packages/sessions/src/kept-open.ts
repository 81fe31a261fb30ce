import { close, fdatasync, fstatSync, open, write, writeSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "@travelagent/protocol/ports";
import type { AppendBytes } from "./files.ts";

/** Appends to files that stay open for a moment, since a conversation that was written to is written to again. */
export interface KeptOpen {
  append: AppendBytes;
  /** Before the file gets another name, is replaced or removed: otherwise what is appended later would go into what it was. */
  letGo(path: string): Promise<void>;
}

interface OpenEnd {
  fd: number;
  busy: boolean;
  usedAt: number;
}

/** More are not kept: every client of the gateway needs an open file too. */
const mostOpen = 64;
const idleMs = 10_000;
/** So much is written at once, as the database beside it does: the system keeps it in memory, and to ask another thread for it costs several times more. */
const atOnceBytes = 64 * 1024;

// Numbers, not `FileHandle`s: a store may be dropped without a word, and handles must not be left to the garbage collector.
const calls = { open: promisify(open), write: promisify(write), datasync: promisify(fdatasync), close: promisify(close) };

/** Of one path at a time one append, as the store does it. */
export function keptOpen({ clock }: { clock: Clock }): KeptOpen {
  /** In the order of last use. */
  const ends = new Map<string, OpenEnd>();
  let looking = false;

  async function letGo(path: string): Promise<void> {
    const end = ends.get(path);
    ends.delete(path);
    if (end) await calls.close(end.fd);
  }

  /** What nobody needs is closed beside everything else: that it fails changes nothing. */
  function closeUnused(until: (end: OpenEnd) => boolean): void {
    for (const [path, end] of ends) {
      if (until(end)) return;
      if (!end.busy) letGo(path).catch(() => {});
    }
  }

  function lookLater(): void {
    if (looking || ends.size === 0) return;
    looking = true;
    clock.after(idleMs, () => {
      looking = false;
      const before = clock.now() - idleMs;
      closeUnused(({ usedAt }) => usedAt > before);
      lookLater();
    });
  }

  const openFile = (path: string): Promise<number> =>
    calls.open(path, "a", 0o600).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      return calls.open(path, "a", 0o600);
    });

  async function endOf(path: string): Promise<OpenEnd> {
    const known = ends.get(path);
    // Somebody took the file away or put another in its place: what is written to this one would be lost.
    if (known && fstatSync(known.fd).nlink > 0) return known;
    await letGo(path);
    return { fd: await openFile(path), busy: false, usedAt: 0 };
  }

  return {
    letGo,
    async append(path, text, durable) {
      const end = await endOf(path);
      end.busy = true;
      end.usedAt = clock.now();
      ends.delete(path);
      ends.set(path, end);
      try {
        const bytes = Buffer.from(text);
        let at = bytes.length <= atOnceBytes ? writeSync(end.fd, bytes) : 0;
        while (at < bytes.length) at += (await calls.write(end.fd, bytes, at)).bytesWritten;
        if (durable) await calls.datasync(end.fd);
      } catch (error) {
        // Whatever is wrong with it, the next append begins with the file as it is then.
        await letGo(path).catch(() => {});
        throw error;
      } finally {
        end.busy = false;
      }
      closeUnused(() => ends.size <= mostOpen);
      lookLater();
    },
  };
}
