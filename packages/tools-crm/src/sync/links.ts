import type { Database, Row, Tx } from "@travelagent/protocol/ports";
import type { ContactFields } from "../providers/provider.ts";
import type { CommonState } from "./merge.ts";

/**
 * `gone`: they have no such record any more. `ended`: both go on, and nothing is exchanged. `merged`: the customer was merged into one who
 * has a record there, and this one waits to be merged there too.
 */
export type LinkState = "linked" | "gone" | "ended" | "merged";

export interface Link {
  provider: string;
  externalId: string;
  customerId: string;
  state: LinkState;
  revision: string;
  /** When they changed it last, as far as we know: an index that runs behind may still tell an older state. */
  theirAt: number;
  base: CommonState;
  pending: CommonState;
  /** Version of our record that has been compared. */
  seenVersion: number;
}

/** What is known of a record that is no customer's: being made into one, waiting for a decision, left alone, or erased for good. */
export type OutsideState = "creating" | "held" | "ignored" | "erased";

type Reader = Pick<Tx, "get" | "all">;

const readLink = (row: Row): Link => ({
  provider: row.provider as string,
  externalId: row.external_id as string,
  customerId: row.customer_id as string,
  state: row.state as LinkState,
  revision: (row.revision as string | null) ?? "",
  theirAt: Number(row.their_at),
  base: JSON.parse(row.base as string) as CommonState,
  pending: row.pending ? (JSON.parse(row.pending as string) as CommonState) : {},
  seenVersion: Number(row.seen_version),
});

/** The mapping between our customers and the records of one provider. */
export function linkTable(provider: string) {
  return {
    async byExternal(db: Reader, externalId: string): Promise<Link | undefined> {
      const row = await db.get("select * from crm_sync_link where provider = ? and external_id = ?", provider, externalId);
      return row && readLink(row);
    },

    /** The one that is in use, else one that was. */
    async byCustomer(db: Reader, customerId: string): Promise<Link | undefined> {
      const rows = await db.all("select * from crm_sync_link where provider = ? and customer_id = ?", provider, customerId);
      const row = rows.find(({ state }) => state === "linked") ?? rows[0];
      return row && readLink(row);
    },

    async write(tx: Tx, { externalId, customerId, state, revision, theirAt, base, pending, seenVersion }: Omit<Link, "provider">, now: number): Promise<void> {
      await tx.run(
        `insert into crm_sync_link (provider, external_id, customer_id, state, revision, their_at, base, pending, seen_version, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (provider, external_id) do update set customer_id = excluded.customer_id, state = excluded.state, revision = excluded.revision, their_at = excluded.their_at,
           base = excluded.base, pending = excluded.pending, seen_version = excluded.seen_version, updated_at = excluded.updated_at`,
        provider,
        externalId,
        customerId,
        state,
        revision,
        theirAt,
        JSON.stringify(base),
        Object.keys(pending).length === 0 ? null : JSON.stringify(pending),
        seenVersion,
        now,
      );
    },

    /** Changes one that is there; one that was erased meanwhile does not come back. */
    async update(tx: Tx, link: Omit<Link, "provider">, now: number): Promise<void> {
      const known = await tx.get(
        "select 1 as found from crm_sync_link where provider = ? and external_id = ? and customer_id = ?",
        provider,
        link.externalId,
        link.customerId,
      );
      if (known) await this.write(tx, link, now);
    },

    async setState(tx: Tx, externalId: string, state: LinkState, now: number): Promise<void> {
      await tx.run("update crm_sync_link set state = ?, updated_at = ? where provider = ? and external_id = ?", state, now, provider, externalId);
    },

    async forget(tx: Tx, externalId: string): Promise<void> {
      await tx.run("delete from crm_sync_link where provider = ? and external_id = ?", provider, externalId);
    },

    async outside(db: Reader, externalId: string): Promise<{ state: OutsideState; payload?: ContactFields } | undefined> {
      const row = await db.get("select state, payload from crm_sync_outside where provider = ? and external_id = ?", provider, externalId);
      if (!row) return undefined;
      return { state: row.state as OutsideState, ...(row.payload ? { payload: JSON.parse(row.payload as string) as ContactFields } : {}) };
    },

    /** What was erased stays erased. */
    async setOutside(tx: Tx, externalId: string, state: OutsideState | undefined, now: number, payload?: ContactFields): Promise<void> {
      if (state === undefined)
        return void (await tx.run("delete from crm_sync_outside where provider = ? and external_id = ? and state <> 'erased'", provider, externalId));
      await tx.run(
        `insert into crm_sync_outside (provider, external_id, state, payload, at) values (?, ?, ?, ?, ?)
         on conflict (provider, external_id) do update set state = excluded.state, payload = excluded.payload, at = excluded.at where crm_sync_outside.state <> 'erased'`,
        provider,
        externalId,
        state,
        payload === undefined ? null : JSON.stringify(payload),
        now,
      );
    },
  };
}

export type LinkTable = ReturnType<typeof linkTable>;

/** A cursor, or any other place that was reached. */
export const placeTable = (provider: string) => ({
  async read(db: Pick<Database, "get">, name: string): Promise<string | undefined> {
    const row = await db.get<{ value: string }>("select value from crm_sync_cursor where provider = ? and name = ?", provider, name);
    return row?.value;
  },
  async write(tx: Tx, name: string, value: string): Promise<void> {
    await tx.run(
      "insert into crm_sync_cursor (provider, name, value) values (?, ?, ?) on conflict (provider, name) do update set value = excluded.value",
      provider,
      name,
      value,
    );
  },
});
