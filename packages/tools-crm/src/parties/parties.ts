import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Row, Tx } from "@travelagent/protocol/ports";
import { once } from "../once.ts";

/** Somebody in a party: a customer of the same agency, or a name without a record. */
export interface PartyMember {
  /** `wife`, `child`, `colleague`. */
  role: string;
  customerId?: string;
  name?: string;
  /** `YYYY-MM-DD`. */
  birthDate?: string;
}

/** People who travel or live together. */
export interface Party {
  id: string;
  /** Whose party it is. */
  customerId: string;
  name: string;
  members: readonly PartyMember[];
  createdAt: string;
  updatedAt: string;
  version: number;
}

export interface Parties {
  /** Those of this customer, and those they are a member of. Oldest first. */
  of(customerId: string): Promise<Party[]>;
  get(id: string): Promise<Party | null>;
  /**
   * Makes one, or with `id` writes that one as a whole. Members are customers of the owner's agency (`NOT_FOUND` otherwise) or
   * have a name (`INVALID_REQUEST`). Raises `CONFLICT` when it is no longer at `expectedVersion`.
   */
  save(
    party: { id?: string; customerId: string; name: string; members: readonly PartyMember[] },
    options: { idempotencyKey: string; expectedVersion?: number },
  ): Promise<Party>;
  /** False when there was none. */
  remove(id: string): Promise<boolean>;
}

const read = (row: Row): Party => ({
  id: row.id as string,
  customerId: row.customer_id as string,
  name: row.name as string,
  members: JSON.parse(row.members as string) as PartyMember[],
  createdAt: new Date(Number(row.created_at)).toISOString(),
  updatedAt: new Date(Number(row.updated_at)).toISOString(),
  version: Number(row.version),
});

export function partiesIn({ db, clock, newId }: { db: Database; clock: Clock; newId: (prefix: string, now: number) => string }): Parties {
  async function check(tx: Tx, owner: string, members: readonly PartyMember[]): Promise<void> {
    const of = await tx.get<{ agency: string; merged_into: string | null }>("select agency, merged_into from crm_customer where id = ?", owner);
    if (!of || of.merged_into !== null) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
    for (const { customerId, name } of members) {
      if (customerId === undefined && !name) throw new TravelAgentError("INVALID_REQUEST", "a member of a party needs a name or a customer");
      if (customerId === undefined) continue;
      const member = await tx.get("select 1 as found from crm_customer where id = ? and agency = ? and merged_into is null", customerId, of.agency);
      if (!member) throw new TravelAgentError("NOT_FOUND", `there is no customer ${customerId} at this agency`);
    }
  }
  const need = async (tx: Pick<Tx, "get">, id: string): Promise<Party> => {
    const row = await tx.get("select * from crm_party where id = ?", id);
    if (!row) throw new TravelAgentError("NOT_FOUND", "there is no such party");
    return read(row);
  };

  return {
    async of(customerId) {
      const rows = await db.all(
        `select * from crm_party where customer_id = ? or id in (select party_id from crm_party_member where customer_id = ?) order by created_at, id`,
        customerId,
        customerId,
      );
      return rows.map(read);
    },

    async get(id) {
      const row = await db.get("select * from crm_party where id = ?", id);
      return row ? read(row) : null;
    },

    save: ({ id, customerId, name, members }, { idempotencyKey, expectedVersion }) =>
      db.transaction(async (tx) => {
        const now = clock.now();
        const args = { id, customerId, name, members, expectedVersion };
        const { id: saved } = await once(tx, { operation: "party", key: idempotencyKey, args, now }, async () => {
          await check(tx, customerId, members);
          const document = JSON.stringify(members);
          const key = id ?? newId("party", now);
          if (id === undefined)
            await tx.run(
              "insert into crm_party (id, customer_id, name, members, created_at, updated_at, version) values (?, ?, ?, ?, ?, ?, 1)",
              key,
              customerId,
              name,
              document,
              now,
              now,
            );
          else {
            const before = await need(tx, id);
            if (before.customerId !== customerId) throw new TravelAgentError("CONFLICT", "this party belongs to another customer");
            if (expectedVersion !== undefined && expectedVersion !== before.version)
              throw new TravelAgentError("CONFLICT", "somebody changed this party meanwhile; read it again", { details: { version: before.version } });
            await tx.run("update crm_party set name = ?, members = ?, updated_at = ?, version = version + 1 where id = ?", name, document, now, id);
          }
          await noteMembers(tx, key, members);
          return key;
        });
        return need(tx, saved);
      }),

    remove: (id) =>
      db.transaction(async (tx) => {
        await tx.run("delete from crm_party_member where party_id = ?", id);
        return (await tx.run("delete from crm_party where id = ?", id)).changes > 0;
      }),
  };
}

/** Which customers a party names, so that it is found by each of them. */
export async function noteMembers(tx: Tx, partyId: string, members: readonly PartyMember[]): Promise<void> {
  await tx.run("delete from crm_party_member where party_id = ?", partyId);
  for (const { customerId } of members)
    if (customerId !== undefined)
      await tx.run("insert into crm_party_member (party_id, customer_id) values (?, ?) on conflict do nothing", partyId, customerId);
}
