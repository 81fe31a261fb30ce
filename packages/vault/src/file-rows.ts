import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { removeCardNumbers, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Row, Tx } from "@travelagent/protocol/ports";
import { note } from "./audit.ts";
import { type DataKeys, keyColumns } from "./data-keys.ts";
import { type FileCheck, typeCheck } from "./file-check.ts";
import { fileTypeOf } from "./file-type.ts";
import type { VaultKey } from "./key-ring.ts";
import { seal, unseal } from "./sealed-value.ts";

export interface FileView {
  id: string;
  customerId: string;
  name: string;
  /** By its content, never by what somebody said it is. */
  type: string;
  /** Bytes. */
  size: number;
  /** `quarantined` until every check has said yes; nobody can read it before. `refused` files are not kept, only that they came. */
  state: "quarantined" | "clean" | "refused";
  reason?: string;
  addedBy: string;
  createdAt: string;
}

/** Files of customers, sealed on disk. */
export interface VaultFiles {
  /** Keeps the file in quarantine, then asks the checks. Raises `PAYLOAD_TOO_LARGE`, `INVALID_REQUEST` for an empty one. */
  add(given: { customerId: string; agency?: string; name: string; bytes: Uint8Array }, by: { actor: string; signal?: AbortSignal }): Promise<FileView>;
  /** Asks again about a file that a check could not say anything about. */
  check(id: string, signal?: AbortSignal): Promise<FileView>;
  list(customerId: string): Promise<FileView[]>;
  /** Raises `NOT_FOUND`, `FORBIDDEN` for one that is not `clean`. On record. */
  read(id: string, by: { actor: string; reason?: string }): Promise<{ file: FileView; bytes: Buffer }>;
  remove(id: string, by: { actor: string; reason?: string }): Promise<boolean>;
}

export interface FileRowsOptions {
  db: Database;
  keys: DataKeys;
  clock: Clock;
  checks: readonly FileCheck[];
  /** Absent: no files are taken. */
  directory?: string;
}

export const largestFile = 10 * 1024 * 1024;

/** Sealed with the owner's key: the key of the content, and what the file is called. */
interface Secret {
  key: string;
  name: string;
}

interface FileRow {
  id: string;
  agency: string;
  customerId: string;
  type: string;
  size: number;
  digest: string;
  state: FileView["state"];
  reason: string | null;
  addedBy: string;
  createdAt: number;
}

const readRow = (row: Row): FileRow => ({
  id: String(row.id),
  agency: String(row.agency),
  customerId: String(row.customer_id),
  type: String(row.type),
  size: Number(row.size),
  digest: String(row.digest),
  state: row.state as FileView["state"],
  reason: row.reason === null ? null : String(row.reason),
  addedBy: String(row.added_by),
  createdAt: Number(row.created_at),
});
/** State and reason too: whoever lifts the quarantine in the database gets nothing. */
const place = (row: FileRow) => [
  "vault_file",
  row.id,
  row.agency,
  row.customerId,
  row.type,
  row.size,
  row.digest,
  row.state,
  row.reason,
  row.addedBy,
  row.createdAt,
];
const contentPlace = (id: string, digest: string) => ["vault_file content", id, digest];
const sealedOf = (row: Row, prefix: "" | "file_" = "") => ({
  keyId: String(row.key_id),
  nonce: row[`${prefix}nonce`] as Uint8Array,
  tag: row[`${prefix}tag`] as Uint8Array,
  data: row[`${prefix}data`] as Uint8Array,
});
const damaged = (id: string) => new TravelAgentError("STORAGE_CORRUPT", `the file ${id} was changed or damaged and is not handed out: ask for it again`);
const missing = (id: string) => new TravelAgentError("NOT_FOUND", `there is no file ${id}`);

const viewOf = (row: FileRow, { name }: Pick<Secret, "name">): FileView => ({
  id: row.id,
  customerId: row.customerId,
  name,
  type: row.type,
  size: row.size,
  state: row.state,
  ...(row.reason === null ? {} : { reason: row.reason }),
  addedBy: row.addedBy,
  createdAt: new Date(row.createdAt).toISOString(),
});

async function write(tx: Tx, row: FileRow, secret: Secret, key: VaultKey): Promise<void> {
  const { keyId, nonce, tag, data } = seal(Buffer.from(JSON.stringify(secret)), key, place(row));
  await tx.run(
    `insert into vault_file (id, agency, customer_id, type, size, digest, state, reason, key_id, nonce, tag, data, added_by, created_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (id) do update set customer_id = excluded.customer_id, state = excluded.state, reason = excluded.reason, key_id = excluded.key_id, nonce = excluded.nonce,
       tag = excluded.tag, data = excluded.data`,
    row.id,
    row.agency,
    row.customerId,
    row.type,
    row.size,
    row.digest,
    row.state,
    row.reason,
    keyId,
    nonce,
    tag,
    data,
    row.addedBy,
    row.createdAt,
  );
}

/** Inside a transaction: the keys of the files, under the new key of their customer. Their content stays as it is. */
export async function rewrapFiles(
  tx: Tx,
  customerId: string,
  { before, now }: { before: VaultKey; now: VaultKey },
  to = customerId,
  only?: readonly string[],
): Promise<string[]> {
  const moved: string[] = [];
  for (const found of await tx.all("select * from vault_file where customer_id = ?", customerId)) {
    const row = readRow(found);
    if (only && !only.includes(row.id)) continue;
    const opened = unseal(sealedOf(found), before, place(row));
    if (!opened) throw damaged(row.id);
    await write(tx, { ...row, customerId: to }, JSON.parse(opened.toString("utf8")) as Secret, now);
    moved.push(row.id);
  }
  return moved;
}

/** A name as it may be shown and saved: no path, no control signs, no card number. */
function safeName(given: string): string {
  const last = given.normalize("NFC").split(/[\\/]/).at(-1) ?? "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they forge headers and names
  const name = removeCardNumbers(last.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069"<>|:*?]/g, "")).text.trim();
  return name.replace(/^\.+/, "").slice(-120) || "file";
}

export function createFileRows({ db, keys, clock, checks, directory }: FileRowsOptions): VaultFiles {
  const pathOf = (id: string): string => join(directory!, `${id}.sealed`);

  async function opened(from: Pick<Tx, "get">, id: string): Promise<{ row: FileRow; secret: Secret }> {
    const found = await from.get(
      `select f.*, f.nonce as file_nonce, f.tag as file_tag, f.data as file_data, ${keyColumns} from vault_file f left join vault_key k on k.id = f.key_id where f.id = ?`,
      id,
    );
    if (!found) throw missing(id);
    const row = readRow(found);
    if (found.key_owner !== `customer:${row.customerId}`) throw damaged(id);
    const secret = unseal(sealedOf(found, "file_"), keys.ofRow(found), place(row));
    if (!secret) throw damaged(id);
    return { row, secret: JSON.parse(secret.toString("utf8")) as Secret };
  }

  async function content({ row, secret }: { row: FileRow; secret: Secret }): Promise<Buffer> {
    const stored = await readFile(pathOf(row.id)).catch(() => undefined);
    if (!stored) throw damaged(row.id);
    const key = { id: row.id, bytes: Buffer.from(secret.key, "base64") };
    const bytes = unseal(
      { keyId: row.id, nonce: stored.subarray(0, 12), tag: stored.subarray(12, 28), data: stored.subarray(28) },
      key,
      contentPlace(row.id, row.digest),
    );
    if (!bytes) throw damaged(row.id);
    return bytes;
  }

  async function decide(id: string, signal: AbortSignal): Promise<FileView> {
    const before = await opened(db, id);
    if (before.row.state !== "quarantined") return viewOf(before.row, before.secret);
    const bytes = await content(before);
    let refusal: string | undefined;
    for (const { name, check } of [typeCheck, ...checks]) {
      const verdict = await check({ name: before.secret.name, bytes, type: fileTypeOf(bytes) }, signal).catch(() => undefined);
      // A check that cannot say anything is no yes.
      if (!verdict) return viewOf(before.row, before.secret);
      if (!verdict.ok) {
        refusal = `${name}: ${verdict.reason}`;
        break;
      }
    }
    const after = await db.transaction(async (tx) => {
      const now = await opened(tx, id);
      const row: FileRow = { ...now.row, state: refusal === undefined ? "clean" : "refused", reason: refusal ?? null };
      await write(tx, row, now.secret, await keys.of(tx, `customer:${row.customerId}`));
      return viewOf(row, now.secret);
    });
    if (refusal !== undefined) await rm(pathOf(id), { force: true });
    return after;
  }

  return {
    async add({ customerId, agency = "main", name, bytes }, { actor, signal = new AbortController().signal }) {
      if (directory === undefined) throw new TravelAgentError("UNAVAILABLE", "no place for files is set up");
      if (bytes.length === 0) throw new TravelAgentError("INVALID_REQUEST", "the file is empty");
      if (bytes.length > largestFile) throw new TravelAgentError("PAYLOAD_TOO_LARGE", "the file is larger than 10 MB: send a smaller one");
      await keys.ready();
      const id = `file_${randomUUID()}`;
      const key = { id, bytes: randomBytes(32) };
      // Keyed: two people with the same file show nothing of it.
      const digest = createHmac("sha256", key.bytes).update(bytes).digest("base64url");
      const { nonce, tag, data } = seal(bytes, key, contentPlace(id, digest));
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const temporary = `${pathOf(id)}.tmp`;
      const file = await open(temporary, "w", 0o600);
      try {
        await file.writeFile(Buffer.concat([nonce, tag, data]));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, pathOf(id));
      const row: FileRow = {
        id,
        agency,
        customerId,
        type: fileTypeOf(bytes)?.mime ?? "application/octet-stream",
        size: bytes.length,
        digest,
        state: "quarantined",
        reason: null,
        addedBy: actor,
        createdAt: clock.now(),
      };
      await db.transaction(async (tx) => {
        await write(tx, row, { key: key.bytes.toString("base64"), name: safeName(name) }, await keys.of(tx, `customer:${customerId}`));
        await note(tx, clock.now(), { action: "file-added", documentId: id, customerId, kind: "file", actor });
      });
      return decide(id, signal);
    },
    async check(id, signal = new AbortController().signal) {
      await keys.ready();
      return decide(id, signal);
    },
    async list(customerId) {
      const ids = await db.all("select id from vault_file where customer_id = ? order by created_at, id", customerId);
      if (ids.length === 0) return [];
      await keys.ready();
      return Promise.all(
        ids.map(async ({ id }) => {
          const { row, secret } = await opened(db, String(id));
          return viewOf(row, secret);
        }),
      );
    },
    async read(id, { actor, reason }) {
      await keys.ready();
      const found = await opened(db, id);
      if (found.row.state !== "clean")
        throw new TravelAgentError(
          "FORBIDDEN",
          found.row.state === "refused" ? `this file was refused (${found.row.reason})` : "this file has not been checked yet",
        );
      const bytes = await content(found);
      await db.transaction((tx) =>
        note(tx, clock.now(), {
          action: "file-read",
          documentId: id,
          customerId: found.row.customerId,
          kind: "file",
          actor,
          ...(reason === undefined ? {} : { why: { reason } }),
        }),
      );
      return { file: viewOf(found.row, found.secret), bytes };
    },
    async remove(id, { actor, reason }) {
      const customerId = await db.transaction(async (tx) => {
        const row = await tx.get("select customer_id from vault_file where id = ?", id);
        if (!row) return undefined;
        await tx.run("delete from vault_file where id = ?", id);
        await note(tx, clock.now(), {
          action: "file-removed",
          documentId: id,
          customerId: String(row.customer_id),
          kind: "file",
          actor,
          ...(reason === undefined ? {} : { why: { reason } }),
        });
        return row.customer_id;
      });
      if (directory !== undefined) await rm(pathOf(id), { force: true });
      return customerId !== undefined;
    },
  };
}
