import type { Database } from "@travelagent/protocol/ports";

/** How far jobs came that go on where they stopped. */
export interface Cursors {
  get(name: string): Promise<string | undefined>;
  set(name: string, position: string, now: number): Promise<void>;
}

export const createCursors = (db: Database): Cursors => ({
  get: async (name) => (await db.get("select position from travel_cursor where name = ?", name))?.position as string | undefined,
  async set(name, position, now) {
    await db.transaction((tx) =>
      tx.run(
        "insert into travel_cursor (name, position, at) values (?, ?, ?) on conflict (name) do update set position = excluded.position, at = excluded.at",
        name,
        position,
        now,
      ),
    );
  },
});
