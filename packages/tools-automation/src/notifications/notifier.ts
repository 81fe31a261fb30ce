import { createHash } from "node:crypto";
import { canonicalJson, removeCardNumbers, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, type Logger, type Migration, type Row, silentLogger, systemClock, type Work } from "@travelagent/protocol/ports";
import type { Notification, NotificationPorts } from "./notification.ts";

export interface NotificationState {
  id: string;
  /** `queued`: in the outbox. `scheduled`: after the customer's quiet hours. */
  status: "scheduled" | "queued" | "refused" | "failed";
  /** ISO 8601 UTC: when it goes out, or when that was decided. */
  at: string;
  reason?: string;
}

export interface Notifier {
  migrate(): Promise<void>;
  /**
   * Hands over at once, or when quiet hours are over; what waits outlives a restart, and consent and hours are looked at again then. The same
   * id gives what became of it. Raises `POLICY_DENIED` where the budget is spent or the customer does not want it, `INVALID_REQUEST` for a
   * card number in it, and `IDEMPOTENCY_MISMATCH` for the same id with something else.
   */
  send(notification: Notification): Promise<NotificationState>;
  /** Why `send` would not; undefined when it would. */
  refusal(notification: Pick<Notification, "sessionKey" | "customerId" | "to" | "purpose">): Promise<string | undefined>;
  /** When it would go out, in milliseconds since the epoch. */
  plannedAt(notification: Pick<Notification, "sessionKey" | "kind">): Promise<number>;
  /** After the engine started: takes up what was stored and not begun. */
  resume(): Promise<void>;
}

export interface NotifierOptions {
  db: Database;
  work: Work;
  ports: Pick<NotificationPorts, "allowedAt" | "unwanted" | "deliver">;
  /** As they are now. */
  budget(): { perCustomerPerDay: number; perDay: number };
  clock?: Clock;
  log?: Logger;
}

const workName = "notification";
const settledWithinMs = 5_000;
const dayMs = 24 * 3_600_000;
/** Hours of the configuration may move while something waits; more often than this they do not. */
const maxWaits = 100;

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table notification (
        id text primary key, session_key text not null, customer_id text not null, channel text not null, content_hash text not null, content text,
        status text not null, reason text, send_at bigint not null, created_at bigint not null
      );
      create index notification_open on notification (send_at) where status = 'scheduled';
      create index notification_customer on notification (customer_id, created_at);
      create index notification_created on notification (created_at);
    `,
  },
];

const read = (row: Row): NotificationState => ({
  id: row.id as string,
  status: row.status as NotificationState["status"],
  at: new Date(Number(row.send_at)).toISOString(),
  ...(row.reason ? { reason: row.reason as string } : {}),
});

/** Registers its durable function, so it is made before the engine starts. */
export function createNotifier({ db, work, ports, budget, clock = systemClock, log = silentLogger }: NotifierOptions): Notifier {
  const end = (id: string, status: NotificationState["status"], reason?: string): Promise<unknown> =>
    db.transaction((tx) =>
      tx.run(
        "update notification set status = ?, reason = ?, send_at = ?, content = null where id = ? and status = 'scheduled'",
        status,
        reason ?? null,
        clock.now(),
        id,
      ),
    );

  work.define(workName, async (context, input) => {
    const { id } = input as { id: string };
    for (let wait = 0; wait < maxWaits; wait++) {
      const row = await db.get("select * from notification where id = ? and status = 'scheduled'", id);
      // Forgotten with the person it was for, or over.
      if (!row) return;
      const notification = JSON.parse(row.content as string) as Notification;
      const now = clock.now();
      const at = await ports.allowedAt(notification.sessionKey, notification.kind, now);
      if (at > now) {
        await db.transaction((tx) => tx.run("update notification set send_at = ? where id = ? and status = 'scheduled'", at, id));
        await context.sleep(`wait:${wait}`, at - now);
        continue;
      }
      const unwanted = await ports.unwanted(notification);
      if (unwanted !== undefined) return void (await end(id, "refused", unwanted));
      try {
        await ports.deliver(notification);
      } catch (error) {
        if (!TravelAgentError.is(error) || error.retryable) throw error;
        log.warn("a notification could not be handed over", { id, channel: notification.to.channel, code: error.code });
        return void (await end(id, "failed", error.message));
      }
      return void (await end(id, "queued"));
    }
    await end(id, "failed", "its time was moved too often");
  });

  const workId = (id: string): string => `${workName}:${id}`;
  const refusal: Notifier["refusal"] = async (notification) => {
    const unwanted = await ports.unwanted(notification);
    if (unwanted !== undefined) return unwanted;
    const since = clock.now() - dayMs;
    const counted = "status in ('scheduled', 'queued') and created_at > ?";
    const all = Number((await db.get(`select count(*) as n from notification where ${counted}`, since))?.n);
    const theirs = Number((await db.get(`select count(*) as n from notification where ${counted} and customer_id = ?`, since, notification.customerId))?.n);
    const { perCustomerPerDay, perDay } = budget();
    if (theirs >= perCustomerPerDay) return `this customer got ${perCustomerPerDay} messages within a day; more are not sent`;
    return all >= perDay ? `the agency's budget of ${perDay} messages a day is spent` : undefined;
  };

  return {
    migrate: () => db.migrate("notifications", migrations),
    refusal,
    plannedAt: ({ sessionKey, kind }) => ports.allowedAt(sessionKey, kind, clock.now()),

    async send(notification) {
      const { id } = notification;
      const content = canonicalJson(notification);
      const hash = createHash("sha256").update(content).digest("base64url");
      const known = async (): Promise<NotificationState | null> => {
        const row = await db.get("select * from notification where id = ?", id);
        if (row && row.content_hash !== hash) throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this id was used for another message");
        return row ? read(row) : null;
      };
      const before = await known();
      if (before) return before;
      if (removeCardNumbers(`${notification.subject ?? ""}\n${notification.text}`).removed)
        throw new TravelAgentError("INVALID_REQUEST", "there is a card number in this message; take it out: card numbers are never sent");
      const refused = await refusal(notification);
      if (refused !== undefined) throw new TravelAgentError("POLICY_DENIED", `it is not sent: ${refused}`);
      const now = clock.now();
      const at = await ports.allowedAt(notification.sessionKey, notification.kind, now);
      await db.transaction(async (tx) => {
        const { changes } = await tx.run(
          `insert into notification (id, session_key, customer_id, channel, content_hash, content, status, send_at, created_at)
           values (?, ?, ?, ?, ?, ?, 'scheduled', ?, ?) on conflict (id) do nothing`,
          id,
          notification.sessionKey,
          notification.customerId,
          notification.to.channel,
          hash,
          content,
          at,
          now,
        );
        if (changes > 0) await work.submit({ name: workName, id: workId(id), input: { id } }, tx);
      });
      if (at <= now) await work.result(workId(id), settledWithinMs).catch(() => undefined);
      return (await known())!;
    },

    async resume() {
      for (const row of await db.all("select id from notification where status = 'scheduled' order by send_at"))
        await work.submit({ name: workName, id: workId(row.id as string), input: { id: row.id as string } });
    },
  };
}
