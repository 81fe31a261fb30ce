import { type PersonalDataStore, personalRows } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";

/**
 * Which conversations people of the agency had before them in a room. Erased, the rows say only which posts the platform is to forget:
 * `onErased` sets that going, and they go when it did.
 */
export function deskPersonalData({ db, onErased }: { db: Database; onErased(): void }): PersonalDataStore {
  const rows = personalRows({
    name: "desk",
    db,
    tables: [
      {
        table: "desk_case",
        key: ["id"],
        title: "When somebody of the agency was asked to answer you",
        session: "session_key",
        hidden: ["room", "seen_at"],
        erase: "delete",
      },
      { table: "desk_post", key: ["id"], session: "session_key", erase: { session_key: null, subject: "", shown: null, state: "removing", next_at: 0 } },
    ],
  });
  return {
    ...rows,
    async erase(subject, request) {
      const erasure = await rows.erase(subject, request);
      if (erasure.removed > 0) onErased();
      return erasure;
    },
  };
}
