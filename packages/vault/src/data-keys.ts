import { createHmac, randomBytes } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Row, Tx } from "@travelagent/protocol/ports";
import type { KeyRing, VaultKey } from "./key-ring.ts";
import { seal, unseal } from "./sealed-value.ts";

/** One data key for each owner: a customer, a conversation, an agency's index. When it is gone, so is all it sealed, also in backups. */
export type Owner = `customer:${string}` | `session:${string}` | `index:${string}`;

export const keyColumns = "k.owner as key_owner, k.root_id as key_root, k.nonce as key_nonce, k.tag as key_tag, k.data as key_data";

export interface DataKeys {
  /** Before a transaction: reads the root keys, since nothing but the database may be waited for inside one. */
  ready(): Promise<void>;
  /** Inside a transaction: the key of this owner, made when there is none. */
  of(tx: Tx, owner: Owner): Promise<VaultKey>;
  /** Of a row that was joined with `vault_key k` by `keyColumns`. Raises `STORAGE_CORRUPT` for one that was changed. */
  ofRow(row: Row): VaultKey;
  /** Inside a transaction: another key in its place; the rows of the owner are sealed anew in the same transaction. */
  replace(tx: Tx, owner: Owner): Promise<{ before: VaultKey; now: VaultKey } | undefined>;
  /** Seals the same key with the current root. */
  rewrap(tx: Tx, owner: Owner): Promise<void>;
  beginRotation(): Promise<string>;
  endRotation(): Promise<void>;
}

const place = (id: string, owner: string, rootId: string) => ["vault_key", id, owner, rootId];
const bytes = (value: unknown): Uint8Array => value as Uint8Array;

const otherKey = (): TravelAgentError =>
  new TravelAgentError(
    "CONFIG_INVALID",
    "the vault was sealed with another key: put the credentials back it was used with (credentials/ and the master key), or give the right TRAVELAGENT_MASTER_KEY",
  );

export function createDataKeys({ keys, clock }: { keys: KeyRing; clock: Clock }, readRootIds: () => Promise<string[]>): DataKeys {
  const roots = new Map<string, VaultKey>();
  let current: VaultKey | undefined;
  /** Read once, whoever asks first: two who find none at the same moment must not each make one. */
  let reading: Promise<VaultKey> | undefined;

  const read = (row: { id: string; owner: string; rootId: string; nonce: Uint8Array; tag: Uint8Array; data: Uint8Array }): VaultKey => {
    const root = roots.get(row.rootId);
    if (!root) throw otherKey();
    const opened = unseal({ keyId: row.rootId, nonce: row.nonce, tag: row.tag, data: row.data }, root, place(row.id, row.owner, row.rootId));
    if (!opened)
      throw new TravelAgentError("STORAGE_CORRUPT", "a key of the vault was changed or damaged in the database; put the database back from a backup");
    return { id: row.id, bytes: opened };
  };

  const find = async (tx: Tx, owner: Owner): Promise<VaultKey | undefined> => {
    const row = await tx.get("select * from vault_key where owner = ?", owner);
    return (
      row &&
      read({
        id: String(row.id),
        owner: String(row.owner),
        rootId: String(row.root_id),
        nonce: bytes(row.nonce),
        tag: bytes(row.tag),
        data: bytes(row.data),
      })
    );
  };

  const write = async (tx: Tx, owner: Owner, key: VaultKey): Promise<VaultKey> => {
    const root = current!;
    const { nonce, tag, data } = seal(key.bytes, root, place(key.id, owner, root.id));
    await tx.run(
      `insert into vault_key (id, owner, root_id, nonce, tag, data, created_at) values (?, ?, ?, ?, ?, ?, ?)
       on conflict (owner) do update set id = excluded.id, root_id = excluded.root_id, nonce = excluded.nonce, tag = excluded.tag, data = excluded.data`,
      key.id,
      owner,
      root.id,
      nonce,
      tag,
      data,
      clock.now(),
    );
    return key;
  };
  const made = (): VaultKey => ({ id: `key_${randomBytes(9).toString("base64url")}`, bytes: randomBytes(32) });

  return {
    async ready() {
      reading ??= keys.current().catch((error: unknown) => {
        reading = undefined;
        throw error;
      });
      const first = await reading;
      current ??= first;
      roots.set(current.id, current);
      for (const id of await readRootIds()) {
        if (roots.has(id)) continue;
        const found = await keys.find(id);
        if (found) roots.set(id, found);
      }
    },
    of: async (tx, owner) => (await find(tx, owner)) ?? write(tx, owner, made()),
    ofRow: (row) =>
      read({
        id: String(row.key_id),
        owner: String(row.key_owner),
        rootId: String(row.key_root),
        nonce: bytes(row.key_nonce),
        tag: bytes(row.key_tag),
        data: bytes(row.key_data),
      }),
    async replace(tx, owner) {
      const before = await find(tx, owner);
      return before && { before, now: await write(tx, owner, made()) };
    },
    async rewrap(tx, owner) {
      const key = await find(tx, owner);
      if (key) await write(tx, owner, key);
    },
    async beginRotation() {
      const next = await keys.beginRotation();
      roots.set(next.id, next);
      current = next;
      return next.id;
    },
    async endRotation() {
      await keys.endRotation();
      for (const id of roots.keys()) if (id !== current?.id) roots.delete(id);
    },
  };
}

/** Where equal numbers of an agency are found without opening any: a keyed hash, useless without the agency's own index key. */
export const blindIndex = (key: VaultKey, kind: string, country: string | undefined, number: string): string =>
  createHmac("sha256", key.bytes)
    .update(JSON.stringify([kind, country ?? "", number]))
    .digest("base64url");
