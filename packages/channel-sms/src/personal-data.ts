import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";

/**
 * What the ledger knows of a person: their numbers. Who wrote STOP to the carrier stays refused there, so forgetting it here lets
 * nothing through.
 */
export function smsPersonalData({ db }: { db: Database }): PersonalDataStore {
  const numbersOf = (identities: readonly { channel: string; peerId: string }[]): string[] => [
    ...new Set(identities.filter(({ channel }) => channel === "sms").map(({ peerId }) => peerId)),
  ];
  return {
    name: "sms",
    covers: { tables: ["sms_part", "sms_opt_out"] },
    async *export({ identities }) {
      const messages = [];
      const optOuts = [];
      for (const number of numbersOf(identities)) {
        messages.push(...(await db.all("select recipient, segments, state, at from sms_part where recipient = ? order by at", number)));
        optOuts.push(...(await db.all("select number, at from sms_opt_out where number = ?", number)));
      }
      if (messages.length > 0) yield { path: "sms-part.json", title: "Text messages sent to you", content: messages };
      if (optOuts.length > 0) yield { path: "sms-opt-out.json", title: "That your carrier told us to stop", content: optOuts };
    },
    async erase({ identities }) {
      let removed = 0;
      for (const number of numbersOf(identities))
        removed += await db.transaction(async (tx) => {
          // What was spent stays spent: the budget counts it without a number.
          const parts = await tx.run("update sms_part set recipient = '', fingerprint = '' where recipient = ?", number);
          return parts.changes + (await tx.run("delete from sms_opt_out where number = ?", number)).changes;
        });
      return { removed, held: [] };
    },
  };
}
