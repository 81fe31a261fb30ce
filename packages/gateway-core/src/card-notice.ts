import type { Clock, Database } from "@travelagent/protocol/ports";
import { cardNotice } from "./card-free.ts";

const onceInMs = 3_600_000;

/** Whether this conversation was told within the last hour how to pay instead. */
export async function wasToldLately({ db, clock }: { db: Pick<Database, "get">; clock: Pick<Clock, "now"> }, sessionKey: string): Promise<boolean> {
  const found = await db.get(
    "select 1 as found from outbox where session_key = ? and created_at > ? and message like ? limit 1",
    sessionKey,
    clock.now() - onceInMs,
    `%${cardNotice.slice(0, 60)}%`,
  );
  return found !== undefined;
}
