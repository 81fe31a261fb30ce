import { createHmac } from "node:crypto";
import type { Row, Tx } from "@travelagent/protocol/ports";
import { type DataKeys, keyColumns } from "./data-keys.ts";
import { type DocumentKind, maskNumber, plainNumber } from "./document.ts";
import type { Values } from "./document-rows.ts";
import type { VaultKey } from "./key-ring.ts";
import { seal, unseal } from "./sealed-value.ts";

/** How long a number that was typed in a chat waits to be saved. */
export const heldForMs = 30 * 86_400_000;

/** What stands in the place of a number in a conversation. */
export interface HeldNumber {
  /** `PAPER-7K3QW2`: names the number within its conversation and nowhere else. */
  token: string;
  kind: DocumentKind;
  masked: string;
}

const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
export const tokenForm = /\bPAPER-[A-HJ-NP-Z2-9]{8}\b/;

const place = (sessionKey: string, id: string, kind: string, agency: string) => ["vault_held", sessionKey, id, agency, kind];

/** Inside a transaction. The same number of the same conversation gets the same token. */
export async function holdNumber(
  tx: Tx,
  keys: DataKeys,
  { sessionKey, agency, kind, number, now }: { sessionKey: string; agency: string; kind: DocumentKind; number: string; now: number },
): Promise<HeldNumber> {
  const plain = plainNumber(number) ?? number;
  const key = await keys.of(tx, `session:${sessionKey}`);
  const digest = createHmac("sha256", key.bytes)
    .update(JSON.stringify([sessionKey, kind, plain]))
    .digest();
  const token = `PAPER-${[...digest.subarray(0, 8)].map((byte) => letters[byte % 32]).join("")}`;
  const sealed = seal(Buffer.from(JSON.stringify({ number: plain } satisfies Values)), key, place(sessionKey, token, kind, agency));
  await tx.run(
    `insert into vault_held (id, session_key, agency, kind, key_id, nonce, tag, data, created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (session_key, id) do update set key_id = excluded.key_id, nonce = excluded.nonce, tag = excluded.tag, data = excluded.data, expires_at = excluded.expires_at`,
    token,
    sessionKey,
    agency,
    kind,
    sealed.keyId,
    sealed.nonce,
    sealed.tag,
    sealed.data,
    now,
    now + heldForMs,
  );
  return { token, kind, masked: maskNumber(kind, plain) };
}

/** Inside a transaction. Undefined for a token that this conversation does not have, or whose row was changed. */
export async function heldNumber(tx: Tx, keys: DataKeys, sessionKey: string, token: string): Promise<{ kind: DocumentKind; number: string } | undefined> {
  const row = await tx.get(
    `select h.*, h.nonce as held_nonce, h.tag as held_tag, h.data as held_data, ${keyColumns} from vault_held h join vault_key k on k.id = h.key_id
     where h.session_key = ? and h.id = ?`,
    sessionKey,
    token,
  );
  return row && openHeld(row, keys);
}

export function openHeld(row: Row, keys: DataKeys): { kind: DocumentKind; number: string } | undefined {
  const kind = row.kind as DocumentKind;
  const sealed = { keyId: String(row.key_id), nonce: row.held_nonce as Uint8Array, tag: row.held_tag as Uint8Array, data: row.held_data as Uint8Array };
  if (row.key_owner !== `session:${String(row.session_key)}`) return undefined;
  const opened = unseal(sealed, keys.ofRow(row), place(String(row.session_key), String(row.id), kind, String(row.agency)));
  const number = opened && (JSON.parse(opened.toString("utf8")) as Values).number;
  return number === undefined ? undefined : { kind, number };
}

/** Inside a transaction: what a conversation holds, under its new key. */
export async function resealHeld(tx: Tx, sessionKey: string, { before, now }: { before: VaultKey; now: VaultKey }): Promise<void> {
  for (const row of await tx.all("select * from vault_held where session_key = ?", sessionKey)) {
    const where = place(sessionKey, String(row.id), String(row.kind), String(row.agency));
    const opened = unseal(
      { keyId: String(row.key_id), nonce: row.nonce as Uint8Array, tag: row.tag as Uint8Array, data: row.data as Uint8Array },
      before,
      where,
    );
    // One that was changed stands for nothing any more.
    if (!opened) {
      await tx.run("delete from vault_held where session_key = ? and id = ?", sessionKey, String(row.id));
      continue;
    }
    const sealed = seal(opened, now, where);
    await tx.run(
      "update vault_held set key_id = ?, nonce = ?, tag = ?, data = ? where session_key = ? and id = ?",
      sealed.keyId,
      sealed.nonce,
      sealed.tag,
      sealed.data,
      sessionKey,
      String(row.id),
    );
  }
}
