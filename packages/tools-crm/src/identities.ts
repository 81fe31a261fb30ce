import { TravelAgentError } from "@travelagent/protocol";
import type { Row, Tx } from "@travelagent/protocol/ports";
import type { Identity, VerifiedHow } from "./crm.ts";
import { mainAgency } from "./customer-rows.ts";

export interface Peer {
  channel: string;
  peerId: string;
  agency?: string | undefined;
}

/** The customer a peer of a channel is known to be at an agency; unverified identities count for nothing here. */
export async function ownerOf(tx: Pick<Tx, "get">, { channel, peerId, agency = mainAgency }: Peer): Promise<string | undefined> {
  const row = await tx.get<{ customer_id: string }>(
    "select customer_id from crm_identity where agency = ? and channel = ? and peer_id = ? and verified = 1",
    agency,
    channel,
    peerId,
  );
  return row?.customer_id;
}

/** Adds it or makes it verified; what is verified stays so. True when that changed something. */
export async function writeIdentity(tx: Tx, customerId: string, { channel, peerId, verified, how = "platform", verifiedBy }: Identity, now: number) {
  const customer = await tx.get<{ agency: string }>("select agency from crm_customer where id = ?", customerId);
  const agency = customer?.agency ?? mainAgency;
  if (verified) {
    const owner = await ownerOf(tx, { channel, peerId, agency });
    if (owner === customerId) return false;
    if (owner !== undefined)
      throw new TravelAgentError("CONFLICT", "this channel identity has a customer already; change that record, or let a person decide which one is right");
  }
  const known = await tx.get("select removed_at from crm_identity where customer_id = ? and channel = ? and peer_id = ?", customerId, channel, peerId);
  if (known && !verified && known.removed_at === null) return false;
  await tx.run(
    `insert into crm_identity (customer_id, channel, peer_id, agency, verified, how, verified_at, verified_by, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (customer_id, channel, peer_id) do update set
       verified = excluded.verified, how = excluded.how, verified_at = excluded.verified_at, verified_by = excluded.verified_by, removed_at = null`,
    customerId,
    channel,
    peerId,
    agency,
    verified ? 1 : 0,
    verified ? how : null,
    verified ? now : null,
    verified ? (verifiedBy ?? null) : null,
    now,
  );
  return true;
}

/** It stays on record as removed, and counts for nothing. */
export async function endIdentity(tx: Tx, customerId: string, { channel, peerId }: Peer, now: number): Promise<void> {
  const { changes } = await tx.run(
    "update crm_identity set verified = 0, removed_at = ? where customer_id = ? and channel = ? and peer_id = ? and removed_at is null",
    now,
    customerId,
    channel,
    peerId,
  );
  if (changes === 0) throw new TravelAgentError("NOT_FOUND", "this customer has no such identity");
}

export const readIdentity = (row: Row): Identity => ({
  channel: row.channel as string,
  peerId: row.peer_id as string,
  verified: Number(row.verified) === 1,
  ...(row.how ? { how: row.how as VerifiedHow } : {}),
  ...(row.verified_at === null ? {} : { verifiedAt: new Date(Number(row.verified_at)).toISOString() }),
  ...(row.verified_by ? { verifiedBy: row.verified_by as string } : {}),
  ...(row.removed_at === null ? {} : { removedAt: new Date(Number(row.removed_at)).toISOString() }),
});

/** What was written down before the customer was known. */
export async function adoptConversation(tx: Tx, sessionKey: string, customerId: string): Promise<void> {
  for (const table of ["crm_note", "crm_lead", "crm_promise"])
    await tx.run(`update ${table} set customer_id = ? where session_key = ? and customer_id is null`, customerId, sessionKey);
}
