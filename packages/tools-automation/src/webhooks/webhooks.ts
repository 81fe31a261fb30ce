import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { parseTarget } from "../web/guard/target.ts";
import type { Post } from "./post.ts";
import { newWebhookSecret, webhookHeaders } from "./signature.ts";
import { readDelivery, readSubscription, type WebhookDelivery, type WebhookEvent, type WebhookSubscription, webhookMigrations } from "./webhook-store.ts";

/** Where secrets are kept: encrypted, never in the database. */
export interface WebhookSecrets {
  /** Empty where there is none. */
  get(id: string): Promise<readonly StoredSecret[]>;
  set(id: string, secrets: readonly StoredSecret[]): Promise<void>;
  remove(id: string): Promise<void>;
}
export interface StoredSecret {
  secret: string;
  /** Milliseconds: from then on it does not sign any more. */
  until?: number;
}

export interface WebhooksOptions {
  db: Database;
  secrets: WebhookSecrets;
  post: Post;
  clock?: Clock;
  log?: Logger;
  /** Between 0 and 1, so that what failed together is not tried again together. */
  random?: () => number;
  /** Plain http, for private hosts that the configuration opens. */
  allowHttp?(url: URL): boolean;
  /** Most deliveries that wait for one receiver. Default 10,000; what is more is a dead letter at once. */
  maxWaiting?: number;
}

export interface Webhooks {
  migrate(): Promise<void>;
  /** Takes up what waits. */
  start(): void;
  /** What is being posted gets its answer. */
  stop(): Promise<void>;
  /** The secret is told once. Raises `INVALID_REQUEST` for an address that is none, or not https. */
  add(subscription: {
    url: string;
    events: readonly WebhookEvent[];
    description?: string;
    by: string;
    id?: string;
  }): Promise<{ subscription: WebhookSubscription; secret: string }>;
  list(): Promise<WebhookSubscription[]>;
  /** With everything that waits for it. Raises `NOT_FOUND`. */
  remove(id: string): Promise<void>;
  /** A new secret, told once; the old one signs too for a day. One that was disabled is on again. Raises `NOT_FOUND`. */
  rotate(id: string): Promise<{ secret: string }>;
  /** Everybody who asked for this event is told, once for each `dedupe`. Durable when it resolves. */
  emit(event: WebhookEvent, data: Readonly<Record<string, unknown>>, dedupe: string): Promise<void>;
  /** One of them is told something. The same `id` again is told once. Raises `NOT_FOUND`, and `CONFLICT` where it is disabled. */
  call(subscriptionId: string, event: string, data: Readonly<Record<string, unknown>>, id: string): Promise<{ deliveryId: string }>;
  /** Newest first. */
  deliveries(filter: { status?: WebhookDelivery["status"]; subscriptionId?: string; limit?: number }): Promise<WebhookDelivery[]>;
  /** Dead letters go back to the queue: one, or all of a receiver. Resolves with how many. Raises `NOT_FOUND` for one that is none. */
  redrive(which: { id: string } | { subscriptionId: string }): Promise<number>;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** As Standard Webhooks recommends: for about three days. */
const pauses = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];
const longestPauseMs = 24 * hour;
const keepDeliveredMs = 7 * 24 * hour;
const keepDeadMs = 30 * 24 * hour;
const oldSecretMs = 24 * hour;
const maxSubscriptions = 50;
const sweepEvery = 500;

export function createWebhooks({
  db,
  secrets,
  post,
  clock = systemClock,
  log = silentLogger,
  random = Math.random,
  allowHttp = () => false,
  maxWaiting = 10_000,
}: WebhooksOptions): Webhooks {
  const running = new Map<string, Promise<void>>();
  const alarm: { cancel?: () => void } = {};
  let open = false;
  let emitted = 0;

  const mustFind = async (id: string): Promise<WebhookSubscription> => {
    const row = await db.get("select * from webhook_subscription where id = ?", id);
    if (!row) throw new TravelAgentError("NOT_FOUND", `there is no webhook ${id}`);
    return readSubscription(row);
  };

  const insert = (subscriptionId: string, event: string, data: Readonly<Record<string, unknown>>, dedupe: string): Promise<void> =>
    db.transaction(async (tx) => {
      const now = clock.now();
      const waiting = Number((await tx.get("select count(*) as n from webhook_delivery where subscription_id = ? and status = 'pending'", subscriptionId))?.n);
      const full = waiting >= maxWaiting;
      await tx.run(
        `insert into webhook_delivery (id, subscription_id, event, dedupe, body, status, attempts, reason, created_at, next_at)
         values (?, ?, ?, ?, ?, ?, 0, ?, ?, ?) on conflict (subscription_id, dedupe) do nothing`,
        `msg_${randomUUID().replaceAll("-", "")}`,
        subscriptionId,
        event,
        dedupe,
        JSON.stringify({ type: event, timestamp: new Date(now).toISOString(), data }),
        full ? "dead" : "pending",
        full ? `${maxWaiting} deliveries wait for it already` : null,
        now,
        now,
      );
    });

  const sweep = (): Promise<unknown> =>
    db.transaction(async (tx) => {
      await tx.run("delete from webhook_delivery where status = 'delivered' and created_at < ?", clock.now() - keepDeliveredMs);
      await tx.run("delete from webhook_delivery where status = 'dead' and created_at < ?", clock.now() - keepDeadMs);
    });

  async function attempt(row: { id: string; url: string; subscriptionId: string; body: string; attempts: number }): Promise<void> {
    const now = clock.now();
    const keys = (await secrets.get(row.subscriptionId)).filter(({ until }) => until === undefined || until > now).map(({ secret }) => secret);
    const body = Buffer.from(row.body);
    let reason: string;
    let retryAfterMs = 0;
    let final = false;
    let gone = false;
    if (keys.length === 0) {
      reason = "its secret is not there; rotate it";
      final = true;
    } else {
      try {
        const { status, retryAfter } = await post(row.url, webhookHeaders(keys, row.id, now, body), body);
        if (status >= 200 && status < 300) {
          await db.transaction((tx) => tx.run("update webhook_delivery set status = 'delivered', attempts = attempts + 1, reason = null where id = ?", row.id));
          return;
        }
        reason = `it answered ${status}`;
        gone = status === 410;
        if (retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter)) retryAfterMs = Number(retryAfter) * second;
      } catch (error) {
        const { code, message } = TravelAgentError.from(error);
        reason = message;
        // An address that leads into a private network is not tried on and on.
        final = code === "FORBIDDEN" || code === "INVALID_REQUEST";
      }
    }
    const pause = pauses[row.attempts];
    const dead = final || gone || pause === undefined;
    const wait = Math.min(longestPauseMs, Math.max(retryAfterMs, (pause ?? 0) * (0.9 + random() * 0.2)));
    await db.transaction(async (tx) => {
      await tx.run(
        "update webhook_delivery set status = ?, attempts = attempts + 1, reason = ?, next_at = ? where id = ?",
        dead ? "dead" : "pending",
        reason,
        Math.round(clock.now() + wait),
        row.id,
      );
      if (gone) await tx.run("update webhook_subscription set disabled = ? where id = ?", "it answered 410: nobody wants it any more", row.subscriptionId);
    });
    if (dead) log.warn("a webhook could not be delivered and is a dead letter", { deliveryId: row.id, webhook: row.subscriptionId, reason });
  }

  async function drain(subscriptionId: string): Promise<void> {
    while (open) {
      const row = await db.get(
        `select d.id, d.body, d.attempts, s.url from webhook_delivery d join webhook_subscription s on s.id = d.subscription_id
         where d.subscription_id = ? and d.status = 'pending' and d.next_at <= ? and s.disabled is null order by d.next_at, d.id limit 1`,
        subscriptionId,
        clock.now(),
      );
      if (!row) return;
      await attempt({ id: row.id as string, url: row.url as string, body: row.body as string, attempts: Number(row.attempts), subscriptionId });
    }
  }

  /** Receivers beside each other: one that hangs holds up no other. */
  async function pump(): Promise<void> {
    if (!open) return;
    alarm.cancel?.();
    const rows = await db.all(
      `select d.subscription_id as id, min(d.next_at) as next from webhook_delivery d join webhook_subscription s on s.id = d.subscription_id
       where d.status = 'pending' and s.disabled is null group by d.subscription_id`,
    );
    let next = Number.POSITIVE_INFINITY;
    for (const row of rows) {
      const id = row.id as string;
      if (running.has(id)) continue;
      if (Number(row.next) > clock.now()) {
        next = Math.min(next, Number(row.next));
        continue;
      }
      const run = drain(id)
        .catch((error: unknown) => log.error("deliveries of webhooks wait", { webhook: id, code: TravelAgentError.from(error).code }))
        .finally(() => {
          running.delete(id);
          kick();
        });
      running.set(id, run);
    }
    if (open && next < Number.POSITIVE_INFINITY) {
      alarm.cancel?.();
      alarm.cancel = clock.after(Math.max(50, next - clock.now()), kick);
    }
  }
  const kick = (): void => {
    void pump().catch((error: unknown) => {
      log.error("deliveries of webhooks wait", { code: TravelAgentError.from(error).code });
      if (open) alarm.cancel = clock.after(5 * second, kick);
    });
  };

  return {
    migrate: () => db.migrate("webhooks-out", webhookMigrations),
    start() {
      open = true;
      void sweep().catch(() => undefined);
      kick();
    },
    async stop() {
      open = false;
      alarm.cancel?.();
      await Promise.allSettled(running.values());
    },

    async add({ url, events, description, by, id = `wh_${randomUUID().replaceAll("-", "").slice(0, 16)}` }) {
      const target = parseTarget(url);
      if (target.url.protocol !== "https:" && !allowHttp(target.url))
        throw new TravelAgentError("INVALID_REQUEST", "a webhook is sent over https only: what it says would be read on the way");
      const secret = newWebhookSecret();
      const before = await db.get("select * from webhook_subscription where id = ?", id);
      if (before) {
        if (before.url !== target.url.href) throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this id belongs to another webhook");
        const [known] = await secrets.get(id);
        if (known) return { subscription: readSubscription(before), secret: known.secret };
      }
      const many = Number((await db.get("select count(*) as n from webhook_subscription"))?.n);
      if (many >= maxSubscriptions) throw new TravelAgentError("CONFLICT", `there are ${maxSubscriptions} webhooks; remove one first`);
      await secrets.set(id, [{ secret }]);
      await db.transaction((tx) =>
        tx.run(
          "insert into webhook_subscription (id, url, events, description, created_by, created_at) values (?, ?, ?, ?, ?, ?) on conflict (id) do nothing",
          id,
          target.url.href,
          JSON.stringify([...new Set(events)]),
          description ?? null,
          by,
          clock.now(),
        ),
      );
      return { subscription: await mustFind(id), secret };
    },
    list: async () => (await db.all("select * from webhook_subscription order by created_at, id")).map(readSubscription),
    async remove(id) {
      await mustFind(id);
      await db.transaction(async (tx) => {
        await tx.run("delete from webhook_delivery where subscription_id = ?", id);
        await tx.run("delete from webhook_subscription where id = ?", id);
      });
      await secrets.remove(id);
    },
    async rotate(id) {
      await mustFind(id);
      const now = clock.now();
      const kept = (await secrets.get(id)).filter(({ until }) => until === undefined || until > now).slice(0, 1);
      const secret = newWebhookSecret();
      await secrets.set(id, [{ secret }, ...kept.map((one) => ({ secret: one.secret, until: now + oldSecretMs }))]);
      await db.transaction((tx) => tx.run("update webhook_subscription set disabled = null where id = ?", id));
      kick();
      return { secret };
    },

    async emit(event, data, dedupe) {
      const rows = await db.all("select * from webhook_subscription where disabled is null");
      const wanted = rows.map(readSubscription).filter(({ events }) => events.includes(event));
      for (const { id } of wanted) await insert(id, event, data, `${event}:${dedupe}`);
      if (wanted.length > 0) kick();
      emitted += wanted.length;
      if (emitted >= sweepEvery) {
        emitted = 0;
        await sweep();
      }
    },
    async call(subscriptionId, event, data, id) {
      const subscription = await mustFind(subscriptionId);
      if (subscription.disabled !== undefined) throw new TravelAgentError("CONFLICT", `this webhook is off: ${subscription.disabled}`);
      await insert(subscriptionId, event, data, `call:${id}`);
      kick();
      const row = await db.get("select id from webhook_delivery where subscription_id = ? and dedupe = ?", subscriptionId, `call:${id}`);
      return { deliveryId: row?.id as string };
    },
    async deliveries({ status, subscriptionId, limit = 50 }) {
      const rows = await db.all(
        "select * from webhook_delivery where (? = '' or status = ?) and (? = '' or subscription_id = ?) order by created_at desc, id limit ?",
        status ?? "",
        status ?? "",
        subscriptionId ?? "",
        subscriptionId ?? "",
        limit,
      );
      return rows.map(readDelivery);
    },
    async redrive(which) {
      const { changes } = await db.transaction((tx) =>
        tx.run(
          `update webhook_delivery set status = 'pending', attempts = 0, reason = null, next_at = ? where status = 'dead' and ${"id" in which ? "id" : "subscription_id"} = ?`,
          clock.now(),
          "id" in which ? which.id : which.subscriptionId,
        ),
      );
      if (changes === 0 && "id" in which) throw new TravelAgentError("NOT_FOUND", `there is no dead letter ${which.id}`);
      kick();
      return changes;
    },
  };
}
