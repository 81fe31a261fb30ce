import type { RetentionStore } from "@travelagent/protocol/personal-data";
import type { Database, SqlValue } from "@travelagent/protocol/ports";
import { dropTexts } from "./personal-data.ts";

/** A newer line of the same person about the same thing. What STOP took back stays taken back, so its line stays. */
const superseded = `purpose <> '*' and exists (select 1 from consent n where n.channel = consent.channel and n.purpose = consent.purpose and n.agency = consent.agency
  and (n.at > consent.at or (n.at = consent.at and n.seq > consent.seq)) and n.moved_at is null and consent.moved_at is null
  and coalesce(n.customer_id, '') = coalesce(consent.customer_id, '') and coalesce(n.peer_hash, '') = coalesce(consent.peer_hash, ''))`;
/** Left by an erasure: of nobody we know. */
const held = "(customer_id is null and peer_id is null)";

/** Lines that no longer count, and what erasures left. What a person said last is kept as long as the person is. */
export const consentRetention = ({ db }: { db: Database }): RetentionStore => ({
  name: "consents",
  kind: "consents",
  async prune(before, { dryRun }) {
    const count = async (sql: string, ...params: SqlValue[]): Promise<number> =>
      Number((await db.get(`select count(*) as n from consent where ${sql}`, ...params))?.n ?? 0);
    const old = await count("recorded_at < ?", before);
    const gone = `recorded_at < ? and ((${superseded}) or ${held})`;
    if (dryRun) {
      const removed = await count(gone, before);
      return { removed, kept: old - removed };
    }
    const removed = await db.transaction(async (tx) => {
      const { changes } = await tx.run(`delete from consent where ${gone}`, before);
      const shown = await tx.run(
        "delete from disclosure where at < ? and exists (select 1 from disclosure n where n.session_key = disclosure.session_key and n.at > disclosure.at)",
        before,
      );
      await dropTexts(tx);
      return changes + shown.changes;
    });
    return { removed, kept: await count("recorded_at < ?", before) };
  },
});
