import { type DataSubject, type PersonalDataStore, type PersonalTable, personalRows } from "@travelagent/protocol/personal-data";
import type { Database, Work, WorkState } from "@travelagent/protocol/ports";

const work: PersonalTable = { table: "work", key: ["id"], session: "lane", mentions: ["id", "input", "value", "error"], erase: "delete" };
const step: PersonalTable = { table: "step", key: ["work_id", "name"], mentions: ["work_id", "value"], erase: "delete" };

const open: readonly string[] = ["queued", "running"] satisfies WorkState[];

export interface WorkPersonalDataOptions {
  db: Database;
  work: Pick<Work, "cancel">;
  /** Names of durable functions that are left alone: those that carry an erasure out. */
  except?: readonly string[];
}

export interface WorkPersonalData extends PersonalDataStore {
  /** Ends what waits and runs for the person. Resolves with how many there were. */
  cancel(subject: DataSubject): Promise<number>;
  /** Forgets what ended of one of `except` under these ids. */
  forget(ids: readonly string[]): Promise<void>;
}

/**
 * What durable work knows of a person: its input and result, and the remembered steps of what did not end well. An erasure ends what
 * is still under way. Nothing of it tells a person anything, so none of it is exported.
 */
export function workPersonalData({ db, work: engine, except = [] }: WorkPersonalDataOptions): WorkPersonalData {
  const rows = personalRows({ name: "work", db, tables: [step, work] });
  const found = personalRows({ name: "work", db, tables: [{ ...work, title: "work" }] });

  async function* theirs(subject: DataSubject): AsyncGenerator<{ id: string; name: string; state: string }> {
    for await (const { content } of found.export(subject, new AbortController().signal))
      for (const row of content as readonly { id: string; name: string; state: string }[]) if (!except.includes(row.name)) yield row;
  }

  const cancel = async (subject: DataSubject): Promise<number> => {
    let ended = 0;
    for await (const { id, state } of theirs(subject)) {
      if (!open.includes(state)) continue;
      await engine.cancel(id);
      ended += 1;
    }
    return ended;
  };

  return {
    ...rows,
    cancel,
    forget: (ids) =>
      db.transaction(async (tx) => {
        for (const id of ids) {
          await tx.run("delete from step where work_id = ? and work_id in (select id from work where state not in ('queued', 'running'))", id);
          await tx.run("delete from work where id = ? and state not in ('queued', 'running')", id);
        }
      }),
    async erase(subject, { signal }) {
      await cancel(subject);
      let removed = 0;
      const ids: string[] = [];
      for await (const { id } of theirs(subject)) ids.push(id);
      for (let from = 0; from < ids.length; from += 100) {
        signal.throwIfAborted();
        removed += await db.transaction(async (tx) => {
          let changed = 0;
          for (const id of ids.slice(from, from + 100)) {
            await tx.run("delete from step where work_id = ? and work_id in (select id from work where state not in ('queued', 'running'))", id);
            changed += (await tx.run("delete from work where id = ? and state not in ('queued', 'running')", id)).changes;
          }
          return changed;
        });
      }
      return { removed, held: [] };
    },
  };
}
