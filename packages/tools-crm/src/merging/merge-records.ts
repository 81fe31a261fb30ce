import { type Customer, TravelAgentError } from "@travelagent/protocol";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Clock, Database, Tx } from "@travelagent/protocol/ports";
import { rewriteCustomer } from "../customer-rows.ts";
import { duplicateGroups, possibleDuplicates } from "../duplicates.ts";
import { once } from "../once.ts";
import type { RecordEvents } from "../timeline/record-events.ts";
import { emptied, type Filled, filledIn, lacking } from "./fill-in.ts";
import type { Merging, MergingPorts } from "./merging.ts";
import { reassignRecords } from "./reassign.ts";

export interface MergeParts {
  db: Database;
  clock: Clock;
  newId: (prefix: string, now: number) => string;
  events: RecordEvents;
  need(tx: Pick<Tx, "get">, id: string): Promise<Customer>;
  index(tx: Tx, id: string): Promise<void>;
  ports: MergingPorts;
}

/** What a merge did, so that it can be undone: every id that changed hands, by store, and both records as they were. */
interface Journal {
  before: { from: Customer; into: Customer };
  filled: Filled;
  moved: Record<string, string[]>;
}

/** What the CRM's own tables are called in a journal. */
const own = "crm";
const agencyOf = (customer: Customer): string => customer.agency ?? "main";
const countOf = (moved: Journal["moved"]): number => Object.values(moved).reduce((sum, ids) => sum + ids.length, 0);

export function mergeRecords({ db, clock, newId, events, need, index, ports }: MergeParts): Merging {
  /** The CRM's own store hands over more than its rows: the record stays, and says where it went. */
  const stores = (): Map<string, NonNullable<PersonalDataStore["reassign"]>> =>
    new Map([
      [own, reassignRecords],
      ...ports
        .stores()
        .flatMap((store): [string, NonNullable<PersonalDataStore["reassign"]>][] =>
          store.reassign && !store.covers?.tables?.includes("crm_customer") ? [[`store:${store.name}`, store.reassign.bind(store)]] : [],
        ),
    ]);

  async function merge(tx: Tx, fromId: string, intoId: string, actor: string): Promise<string> {
    const now = clock.now();
    const [from, into] = [await need(tx, fromId), await need(tx, intoId)];
    if (from.id === into.id) throw new TravelAgentError("CONFLICT", "a record cannot be merged with itself");
    if (agencyOf(from) !== agencyOf(into)) throw new TravelAgentError("FORBIDDEN", "records of two agencies are never merged");
    for (const { mergedInto } of [from, into])
      if (mergedInto) throw new TravelAgentError("CONFLICT", `this record was merged into ${mergedInto} already`, { details: { mergedInto } });
    const moved: Journal["moved"] = {};
    for (const [name, reassign] of stores()) moved[name] = await reassign({ from: fromId, to: intoId }, tx);
    const filled = lacking(into, from);
    const journal: Journal = { before: { from, into }, filled, moved };
    await rewriteCustomer(tx, intoId, filledIn(into, filled), now);
    await tx.run("update crm_customer set merged_into = ?, lifecycle_due = null, updated_at = ?, version = version + 1 where id = ?", intoId, now, fromId);
    const id = newId("mrg", now);
    await tx.run(
      "insert into crm_merge (id, from_id, into_id, actor, journal, created_at) values (?, ?, ?, ?, ?, ?)",
      id,
      fromId,
      intoId,
      actor,
      JSON.stringify(journal),
      now,
    );
    await events.add(tx, { customerId: intoId, kind: "merge", data: { what: "took in", id: fromId, name: from.name }, actor, at: now });
    await events.add(tx, { customerId: fromId, kind: "merge", data: { what: "went up in", id: intoId, name: into.name }, actor, at: now });
    for (const one of [fromId, intoId]) await index(tx, one);
    return id;
  }

  async function unmerge(tx: Tx, fromId: string, actor: string): Promise<string> {
    const now = clock.now();
    const from = await need(tx, fromId);
    const row = await tx.get<{ id: string; into_id: string; journal: string; created_at: number }>(
      "select id, into_id, journal, created_at from crm_merge where from_id = ? and undone_at is null",
      fromId,
    );
    if (!row || from.mergedInto === undefined) throw new TravelAgentError("CONFLICT", "this record is not merged into another one");
    const { filled, moved } = JSON.parse(row.journal) as Journal;
    const into = await need(tx, row.into_id);
    if (into.mergedInto) throw new TravelAgentError("CONFLICT", `its survivor was merged into ${into.mergedInto} since; undo that first`);
    const known = stores();
    for (const [name, only] of Object.entries(moved)) {
      if (only.length === 0) continue;
      const reassign = known.get(name);
      if (!reassign) throw new TravelAgentError("CONFLICT", `rows of ${name.replace("store:", "")} were moved, and that store is not here now`);
      await reassign({ from: into.id, to: fromId, only }, tx);
    }
    for (const store of ports.stores()) await store.parted?.({ customerIds: [fromId, into.id], since: Number(row.created_at) }, tx);
    await rewriteCustomer(tx, into.id, emptied(into, filled), now);
    await tx.run("update crm_customer set merged_into = null, updated_at = ?, version = version + 1 where id = ?", now, fromId);
    await tx.run("update crm_merge set undone_at = ? where id = ?", now, row.id);
    await events.add(tx, { customerId: into.id, kind: "merge", data: { what: "gave back", id: fromId, name: from.name }, actor, at: now });
    await events.add(tx, { customerId: fromId, kind: "merge", data: { what: "came out of", id: into.id, name: into.name }, actor, at: now });
    for (const one of [fromId, into.id]) await index(tx, one);
    return row.id;
  }

  const journalOf = async (id: string): Promise<{ intoId: string; moved: number }> => {
    const row = (await db.get<{ into_id: string; journal: string }>("select into_id, journal from crm_merge where id = ?", id))!;
    return { intoId: row.into_id, moved: countOf((JSON.parse(row.journal) as Journal).moved) };
  };

  return {
    async duplicates({ customerId, agency, limit = 50 }) {
      if (customerId === undefined) return duplicateGroups(db, { agency, limit });
      const customer = await need(db, customerId);
      return (await possibleDuplicates(db, customer)).slice(0, limit).map(({ customer: other, by }) => ({ customers: [customer, other], by }));
    },

    async merge(id, into, { idempotencyKey, actor, within }) {
      const { id: done } = await ports.quiet(
        [id, into],
        () =>
          db.transaction((tx) => once(tx, { operation: "merge", key: idempotencyKey, args: { id, into }, now: clock.now() }, () => merge(tx, id, into, actor))),
        within,
      );
      ports.onMerged([into]);
      const { intoId, moved } = await journalOf(done);
      return { customer: await need(db, intoId), moved };
    },

    async unmerge(id, { idempotencyKey, actor, within }) {
      const { mergedInto } = await need(db, id);
      const { id: done } = await ports.quiet(
        mergedInto === undefined ? [id] : [id, mergedInto],
        () => db.transaction((tx) => once(tx, { operation: "unmerge", key: idempotencyKey, args: { id }, now: clock.now() }, () => unmerge(tx, id, actor))),
        within,
      );
      const { intoId, moved } = await journalOf(done);
      ports.onMerged([id, intoId]);
      return { customer: await need(db, id), survivor: await need(db, intoId), returned: moved };
    },
  };
}
