import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { SqlValue, Tx } from "@travelagent/protocol/ports";
import { noteMembers, type PartyMember } from "../parties/parties.ts";

type Move = Parameters<NonNullable<PersonalDataStore["reassign"]>>[0];

/** Tables whose rows are one customer's, by id. */
const owned = ["crm_note", "crm_lead", "crm_event", "crm_link", "crm_party"] as const;

/** What the CRM itself keeps by customer, beside the record. */
export async function reassignRecords(move: Move, tx: Tx): Promise<string[]> {
  const { from, to, only } = move;
  const asked = only && new Set(only);
  const moved: string[] = [];
  const take = async (id: string, sql: string, ...params: SqlValue[]) => {
    if (asked && !asked.has(id)) return false;
    await tx.run(sql, ...params);
    moved.push(id);
    return true;
  };

  for (const table of owned)
    for (const { id } of await tx.all<{ id: string }>(`select id from ${table} where customer_id = ? order by created_at, id`, from))
      await take(`${table}:${id}`, `update ${table} set customer_id = ? where id = ?`, to, id);

  // An identity both have stays where it is: it says the same of both.
  for (const { channel, peer_id } of await tx.all<{ channel: string; peer_id: string }>(
    `select channel, peer_id from crm_identity i where customer_id = ?
       and not exists (select 1 from crm_identity o where o.customer_id = ? and o.channel = i.channel and o.peer_id = i.peer_id)`,
    from,
    to,
  ))
    await take(
      `crm_identity:${JSON.stringify([channel, peer_id])}`,
      "update crm_identity set customer_id = ? where customer_id = ? and channel = ? and peer_id = ?",
      to,
      from,
      channel,
      peer_id,
    );

  // Whoever was with the one is with the other; who is there already is not there twice.
  for (const { id, members } of await tx.all<{ id: string; members: string }>(
    "select p.id, p.members from crm_party p join crm_party_member m on m.party_id = p.id where m.customer_id = ? order by p.id",
    from,
  )) {
    const before = JSON.parse(members) as PartyMember[];
    if (before.some(({ customerId }) => customerId === to)) continue;
    const after = before.map((member) => (member.customerId === from ? { ...member, customerId: to } : member));
    if (await take(`crm_party_member:${id}`, "update crm_party set members = ?, version = version + 1 where id = ?", JSON.stringify(after), id))
      await noteMembers(tx, id, after);
  }
  return moved;
}
