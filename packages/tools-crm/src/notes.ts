import type { Clock, Database, Row, Tx } from "@travelagent/protocol/ports";
import type { Crm, Note } from "./crm.ts";
import { behind, paged, pageSize } from "./newest-first.ts";
import { once } from "./once.ts";

const readNote = (row: Row): Note => ({
  id: row.id as string,
  ...(row.customer_id ? { customerId: row.customer_id as string } : {}),
  sessionKey: row.session_key as string,
  text: row.text as string,
  author: row.author as string,
  createdAt: new Date(Number(row.created_at)).toISOString(),
});

export const notesIn = ({
  db,
  clock,
  newId,
  onNote,
}: {
  db: Database;
  clock: Clock;
  newId: (prefix: string, now: number) => string;
  /** In the commit of a note about a customer: they are found by its words too. */
  onNote(tx: Tx, customerId: string): Promise<void>;
}): Pick<Crm, "addNote" | "notes"> => ({
  async addNote(about, { text, author }, { idempotencyKey }) {
    const now = clock.now();
    return db.transaction(async (tx) => {
      const { id } = await once(tx, { operation: "note", key: idempotencyKey, args: { sessionKey: about.sessionKey, text, author }, now }, async () => {
        const added = newId("note", now);
        await tx.run(
          "insert into crm_note (id, customer_id, session_key, text, author, created_at) values (?, ?, ?, ?, ?, ?)",
          added,
          about.customerId ?? null,
          about.sessionKey,
          text,
          author,
          now,
        );
        if (about.customerId !== undefined) await onNote(tx, about.customerId);
        return added;
      });
      return readNote((await tx.get("select * from crm_note where id = ?", id))!);
    });
  },

  async notes(about, page = {}) {
    const [column, value] = about.customerId !== undefined ? ["customer_id", about.customerId] : ["session_key", (about as { sessionKey: string }).sessionKey];
    const { sql, params } = behind(page);
    const size = pageSize(page);
    const { items, next } = paged(
      await db.all(`select * from crm_note where ${column} = ? and ${sql} order by created_at desc, id desc limit ?`, value, ...params, size + 1),
      size,
      readNote,
    );
    return { notes: items, ...next };
  },
});
