import { randomUUID } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, mkdir, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import { shownPath, workspaceParts } from "./workspace-path.ts";

/**
 * Files below one directory, and no others: a path that leads out of it, by its words or by a symbolic link, raises
 * `SCOPE_VIOLATION`, also when somebody puts the link there in the middle of a call. Symbolic links are not followed at all.
 */
export interface FileSystemRoot {
  /** The directory with no link in its path. */
  readonly directory: string;
  readonly writable: boolean;
  /** Raises `NOT_FOUND`, and `INVALID_REQUEST` for what is no plain file. At most `maxBytes` are read; `size` is that of the file. */
  read(path: string, maxBytes?: number): Promise<{ bytes: Buffer; size: number }>;
  /** Names in a directory, in order; directories end with `/`. */
  list(path: string): Promise<string[]>;
  /** Puts all of it in place, or nothing: no reader sees half a file. Parents are made. Raises `FORBIDDEN` in a root that is read-only. */
  change(changes: readonly FileChange[]): Promise<void>;
  /** The absolute path of a directory in the root, for a program to start in. */
  directoryFor(path: string): Promise<string>;
}

/** Null takes the file away. */
export interface FileChange {
  path: string;
  bytes: Buffer | null;
  /** Raises `CONFLICT` when the file is there already. */
  mustBeNew?: boolean;
}

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_DIRECTORY, O_NONBLOCK } = constants;

/** What a change takes the place of is kept in memory until all of it is done. */
const maxReplacedBytes = 50_000_000;

/** Opens below a directory that is held open, so that no link put into the path meanwhile counts. Only Linux has a way to say so. */
const canHold = process.platform === "linux";
const below = (directory: FileHandle, path: string, name: string): string => (canHold ? `/proc/self/fd/${directory.fd}/${name}` : join(path, name));

export async function openFileRoot({ directory, writable = true }: { directory: string; writable?: boolean }): Promise<FileSystemRoot> {
  const base = await realpath(directory);

  /** The directory that holds the last part, held open, and the name of that part in it. */
  async function within<T>(path: string, use: (place: { at: string; name: string; parent: FileHandle }) => Promise<T>, { create = false } = {}): Promise<T> {
    const parts = workspaceParts(path);
    const name = parts.pop();
    if (name === undefined) throw new TravelAgentError("INVALID_REQUEST", "name a file in the workspace, not the workspace itself");
    return holding(parts, (parent, where) => use({ at: below(parent, where, name), name, parent }), { create });
  }

  async function holding<T>(parts: readonly string[], use: (directory: FileHandle, where: string) => Promise<T>, { create = false } = {}): Promise<T> {
    let held = await open(base, O_RDONLY | O_DIRECTORY);
    let where = base;
    try {
      for (const part of parts) {
        const at = below(held, where, part);
        if (create) await mkdir(at, { mode: 0o700 }).catch(unlessThere);
        const next = await open(at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch((error: unknown) => raise(error, shownPath(parts)));
        await held.close();
        held = next;
        where = join(where, part);
        if (!canHold && (await realpath(where)) !== where) throw linked(shownPath(parts));
      }
      return await use(held, where);
    } finally {
      await held.close();
    }
  }

  async function openFile(at: string, path: string): Promise<{ file: FileHandle; facts: Stats }> {
    // Without O_NONBLOCK a named pipe would be waited for.
    const file = await open(at, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => raise(error, path));
    const facts = await file.stat();
    if (facts.isFile()) return { file, facts };
    await file.close();
    throw new TravelAgentError("INVALID_REQUEST", `${path} is ${facts.isDirectory() ? "a directory" : "no plain file"}`);
  }

  /** What is there now; null when nothing is. */
  const current = (path: string): Promise<{ bytes: Buffer; mode: number } | null> =>
    within(path, async ({ at }) => {
      const { file, facts } = await openFile(at, path);
      try {
        if (facts.size > maxReplacedBytes)
          throw new TravelAgentError("PAYLOAD_TOO_LARGE", `${path} has ${facts.size} bytes; files up to ${maxReplacedBytes} can be changed here`);
        return { bytes: await file.readFile(), mode: facts.mode & 0o777 };
      } finally {
        await file.close();
      }
    }).catch((error: unknown) => {
      if (TravelAgentError.is(error, "NOT_FOUND")) return null;
      throw error;
    });

  const put = (path: string, bytes: Buffer | null, mode = 0o600): Promise<void> =>
    within(
      path,
      async ({ at, parent, name }) => {
        if (bytes === null) return rm(at);
        const draft = `${at.slice(0, at.length - name.length)}.${randomUUID()}.tmp`;
        const file = await open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
        try {
          await file.writeFile(bytes);
          await file.chmod(mode);
          await file.sync();
          await file.close();
          // Renaming puts another file in place of a link; it never writes through one.
          await rename(draft, at);
          await parent.sync().catch(() => undefined);
        } catch (error) {
          await file.close().catch(() => undefined);
          await rm(draft, { force: true });
          throw error;
        }
      },
      { create: bytes !== null },
    );

  return {
    directory: base,
    writable,
    read: (path, maxBytes = 10_000_000) =>
      within(path, async ({ at }) => {
        const { file, facts } = await openFile(at, path);
        try {
          const wanted = Math.min(facts.size, maxBytes);
          const bytes = Buffer.alloc(wanted);
          let filled = 0;
          while (filled < wanted) {
            const { bytesRead } = await file.read(bytes, filled, wanted - filled, filled);
            if (bytesRead === 0) break;
            filled += bytesRead;
          }
          return { bytes: bytes.subarray(0, filled), size: facts.size };
        } finally {
          await file.close();
        }
      }),
    async list(path) {
      return holding(workspaceParts(path), async (directory, where) => {
        const entries = await readdir(canHold ? `/proc/self/fd/${directory.fd}` : where, { withFileTypes: true });
        return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
      });
    },
    async change(changes) {
      if (!writable) throw new TravelAgentError("FORBIDDEN", "the workspace is read-only here: ask an operator to set workspaceAccess to rw");
      const before: { path: string; was: Awaited<ReturnType<typeof current>> }[] = [];
      for (const { path, mustBeNew } of changes) {
        const was = await current(path);
        if (was && mustBeNew) throw new TravelAgentError("CONFLICT", `${path} is there already`);
        before.push({ path, was });
      }
      const done: typeof before = [];
      try {
        for (const [index, { path, bytes }] of changes.entries()) {
          await put(path, bytes, before[index]!.was?.mode);
          done.push(before[index]!);
        }
      } catch (error) {
        for (const { path, was } of done.reverse()) await put(path, was?.bytes ?? null, was?.mode).catch(() => undefined);
        throw error;
      }
    },
    async directoryFor(path) {
      const parts = workspaceParts(path);
      await holding(parts, async () => undefined);
      const directory = join(base, ...parts);
      if ((await realpath(directory)) !== directory || !(await stat(directory)).isDirectory()) throw linked(path);
      return directory;
    },
  };
}

const linked = (path: string): TravelAgentError =>
  new TravelAgentError("SCOPE_VIOLATION", `${path} leads through a symbolic link: name the file itself, below the workspace`);

const unlessThere = (error: NodeJS.ErrnoException): void => {
  if (error.code !== "EEXIST") throw error;
};

/** A failure of the file system in words that tell what to do. */
function raise(error: unknown, path: string): never {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      throw new TravelAgentError("NOT_FOUND", `there is no ${path} in the workspace`);
    case "ELOOP":
      throw linked(path);
    case "ENOTDIR":
      // A link in the place of a directory and a file in it are told apart by nobody: neither is gone through.
      throw new TravelAgentError("SCOPE_VIOLATION", `${path} leads through something that is no directory`);
    case "EACCES":
    case "EPERM":
      throw new TravelAgentError("FORBIDDEN", `${path} may not be opened by the gateway's user`);
    case "ENXIO":
      throw new TravelAgentError("INVALID_REQUEST", `${path} is no plain file`);
    default:
      throw error;
  }
}
