import { removeCardNumbers, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, type Row, type SqlValue, systemClock, type Tx } from "@travelagent/protocol/ports";
import { pageSize } from "../newest-first.ts";
import { once } from "../once.ts";
import { orderedIds } from "../ordered-id.ts";
import type { NewObligation, Obligation, Obligations, PromisedBy, PromiseStatus } from "./obligation.ts";

export interface ObligationsOptions {
  db: Database;
  clock?: Clock;
  /** How long before its time somebody is reminded; half of the time there is when that is shorter. Default an hour. */
  remindBeforeMs?: number;
}

const hourMs = 3_600_000;
/** Whoever wrote it: a card number is kept nowhere. */
const cardFree = (text: string | undefined): string | null => (text === undefined ? null : removeCardNumbers(text).text);
const iso = (ms: unknown): string => new Date(Number(ms)).toISOString();

/** What a promise becomes as a sentence of its own: its quote, or what was written down. */
const shortened = (text: string): string => (text.length > 500 ? `${Array.from(text).slice(0, 499).join("")}…` : text);

/** Promises on the tables of the CRM, which `databaseCrm` makes. */
export function createObligations({ db, clock = systemClock, remindBeforeMs = hourMs }: ObligationsOptions): Obligations {
  const newId = orderedIds();
  let changed: (obligation: Obligation) => void = () => undefined;

  const read = (row: Row): Obligation => ({
    id: row.id as string,
    ...(row.customer_id ? { customerId: row.customer_id as string } : {}),
    sessionKey: row.session_key as string,
    text: row.text as string,
    ...(row.quote ? { quote: row.quote as string } : {}),
    promisedBy: row.promised_by as PromisedBy,
    ...(row.actor ? { actor: row.actor as string } : {}),
    dueAt: iso(row.due_at),
    assumed: Number(row.assumed) === 1,
    status: row.status as PromiseStatus,
    overdue: row.status === "open" && Number(row.due_at) <= clock.now(),
    ...(row.source_message ? { sourceMessageId: row.source_message as string } : {}),
    ...(row.note ? { note: row.note as string } : {}),
    ...(row.settled_by ? { settledBy: row.settled_by as string } : {}),
    ...(row.settled_at === null ? {} : { settledAt: iso(row.settled_at) }),
    createdAt: iso(row.created_at),
    version: Number(row.version),
  });

  const need = async (tx: Pick<Tx, "get">, id: string): Promise<Obligation> => {
    const row = await tx.get("select * from crm_promise where id = ?", id);
    if (!row) throw new TravelAgentError("NOT_FOUND", "there is no such promise");
    return read(row);
  };

  const firstReminder = (dueAt: number, now: number): number => Math.max(now, dueAt - Math.min(remindBeforeMs, Math.max(0, (dueAt - now) / 2)));

  const insert = async (tx: Tx, promise: NewObligation & { source: string; messageId?: string; saidAt: number }): Promise<string | undefined> => {
    const now = clock.now();
    const id = newId("promise", now);
    const { changes } = await tx.run(
      `insert into crm_promise (id, customer_id, session_key, text, quote, promised_by, actor, due_at, assumed, status, source, source_message, source_run, note,
         next_reminder, created_at, updated_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, 1) on conflict (source) do nothing`,
      id,
      promise.customerId ?? null,
      promise.sessionKey,
      cardFree(promise.text),
      cardFree(promise.quote),
      promise.promisedBy,
      promise.actor ?? null,
      promise.dueAt,
      promise.assumed ? 1 : 0,
      promise.source,
      promise.messageId ?? null,
      promise.runId ?? null,
      cardFree(promise.note),
      Math.round(firstReminder(promise.dueAt, now)),
      promise.saidAt,
      now,
    );
    return changes > 0 ? id : undefined;
  };

  const told = <T extends Obligation | Obligation[]>(given: T): T => {
    for (const one of [given].flat()) changed(one);
    return given;
  };

  return {
    async add(promise, { idempotencyKey }) {
      const now = clock.now();
      if (!Number.isFinite(promise.dueAt)) throw new TravelAgentError("INVALID_REQUEST", "the time of a promise must be a time");
      const { customerId: _known, ...args } = promise;
      const { obligation, repeated } = await db.transaction(async (tx) => {
        const written = await once(tx, { operation: "promise", key: idempotencyKey, args, now }, async () => {
          // The key is unique to its promise, so the row is always new.
          const id = await insert(tx, { ...promise, source: `key:${idempotencyKey}`, saidAt: now });
          return id!;
        });
        return { obligation: await need(tx, written.id), repeated: written.repeated };
      });
      return repeated ? obligation : told(obligation);
    },

    async addFromMessage({ messageId, runId, sessionKey, customerId, promisedBy, actor, saidAt, promises }) {
      const added = await db.transaction(async (tx) => {
        const { changes } = await tx.run(
          "insert into crm_promise_seen (message_id, session_key, at) values (?, ?, ?) on conflict (message_id) do nothing",
          messageId,
          sessionKey,
          saidAt,
        );
        if (changes === 0) return [];
        const byTool = runId
          ? await tx.all("select * from crm_promise where source_run = ? and session_key = ? and source_message is null order by due_at, id", runId, sessionKey)
          : [];
        const made: Obligation[] = [];
        for (const [index, { quote, dueAt, assumed }] of promises.entries()) {
          // The tool has the better words; the sentence names its time, or none.
          const at = byTool.findIndex((row) => assumed || Math.abs(Number(row.due_at) - dueAt) < 24 * hourMs);
          const [known] = at < 0 ? [] : byTool.splice(at, 1);
          if (known) {
            await tx.run(
              "update crm_promise set quote = ?, source_message = ?, updated_at = ? where id = ?",
              quote,
              messageId,
              clock.now(),
              known.id as string,
            );
            continue;
          }
          const id = await insert(tx, {
            sessionKey,
            customerId,
            text: shortened(quote),
            quote,
            promisedBy,
            dueAt,
            assumed,
            source: `message:${messageId}:${index}`,
            messageId,
            saidAt,
            ...(actor === undefined ? {} : { actor }),
            ...(runId === undefined ? {} : { runId }),
          });
          if (id !== undefined) made.push(await need(tx, id));
        }
        return made;
      });
      return told(added);
    },

    async get(id) {
      const row = await db.get("select * from crm_promise where id = ?", id);
      return row ? read(row) : null;
    },

    async list({ customerId, sessionKey, status, overdue, cursor, ...page }) {
      const conditions: string[] = [];
      const values: SqlValue[] = [];
      const when = (sql: string, ...given: SqlValue[]) => {
        conditions.push(sql);
        values.push(...given);
      };
      if (customerId !== undefined) when("customer_id = ?", customerId);
      if (sessionKey !== undefined) when("session_key = ?", sessionKey);
      if (status !== undefined) when("status = ?", status);
      if (overdue) when("status = 'open' and due_at <= ?", clock.now());
      if (cursor !== undefined) {
        const [, at, id] = /^(\d+)\.(.+)$/.exec(cursor) ?? [];
        if (at === undefined || id === undefined) throw new TravelAgentError("INVALID_REQUEST", "this cursor is none of ours; start again without one");
        when("(due_at > ? or (due_at = ? and id > ?))", Number(at), Number(at), id);
      }
      const size = pageSize(page);
      const where = conditions.length > 0 ? `where ${conditions.join(" and ")}` : "";
      const rows = await db.all(`select * from crm_promise ${where} order by due_at, id limit ?`, ...values, size + 1);
      const last = rows.length > size ? rows[size - 1] : undefined;
      return { promises: rows.slice(0, size).map(read), ...(last ? { nextCursor: `${Number(last.due_at)}.${last.id as string}` } : {}) };
    },

    async openFor({ sessionKey, customerId }) {
      const rows = await db.all(
        `select * from crm_promise where status = 'open' and (customer_id = ? or (session_key = ? and customer_id is null)) order by due_at, id limit 20`,
        customerId ?? null,
        sessionKey,
      );
      return rows.map(read);
    },

    async update(id, { text, dueAt, note }, { expectedVersion } = {}) {
      const after = await db.transaction(async (tx) => {
        const before = await need(tx, id);
        if (expectedVersion !== undefined && expectedVersion !== before.version)
          throw new TravelAgentError("CONFLICT", "somebody changed this promise meanwhile; read it again", { details: { version: before.version } });
        if (before.status !== "open") throw new TravelAgentError("CONFLICT", `this promise is ${before.status}; settle it as open first`);
        const due = dueAt ?? Date.parse(before.dueAt);
        await tx.run(
          `update crm_promise set text = ?, due_at = ?, note = ?, assumed = ?, next_reminder = case when ? = 1 then ? else next_reminder end, updated_at = ?,
             version = version + 1 where id = ?`,
          cardFree(text) ?? before.text,
          due,
          cardFree(note) ?? before.note ?? null,
          dueAt === undefined && before.assumed ? 1 : 0,
          dueAt === undefined ? 0 : 1,
          Math.round(firstReminder(due, clock.now())),
          clock.now(),
          id,
        );
        return need(tx, id);
      });
      return told(after);
    },

    async settle(id, { status, by, note }) {
      const after = await db.transaction(async (tx) => {
        const before = await need(tx, id);
        if (before.status === status) return before;
        if (before.status !== "open" && status !== "open")
          throw new TravelAgentError("CONFLICT", `this promise is ${before.status} already; settle it as open first when that was wrong`);
        const now = clock.now();
        await tx.run(
          "update crm_promise set status = ?, settled_by = ?, settled_at = ?, note = coalesce(?, note), next_reminder = ?, updated_at = ?, version = version + 1 where id = ?",
          status,
          status === "open" ? null : by,
          status === "open" ? null : now,
          cardFree(note),
          status === "open" ? Math.round(firstReminder(Date.parse(before.dueAt), now)) : null,
          now,
          id,
        );
        return need(tx, id);
      });
      return told(after);
    },

    async reminders(limit) {
      const rows = await db.all(
        "select * from crm_promise where next_reminder is not null and next_reminder <= ? order by next_reminder, id limit ?",
        clock.now(),
        limit,
      );
      return rows.map((row) => {
        const obligation = read(row);
        return { obligation, phase: obligation.overdue ? "overdue" : "due" };
      });
    },

    async reminded({ obligation, phase }) {
      // Somebody may have settled it or moved its time since: then what comes next is theirs to say.
      await db.transaction((tx) =>
        tx.run(
          "update crm_promise set next_reminder = ? where id = ? and version = ? and next_reminder is not null",
          phase === "due" ? Date.parse(obligation.dueAt) : null,
          obligation.id,
          obligation.version,
        ),
      );
    },

    async nextReminder() {
      const row = await db.get<{ next: number | null }>("select min(next_reminder) as next from crm_promise where next_reminder is not null");
      return row?.next === null || row?.next === undefined ? undefined : Number(row.next);
    },

    onChange(listen) {
      changed = listen;
    },
  };
}
