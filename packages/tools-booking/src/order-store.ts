import { type BookingStatus, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Row, SqlValue, Tx } from "@travelagent/protocol/ports";
import { historyEntry } from "./history-entry.ts";
import { advance, isGone, type Order, type OrderEvent } from "./order.ts";

/** The durable work that has the order in hand; nobody else may start on it meanwhile. */
export interface OrderWork {
  name: string;
  id: string;
  input: unknown;
}

/** When an order is gone on with by itself. */
export interface Wake {
  at: number;
  /** Since when it is open. */
  since: number;
  /** How often it was gone on with since then. */
  count: number;
}

export interface StoredOrder {
  order: Order;
  work?: OrderWork;
  wake?: Wake;
  /** Counts the pieces of work so far; part of their ids and of the keys they use. */
  round: number;
  /** Changes with every write. */
  version: number;
  createdAt: number;
  updatedAt: number;
}

export interface HistoryRow {
  at: number;
  type: string;
  entry: Record<string, unknown>;
}

export interface OrderFilter {
  customerId?: string;
  status?: BookingStatus;
  /** Created at or after, milliseconds. */
  from?: number;
  /** Created before, milliseconds. */
  to?: number;
  /** Beginnings of words: reference, names, e-mail, locators. All must match. */
  query?: string;
  /** Only those that a person should look at: they wait for one, or a message to their customer does. */
  attention?: boolean;
  limit?: number;
  cursor?: string;
}

export interface OrderStore {
  /**
   * Stores a new order, unless one of the same request or a live one of the same attempt exists: then that one is returned.
   * Raises `CONFLICT` when only the reference is taken; draw another.
   */
  create(tx: Tx, order: Order, keys: { attempt: string; request: string }, work: OrderWork): Promise<{ stored: StoredOrder; created: boolean }>;
  get(id: string, tx?: Tx): Promise<StoredOrder | null>;
  byReference(reference: string): Promise<StoredOrder | null>;
  /** The live or finished order of the same offers for the same travellers; those that came to nothing are not found. */
  byAttempt(key: string): Promise<StoredOrder | null>;
  /** The order that this very request made, however it ended. */
  byRequest(key: string): Promise<StoredOrder | null>;
  /** Advances the order and writes its history. Events that change nothing write nothing. */
  apply(tx: Tx, id: string, events: readonly OrderEvent[]): Promise<StoredOrder>;
  /** Gives the order into the hands of the next work. False when another has it. */
  takeUp(tx: Tx, id: string, work: (round: number) => OrderWork): Promise<StoredOrder | false>;
  /** Marks a commit of a piece of work. False when it is marked: an engine whose memos commit apart may run it twice. */
  once(tx: Tx, workId: string, name: string): Promise<boolean>;
  /** The work is at its end. Without `wake` nothing more happens by itself. */
  release(tx: Tx, id: string, workId: string, wake?: Wake): Promise<void>;
  /** These are to be gone on with at `at`, if not sooner. */
  wakeUp(tx: Tx, ids: readonly string[], at: number): Promise<void>;
  /** Those whose time has come and that no work has in hand, the longest overdue first. */
  due(now: number): Promise<StoredOrder[]>;
  /** The earliest time at which one of them is due. */
  nextWake(): Promise<number | undefined>;
  /** Newest first. */
  list(filter: OrderFilter): Promise<{ orders: StoredOrder[]; nextCursor?: string }>;
  /** Orders that some work has in hand, and those in doubt that none has. */
  unfinished(): Promise<StoredOrder[]>;
  history(id: string): Promise<HistoryRow[]>;
}

const read = (row: Row): StoredOrder => ({
  order: JSON.parse(row.document as string) as Order,
  ...(row.work === null ? {} : { work: JSON.parse(row.work as string) as OrderWork }),
  ...(row.wake_at === null && row.wake_since === null
    ? {}
    : { wake: { at: Number(row.wake_at ?? 0), since: Number(row.wake_since ?? row.wake_at), count: Number(row.wake_count) } }),
  round: Number(row.round),
  version: Number(row.version),
  createdAt: Number(row.created_at),
  updatedAt: Number(row.updated_at),
});

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .split(/[^\p{L}\p{N}@._+-]+/u)
    .filter(Boolean);

const orderWords = (order: Order): Set<string> =>
  new Set(
    wordsOf(
      [
        order.reference,
        order.contact.email,
        ...order.travellers.flatMap((t) => [t.givenName, t.familyName]),
        ...order.items.flatMap((item) => item.locators),
      ].join(" "),
    ),
  );

/** The first text after every one that begins with `prefix`. */
const after = (prefix: string): string => `${prefix}\u{10ffff}`;

const encodeCursor = (stored: StoredOrder): string => Buffer.from(`${stored.createdAt} ${stored.order.id}`).toString("base64url");
function decodeCursor(cursor: string): [number, string] {
  const match = /^(\d+) (\S+)$/.exec(Buffer.from(cursor, "base64url").toString());
  if (!match) throw new TravelAgentError("INVALID_REQUEST", "this cursor is not one of ours; start again without it");
  return [Number(match[1]), match[2]!];
}

function conditions(filter: OrderFilter): { where: string; params: SqlValue[] } {
  const parts: string[] = [];
  const params: SqlValue[] = [];
  const add = (part: string, ...values: SqlValue[]) => {
    parts.push(part);
    params.push(...values);
  };
  if (filter.customerId !== undefined) add("customer_id = ?", filter.customerId);
  if (filter.status !== undefined) add("status = ?", filter.status);
  if (filter.attention) add("(status = 'needs-human' or id in (select order_id from booking_notice where state = 'draft'))");
  if (filter.from !== undefined) add("created_at >= ?", filter.from);
  if (filter.to !== undefined) add("created_at < ?", filter.to);
  for (const word of wordsOf(filter.query ?? "").slice(0, 5)) add("id in (select order_id from booking_word where word >= ? and word < ?)", word, after(word));
  if (filter.cursor !== undefined) add("(created_at, id) < (?, ?)", ...decodeCursor(filter.cursor));
  return { where: parts.length === 0 ? "" : `where ${parts.join(" and ")}`, params };
}

export function createOrderStore(db: Database, clock: Clock): OrderStore {
  const keepWords = async (tx: Tx, order: Order) => {
    for (const word of orderWords(order)) await tx.run("insert into booking_word (word, order_id) values (?, ?) on conflict do nothing", word, order.id);
  };
  const keepHistory = (tx: Tx, id: string, seq: number, at: number, type: string, entry: Record<string, unknown>) =>
    tx.run(
      "insert into booking_history (order_id, seq, at, type, entry) values (?, ?, ?, ?, ?) on conflict do nothing",
      id,
      seq,
      at,
      type,
      JSON.stringify(entry),
    );

  async function get(id: string, reader: Pick<Tx, "get"> = db): Promise<StoredOrder | null> {
    const row = await reader.get("select * from booking_order where id = ?", id);
    return row ? read(row) : null;
  }
  async function mustGet(tx: Tx, id: string): Promise<StoredOrder> {
    const stored = await get(id, tx);
    if (!stored) throw new TravelAgentError("NOT_FOUND", `there is no booking ${id}`);
    return stored;
  }
  const first = async (sql: string, value: string, reader: Pick<Tx, "get"> = db): Promise<StoredOrder | null> => {
    const row = await reader.get(sql, value);
    return row ? read(row) : null;
  };

  return {
    async create(tx, order, keys, work) {
      const now = clock.now();
      const existing =
        (await first("select * from booking_order where request_key = ?", keys.request, tx)) ??
        (await first("select * from booking_order where attempt_key = ?", keys.attempt, tx));
      if (existing) return { stored: existing, created: false };
      const { changes } = await tx.run(
        `insert into booking_order (id, reference, customer_id, session_key, status, attempt_key, request_key, work, document, round, version, created_at, updated_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1, ?, ?) on conflict do nothing`,
        order.id,
        order.reference,
        order.customerId,
        order.sessionKey,
        order.status,
        keys.attempt,
        keys.request,
        JSON.stringify(work),
        JSON.stringify(order),
        now,
        now,
      );
      if (changes === 0) throw new TravelAgentError("CONFLICT", "another booking was made at the same moment; try again");
      await keepWords(tx, order);
      await keepHistory(tx, order.id, 1, now, "created", { status: order.status, total: order.maxTotal });
      return { stored: { order, work, round: 1, version: 1, createdAt: now, updatedAt: now }, created: true };
    },

    get,
    byReference: (reference) => first("select * from booking_order where reference = ?", reference),
    byAttempt: (key) => first("select * from booking_order where attempt_key = ?", key),
    byRequest: (key) => first("select * from booking_order where request_key = ?", key),

    async apply(tx, id, events) {
      const stored = await mustGet(tx, id);
      const changes: { event: OrderEvent; after: Order }[] = [];
      let order = stored.order;
      for (const event of events) {
        const next = advance(order, event);
        if (next !== order) changes.push({ event, after: next });
        order = next;
      }
      if (changes.length === 0) return stored;
      const now = clock.now();
      const version = stored.version + 1;
      // A trip of which nothing is left may be bought again; until then the unique attempt key stands in the way.
      const over = order.items.every(isGone) && order.attention === undefined && !order.paymentInDoubt;
      const { changes: written } = await tx.run(
        `update booking_order set status = ?, document = ?, version = ?, updated_at = ?${over ? ", attempt_key = null" : ""} where id = ? and version = ?`,
        order.status,
        JSON.stringify(order),
        version,
        now,
        id,
        stored.version,
      );
      if (written === 0) throw new TravelAgentError("STORAGE_BUSY", "this booking was written at the same moment; try again");
      for (const [index, { event, after: state }] of changes.entries()) {
        await keepHistory(tx, id, version * 100 + index, now, event.type, { ...historyEntry(event), status: state.status });
      }
      if (events.some((event) => event.type === "outcome")) await keepWords(tx, order);
      return { ...stored, order, version, updatedAt: now };
    },

    async takeUp(tx, id, next) {
      const stored = await mustGet(tx, id);
      if (stored.work) return false;
      const round = stored.round + 1;
      const work = next(round);
      const { changes } = await tx.run(
        "update booking_order set work = ?, round = ?, wake_at = null, version = version + 1 where id = ? and version = ? and work is null",
        JSON.stringify(work),
        round,
        id,
        stored.version,
      );
      return changes === 0 ? false : { ...stored, work, round, version: stored.version + 1 };
    },

    async once(tx, workId, name) {
      const { changes } = await tx.run("insert into booking_step (work_id, name) values (?, ?) on conflict do nothing", workId, name);
      return changes > 0;
    },

    async release(tx, id, workId, wake) {
      const stored = await mustGet(tx, id);
      await tx.run("delete from booking_step where work_id = ?", workId);
      if (stored.work?.id !== workId) return;
      await tx.run(
        "update booking_order set work = null, wake_at = ?, wake_since = ?, wake_count = ?, version = version + 1 where id = ?",
        wake?.at ?? null,
        wake?.since ?? null,
        wake?.count ?? 0,
        id,
      );
    },

    async wakeUp(tx, ids, at) {
      for (const id of ids)
        await tx.run(
          "update booking_order set wake_at = ?, wake_since = coalesce(wake_since, ?) where id = ? and (wake_at is null or wake_at > ?)",
          at,
          at,
          id,
          at,
        );
    },

    async due(now) {
      return (await db.all("select * from booking_order where wake_at <= ? and work is null order by wake_at limit 100", now)).map(read);
    },

    async nextWake() {
      const row = await db.get("select min(wake_at) as at from booking_order where wake_at is not null and work is null");
      return row?.at === null || row?.at === undefined ? undefined : Number(row.at);
    },

    async list(filter) {
      const limit = filter.limit ?? 50;
      const { where, params } = conditions(filter);
      const rows = await db.all(`select * from booking_order ${where} order by created_at desc, id desc limit ${limit + 1}`, ...params);
      const orders = rows.slice(0, limit).map(read);
      return rows.length > limit ? { orders, nextCursor: encodeCursor(orders.at(-1)!) } : { orders };
    },

    async unfinished() {
      const rows = await db.all(
        "select * from booking_order where work is not null union all select * from booking_order where status = 'unknown' and work is null",
      );
      return rows.map(read);
    },

    async history(id) {
      const rows = await db.all("select at, type, entry from booking_history where order_id = ? order by seq", id);
      return rows.map((row) => ({ at: Number(row.at), type: row.type as string, entry: JSON.parse(row.entry as string) as Record<string, unknown> }));
    },
  };
}
