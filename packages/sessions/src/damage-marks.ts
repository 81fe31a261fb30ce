import type { Clock, Database, Logger, Tx } from "@travelagent/protocol/ports";
import type { Session } from "./session.ts";
import type { TranscriptDamage } from "./transcript.ts";

/** Which sessions lost a part of their transcript: known at once, and after a restart. There are few, so all are in memory. */
export interface DamageMarks {
  start(): Promise<void>;
  add(damage: TranscriptDamage): void;
  /** The session with its mark, when it has one. */
  on(session: Session): Session;
  count(): number;
  remove(tx: Tx, sessionId: string): Promise<void>;
}

export interface DamageMarksOptions {
  db: Database;
  clock: Clock;
  log: Logger;
  /** There is one more, or one less. */
  onChange(): void;
}

export function createDamageMarks({ db, clock, log, onChange }: DamageMarksOptions): DamageMarks {
  const marked = new Map<string, number>();
  return {
    async start() {
      await db.migrate("session-damage", [
        { version: 1, sql: "create table session_damage (session_id text primary key, at bigint not null, path text not null, lost_lines bigint not null)" },
      ]);
      for (const { session_id, at } of await db.all<{ session_id: string; at: number }>("select session_id, at from session_damage"))
        marked.set(session_id, Number(at));
    },
    add({ ref: { sessionId }, path, lostLines }) {
      const at = clock.now();
      marked.set(sessionId, at);
      onChange();
      // Whoever opens the transcript does not wait for it: after a restart it is only forgotten, never wrong.
      db.transaction((tx) =>
        tx.run(
          "insert into session_damage (session_id, at, path, lost_lines) values (?, ?, ?, ?) on conflict (session_id) do update set at = excluded.at, path = excluded.path, lost_lines = excluded.lost_lines",
          sessionId,
          at,
          path,
          lostLines,
        ),
      ).catch((error: unknown) =>
        log.warn("a damaged transcript could not be marked", { sessionId, error: error instanceof Error ? error.message : String(error) }),
      );
    },
    on(session) {
      const damagedAt = marked.size === 0 ? undefined : marked.get(session.sessionId);
      return damagedAt === undefined ? session : { ...session, damagedAt };
    },
    count: () => marked.size,
    async remove(tx, sessionId) {
      await tx.run("delete from session_damage where session_id = ?", sessionId);
      if (marked.delete(sessionId)) onChange();
    },
  };
}
