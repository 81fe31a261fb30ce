import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import type { MediaStore } from "@travelagent/protocol/media";
import type { Attachment } from "@travelagent/protocol/messages";
import type { Clock, Database, Row } from "@travelagent/protocol/ports";
import { safeName } from "./file-name.ts";
import { type KindLimits, standardLimits } from "./kinds.ts";
import type { Seal } from "./seal.ts";
import { mediaMigrations } from "./tables.ts";
import { takeIn } from "./take-in.ts";

export interface MediaOptions {
  db: Database;
  /** Made when the first file comes. */
  directory: string;
  /** Asked for with the first file, once. */
  seal(): Promise<Seal>;
  clock: Clock;
  limits?: KindLimits;
}

export interface MediaFiles extends MediaStore {
  /** Removes what has no row: a crash between file and commit, and whatever was erased or outlived its time. */
  sweep(): Promise<number>;
}

/** A file that is being written has no row yet; none takes so long. */
const unfinishedMs = 10 * 60_000;

const read = (row: Row): Attachment => ({
  id: String(row.id),
  kind: row.kind as Attachment["kind"],
  mimeType: String(row.mime_type),
  bytes: Number(row.bytes),
  ...(row.file_name === null ? {} : { fileName: String(row.file_name) }),
  ...(Number(row.voice) === 1 ? { voice: true } : {}),
});

/** Files of conversations, sealed on disk, one row each. */
export async function openMedia({ db, directory, seal: makeSeal, clock, limits = standardLimits }: MediaOptions): Promise<MediaFiles> {
  await db.migrate("media", mediaMigrations);
  let made: Promise<Seal> | undefined;
  const sealed = (): Promise<Seal> => {
    made ??= makeSeal().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  const pathOf = (id: string): string => join(directory, `${id}.sealed`);

  async function write(id: string, bytes: Uint8Array): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // Two that send the same at once write the same.
    const temporary = `${pathOf(id)}.${process.pid}.${clock.now()}.${Math.random().toString(36).slice(2)}.tmp`;
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile((await sealed()).seal(id, bytes));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, pathOf(id));
  }

  return {
    async save(sessionKey, source) {
      const { bytes, kind, mimeType } = await takeIn(source, limits);
      const id = (await sealed()).nameOf(sessionKey, bytes);
      const known = await db.get("select * from media_file where id = ?", id);
      if (known) return read(known);
      await write(id, bytes);
      await db.transaction((tx) =>
        tx.run(
          "insert into media_file (id, session_key, kind, mime_type, bytes, file_name, voice, created_at) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing",
          id,
          sessionKey,
          kind,
          mimeType,
          bytes.length,
          safeName(source.fileName) ?? null,
          source.voice && kind === "audio" ? 1 : 0,
          clock.now(),
        ),
      );
      return read((await db.get("select * from media_file where id = ?", id))!);
    },
    async find(sessionKey, id) {
      const row = await db.get("select * from media_file where id = ? and session_key = ?", id, sessionKey);
      return row ? read(row) : null;
    },
    async read(sessionKey, id) {
      const row = await db.get("select id from media_file where id = ? and session_key = ?", id, sessionKey);
      if (!row) throw new TravelAgentError("NOT_FOUND", "there is no such file in this conversation");
      const stored = await readFile(pathOf(id)).catch(() => undefined);
      const bytes = stored && (await sealed()).open(id, stored);
      if (!bytes) throw new TravelAgentError("STORAGE_CORRUPT", `the file ${id} is gone or damaged and is not handed out: ask for it again`);
      return bytes;
    },
    async list(sessionKey) {
      const rows = await db.all("select * from media_file where session_key = ? order by created_at desc, id", sessionKey);
      return rows.map((row) => ({ ...read(row), at: Number(row.created_at) }));
    },
    async sweep() {
      const names = await readdir(directory).catch(() => [] as string[]);
      let removed = 0;
      for (const name of names) {
        const id = /^(media_[\w-]{32})\.sealed/.exec(name)?.[1];
        if (id === undefined) continue;
        if (name === `${id}.sealed` && (await db.get("select 1 as found from media_file where id = ?", id))) continue;
        const path = join(directory, name);
        const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
        if (mtimeMs > clock.now() - unfinishedMs) continue;
        await rm(path, { force: true });
        removed += 1;
      }
      return removed;
    },
  };
}
