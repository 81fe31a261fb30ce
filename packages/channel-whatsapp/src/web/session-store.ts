import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import type { Database, Migration, Tx } from "@travelagent/protocol/ports";
import type { WebSession } from "./link.ts";

/** Names are keyed hashes, values are sealed: nobody reads from here who was written to. */
const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table whatsapp_web_session (account_id text primary key, version integer not null, connected integer not null);
      create table whatsapp_web_key (account_id text not null, name text not null, sealed text not null, primary key (account_id, name));
    `,
  },
];

export interface SessionStoreOptions {
  db: Database;
  accountId: string;
  /** 32 bytes, the same after a restart. Asked for once. */
  secret(): Promise<Uint8Array>;
  /** A file outside of the database that knows how far it was: a database that was put back is noticed by it. */
  versionFile: string;
}

export interface SessionStore extends WebSession {
  /**
   * Raises `STORAGE_CORRUPT` when the database is older than what was used with the phone already (a copy was put back), or was changed:
   * going on with it would break every conversation. `clear` and connecting anew is the way out.
   */
  open(): Promise<void>;
}

const credsName = "creds";
/** Bytes in JSON. */
const asText = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) => {
    if (one instanceof Uint8Array) return { $bytes: Buffer.from(one).toString("base64") };
    // How Node itself writes a buffer, before anybody else sees it.
    const { type, data } = (typeof one === "object" && one !== null ? one : {}) as { type?: unknown; data?: unknown };
    return type === "Buffer" && Array.isArray(data) ? { $bytes: Buffer.from(data as number[]).toString("base64") } : one;
  });
const fromText = (text: string): unknown =>
  JSON.parse(text, (_key, one: unknown) => {
    const bytes = typeof one === "object" && one !== null ? (one as { $bytes?: unknown }).$bytes : undefined;
    return typeof bytes === "string" ? Buffer.from(bytes, "base64") : one;
  });

/** What connects us to a phone, sealed with AES-256-GCM, each change one commit. */
export function createSessionStore({ db, accountId, secret, versionFile }: SessionStoreOptions): SessionStore {
  let keys: { seal: Buffer; name: Buffer } | undefined;
  let version = 0;
  let connected = false;
  let noted: Promise<void> = Promise.resolve();

  const derived = (master: Uint8Array, use: string): Buffer =>
    Buffer.from(hkdfSync("sha256", master, Buffer.from(accountId), `travelagent whatsapp web ${use}`, 32));
  const opened = (): { seal: Buffer; name: Buffer } => {
    if (!keys) throw new TravelAgentError("UNAVAILABLE", "the session of WhatsApp is not open yet");
    return keys;
  };
  const nameOf = (kind: string, id: string): string => createHmac("sha256", opened().name).update(`${kind}\n${id}`).digest("hex");
  const damaged = (): TravelAgentError =>
    new TravelAgentError("STORAGE_CORRUPT", "the stored session of WhatsApp was changed or its key is another one; log out, and connect the phone again");

  function sealed(name: string, value: unknown): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", opened().seal, iv).setAAD(Buffer.from(`${accountId}\n${name}`));
    const text = Buffer.concat([cipher.update(asText(value), "utf8"), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]).toString("base64");
  }
  function unsealed(name: string, text: string): unknown {
    const bytes = Buffer.from(text, "base64");
    try {
      const decipher = createDecipheriv("aes-256-gcm", opened().seal, bytes.subarray(0, 12)).setAAD(Buffer.from(`${accountId}\n${name}`));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return fromText(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8"));
    } catch {
      throw damaged();
    }
  }

  /** In order, and whole: a torn note would say nothing, so it is written beside and renamed. */
  const note = (): Promise<void> => {
    const text = sealed("version", version);
    noted = noted.then(async () => {
      await mkdir(dirname(versionFile), { recursive: true, mode: 0o700 });
      await writeFile(`${versionFile}.new`, text, { mode: 0o600, flush: true });
      await rename(`${versionFile}.new`, versionFile);
    });
    return noted;
  };

  const commit = async (work: (tx: Tx) => Promise<void>, isConnected = connected): Promise<void> => {
    const next = version + 1;
    await db.transaction(async (tx) => {
      await work(tx);
      await tx.run(
        "insert into whatsapp_web_session (account_id, version, connected) values (?, ?, ?) on conflict (account_id) do update set version = excluded.version, connected = excluded.connected",
        accountId,
        next,
        isConnected ? 1 : 0,
      );
    });
    version = Math.max(version, next);
    connected = isConnected;
    await note();
  };
  /** One after the other: a version is of one commit. */
  let line: Promise<unknown> = Promise.resolve();
  const inLine = <R>(work: () => Promise<R>): Promise<R> => {
    const mine = line.then(work, work);
    line = mine.catch(() => undefined);
    return mine;
  };
  const put = (tx: Tx, name: string, value: unknown): Promise<unknown> =>
    value === null || value === undefined
      ? tx.run("delete from whatsapp_web_key where account_id = ? and name = ?", accountId, name)
      : tx.run(
          "insert into whatsapp_web_key (account_id, name, sealed) values (?, ?, ?) on conflict (account_id, name) do update set sealed = excluded.sealed",
          accountId,
          name,
          sealed(name, value),
        );

  return {
    isConnected: () => connected,

    async open() {
      await db.migrate("channel-whatsapp-web", migrations);
      const master = await secret();
      if (master.length !== 32) throw new TravelAgentError("CONFIG_INVALID", "the key of a WhatsApp session has 32 bytes");
      keys = { seal: derived(master, "seal"), name: derived(master, "name") };
      const row = await db.get("select version, connected from whatsapp_web_session where account_id = ?", accountId);
      version = Number(row?.version ?? 0);
      connected = Number(row?.connected ?? 0) === 1;
      const text = await readFile(versionFile, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw new TravelAgentError("UNAVAILABLE", `${versionFile} cannot be read (${error.code})`);
      });
      const last = text === undefined ? 0 : Number(unsealed("version", text));
      if (last > version)
        throw new TravelAgentError(
          "STORAGE_CORRUPT",
          "the stored session of WhatsApp is older than the one that was used last: a copy was put back; log out, and connect the phone again",
        );
    },

    async creds() {
      const row = await db.get("select sealed from whatsapp_web_key where account_id = ? and name = ?", accountId, credsName);
      return row ? unsealed(credsName, String(row.sealed)) : undefined;
    },

    saveCreds: (creds, isConnected) => inLine(() => commit(async (tx) => void (await put(tx, credsName, creds)), isConnected)),

    async get(kind, ids) {
      const found: Record<string, unknown> = {};
      for (const id of ids) {
        const name = nameOf(kind, id);
        const row = await db.get("select sealed from whatsapp_web_key where account_id = ? and name = ?", accountId, name);
        if (row) found[id] = unsealed(name, String(row.sealed));
      }
      return found;
    },

    set: (values) =>
      inLine(() =>
        commit(async (tx) => {
          for (const [kind, own] of Object.entries(values)) for (const [id, value] of Object.entries(own)) await put(tx, nameOf(kind, id), value);
        }),
      ),

    clear: () =>
      inLine(async () => {
        await db.transaction(async (tx) => {
          await tx.run("delete from whatsapp_web_key where account_id = ?", accountId);
          await tx.run("delete from whatsapp_web_session where account_id = ?", accountId);
        });
        version = 0;
        connected = false;
        await noted.catch(() => undefined);
        noted = Promise.resolve();
        await rm(versionFile, { force: true });
      }),
  };
}
