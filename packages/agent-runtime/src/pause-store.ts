import type { Database, Migration, Row } from "@travelagent/protocol/ports";
import type { PauseKind, PauseStore } from "./pauses.ts";

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table model_pause (
        kind text not null, id text not null, failures bigint not null, until_ms bigint not null, last_at bigint not null,
        code text not null, billing bigint not null, mark text not null, primary key (kind, id)
      );
    `,
  },
];

interface PauseRow extends Row {
  kind: string;
  id: string;
  failures: number;
  until_ms: number;
  last_at: number;
  code: string;
  billing: number;
  mark: string;
}

/** Pauses in the database: no more than one row for each model and each key that failed. */
export async function openPauseStore({ db }: { db: Database }): Promise<PauseStore> {
  await db.migrate("model_pauses", migrations);
  return {
    async all() {
      const rows = await db.all<PauseRow>("select * from model_pause order by kind, id");
      return rows.map(({ kind, id, failures, until_ms, last_at, code, billing, mark }) => ({
        kind: kind as PauseKind,
        id,
        failures: Number(failures),
        until: Number(until_ms),
        lastAt: Number(last_at),
        code,
        billing: Number(billing) === 1,
        mark,
      }));
    },
    put: ({ kind, id, failures, until, lastAt, code, billing, mark }) =>
      db.transaction(async (tx) => {
        await tx.run(
          `insert into model_pause (kind, id, failures, until_ms, last_at, code, billing, mark) values (?, ?, ?, ?, ?, ?, ?, ?)
           on conflict (kind, id) do update set failures = excluded.failures, until_ms = excluded.until_ms, last_at = excluded.last_at,
             code = excluded.code, billing = excluded.billing, mark = excluded.mark`,
          kind,
          id,
          failures,
          until,
          lastAt,
          code,
          billing ? 1 : 0,
          mark,
        );
      }),
    remove: (kind, id) => db.transaction(async (tx) => void (await tx.run("delete from model_pause where kind = ? and id = ?", kind, id))),
  };
}
