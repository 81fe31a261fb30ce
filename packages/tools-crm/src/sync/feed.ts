import type { Database } from "@travelagent/protocol/ports";
import type { placeTable } from "./links.ts";
import type { OutgoingTable } from "./outgoing.ts";

export interface FeedParts {
  db: Database;
  provider: string;
  agency: string;
  outgoing: OutgoingTable;
  places: ReturnType<typeof placeTable>;
  notes: boolean;
  leads: boolean;
  now(): number;
}

const pageSize = 500;
/** A transaction stamps what it writes when it begins, and clocks are set back: looked over again, at the price of reading. */
const overlapMs = 10 * 60_000;
/** A note may find its customer long after it was written. */
const noteOverlapMs = 7 * 86_400_000;

/**
 * Puts what changed here into the queue. It compares versions, so looking again costs little and a change is never missed; with `everything`
 * it looks at all records, as it does when the process starts.
 */
export async function feedChanges({ db, provider, agency, outgoing, places, notes, leads, now }: FeedParts, everything: boolean): Promise<void> {
  async function pages(
    name: string,
    overlap: number,
    read: (since: number, afterId: string) => Promise<{ id: string; at: number; version: number }[]>,
    kind: "customer" | "note" | "lead",
  ) {
    const last = everything ? 0 : Number((await places.read(db, name)) ?? 0);
    let since = Math.max(0, last - overlap);
    let afterId = "";
    for (;;) {
      const rows = await read(since, afterId);
      const end = rows.at(-1);
      if (end) [since, afterId] = [end.at, end.id];
      const fresh = rows.filter(({ version }) => version >= 0);
      if (fresh.length > 0 || end)
        await db.transaction(async (tx) => {
          for (const { id, version } of fresh) await outgoing.add(tx, kind, id, version, now());
          if (since > last) await places.write(tx, name, String(since));
        });
      if (rows.length < pageSize) return;
    }
  }
  const rowsOf = (rows: { id: string; at: number; version: number }[]) => rows.map(({ id, at, version }) => ({ id, at: Number(at), version: Number(version) }));

  await pages(
    "customers",
    overlapMs,
    async (since, afterId) =>
      rowsOf(
        await db.all(
          `select c.id, c.updated_at as at, case when l.seen_version = c.version
             or (l.seen_version is null and exists (select 1 from crm_sync_link o where o.provider = ? and o.customer_id = c.id and o.state <> 'merged'))
             then -1 else c.version end as version
           from crm_customer c left join crm_sync_link l on l.provider = ? and l.customer_id = c.id and l.state = 'linked'
           where c.agency = ? and c.merged_into is null and c.updated_at >= ? and (c.updated_at > ? or c.id > ?) order by c.updated_at, c.id limit ?`,
          provider,
          provider,
          agency,
          since,
          since,
          afterId,
          pageSize,
        ),
      ),
    "customer",
  );
  if (notes)
    await pages(
      "notes",
      noteOverlapMs,
      async (since, afterId) =>
        rowsOf(
          await db.all(
            `select n.id, n.created_at as at, 1 as version from crm_note n join crm_sync_link l on l.provider = ? and l.customer_id = n.customer_id and l.state = 'linked'
             where n.created_at >= ? and (n.created_at > ? or n.id > ?) order by n.created_at, n.id limit ?`,
            provider,
            since,
            since,
            afterId,
            pageSize,
          ),
        ),
      "note",
    );
  if (leads)
    await pages(
      "leads",
      overlapMs,
      async (since, afterId) =>
        rowsOf(
          await db.all(
            `select d.id, d.updated_at as at, d.version from crm_lead d join crm_sync_link l on l.provider = ? and l.customer_id = d.customer_id and l.state = 'linked'
             where d.updated_at >= ? and (d.updated_at > ? or d.id > ?) order by d.updated_at, d.id limit ?`,
            provider,
            since,
            since,
            afterId,
            pageSize,
          ),
        ),
      "lead",
    );
}
