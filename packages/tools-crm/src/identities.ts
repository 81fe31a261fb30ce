import { TravelAgentError } from "@travelagent/protocol";
import type { Tx } from "@travelagent/protocol/ports";
import type { Identity } from "./crm.ts";

/** The customer a peer of a channel is known to be; unverified identities count for nothing here. */
export async function ownerOf(tx: Pick<Tx, "get">, channel: string, peerId: string): Promise<string | undefined> {
  const row = await tx.get<{ customer_id: string }>("select customer_id from crm_identity where channel = ? and peer_id = ? and verified = 1", channel, peerId);
  return row?.customer_id;
}

export async function writeIdentity(tx: Tx, customerId: string, { channel, peerId, verified }: Identity, now: number): Promise<void> {
  if (verified) {
    const owner = await ownerOf(tx, channel, peerId);
    if (owner !== undefined && owner !== customerId)
      throw new TravelAgentError("CONFLICT", "this channel identity has a customer already; change that record, or let a person decide which one is right");
  }
  await tx.run(
    `insert into crm_identity (customer_id, channel, peer_id, verified, created_at) values (?, ?, ?, ?, ?)
     on conflict (customer_id, channel, peer_id) do update set verified = case when excluded.verified = 1 then 1 else crm_identity.verified end`,
    customerId,
    channel,
    peerId,
    verified ? 1 : 0,
    now,
  );
}

/** What was written down before the customer was known. */
export async function adoptConversation(tx: Tx, sessionKey: string, customerId: string): Promise<void> {
  for (const table of ["crm_note", "crm_lead"])
    await tx.run(`update ${table} set customer_id = ? where session_key = ? and customer_id is null`, customerId, sessionKey);
}
