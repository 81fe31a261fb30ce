import { type ErrorShape, TravelAgentError } from "@travelagent/protocol";
import type { Logger, Tx } from "@travelagent/protocol/ports";
import type { Item } from "./lanes.ts";
import type { Definition } from "./pump.ts";
import { toItem, type WorkRow } from "./work-table.ts";

const DEFAULT_MAX_CRASHES = 3;

/**
 * Puts what a previous process left running back to the head of its lane and returns everything that waits, oldest first.
 * What was interrupted by a crash once too often becomes `dead`, so that it cannot take the process down for ever.
 */
export async function recover(tx: Tx, definitions: ReadonlyMap<string, Definition>, log: Logger, now: number): Promise<Item[]> {
  for (const row of await tx.all<WorkRow>("select * from work where state = 'running' order by seq")) {
    const crashes = row.crashes + (row.paused === 1 ? 0 : 1);
    const definition = definitions.get(row.name);
    const maxCrashes = definition?.options.maxCrashes ?? DEFAULT_MAX_CRASHES;
    const fields = { workId: row.id, name: row.name, "pii.lane": row.lane ?? undefined, crashes };
    if (definition && crashes > maxCrashes) {
      const error: ErrorShape = new TravelAgentError(
        "INTERNAL",
        `the process ended ${crashes} times during this work; look into the log, then retry it or leave it`,
      ).toShape();
      await tx.run("update work set state = 'dead', crashes = ?, error = ?, ended_at = ? where id = ?", crashes, JSON.stringify(error), now, row.id);
      log.error("work is dead after too many crashes", fields);
    } else {
      await tx.run("update work set state = 'queued', crashes = ?, paused = 0 where id = ?", crashes, row.id);
      log.info("work is taken up again", fields);
    }
  }
  const rows = await tx.all<WorkRow>("select id, name, lane, seq, priority from work where state = 'queued' order by seq");
  return rows.map(toItem);
}
