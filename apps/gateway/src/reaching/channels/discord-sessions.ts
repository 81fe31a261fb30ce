import type { DiscordOptions } from "@travelagent/channel-discord";
import type { Clock, Database } from "@travelagent/protocol/ports";

type Sessions = NonNullable<DiscordOptions["sessions"]>;

/** Discord forgets a connection within minutes; an older one is not worth asking for. */
const keptMs = 15 * 60_000;

/** Where the connection of an account left off, so that the next process is told what it missed. */
export async function discordSessions({ db, clock, accountId }: { db: Database; clock: Clock; accountId: string }): Promise<Sessions> {
  await db.migrate("discord", [
    {
      version: 1,
      sql: "create table discord_session (account_id text primary key, session_id text not null, resume_url text not null, seq bigint not null, at bigint not null)",
    },
  ]);
  return {
    async load() {
      const row = await db.get("select * from discord_session where account_id = ? and at > ?", accountId, clock.now() - keptMs);
      return row ? { sessionId: String(row.session_id), resumeUrl: String(row.resume_url), seq: Number(row.seq) } : undefined;
    },
    async save(session) {
      await db.transaction(
        (tx) =>
          session
            ? tx.run(
                `insert into discord_session (account_id, session_id, resume_url, seq, at) values (?, ?, ?, ?, ?)
                 on conflict (account_id) do update set session_id = excluded.session_id, resume_url = excluded.resume_url, seq = excluded.seq, at = excluded.at`,
                accountId,
                session.sessionId,
                session.resumeUrl,
                session.seq,
                clock.now(),
              )
            : tx.run("delete from discord_session where account_id = ?", accountId),
        // An older place only means that more comes again, which is known by its id.
        { durable: false },
      );
    },
  };
}
