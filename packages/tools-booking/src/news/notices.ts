import type { Money } from "@travelagent/protocol";
import type { Database, Row, Tx } from "@travelagent/protocol/ports";
import type { SupplierOrder } from "../supplier.ts";
import type { ScheduleChange } from "./journey-changes.ts";

/** What a customer is to hear of. */
export type NoticeFacts =
  | { kind: "schedule"; change: ScheduleChange /** Why a person has to look at the booking, where one has to. */; attention?: string }
  | { kind: "schedule-restored" }
  | { kind: "cancelled"; refund?: Money }
  | { kind: "ticketed"; documents: SupplierOrder["documents"] };

/** `new`: nobody put it into words yet. `draft`: a person has to approve the words. `ready`: they go out. */
export type NoticeState = "new" | "draft" | "ready" | "told" | "superseded" | "failed";

export interface Notice {
  id: string;
  orderId: string;
  item: number;
  facts: NoticeFacts;
  state: NoticeState;
  text?: string;
  approvedBy?: string;
  tries: number;
  createdAt: number;
}

export interface DueNotice extends Notice {
  nextAt: number;
}

/** Words for customers: kept with what caused them, told once, and where it matters only after a person approved them. */
export interface Notices {
  /** With the commit that it tells of. Earlier ones of the same item that nobody has heard are superseded. */
  add(tx: Tx, notice: Pick<Notice, "id" | "orderId" | "item" | "facts">, now: number): Promise<void>;
  due(now: number): Promise<DueNotice[]>;
  /** Takes one in hand until `until`. False when somebody else has it. */
  claim(notice: DueNotice, until: number): Promise<boolean>;
  /** Waits for a person from now on, unless it is superseded. */
  draft(id: string, text: string): Promise<void>;
  /** False when it is no draft any more. */
  approve(tx: Tx, id: string, text: string | undefined, by: string, now: number): Promise<boolean>;
  end(id: string, state: "told" | "failed", text: string): Promise<void>;
  later(id: string, at: number): Promise<void>;
  get(id: string): Promise<Notice | null>;
  /** The oldest first. */
  ofOrder(orderId: string): Promise<Notice[]>;
  nextAt(): Promise<number | undefined>;
}

const read = (row: Row): DueNotice => ({
  id: row.id as string,
  orderId: row.order_id as string,
  item: Number(row.item),
  facts: JSON.parse(row.facts as string) as NoticeFacts,
  state: row.state as NoticeState,
  ...(row.message === null ? {} : { text: row.message as string }),
  ...(row.approved_by === null ? {} : { approvedBy: row.approved_by as string }),
  tries: Number(row.tries),
  createdAt: Number(row.created_at),
  nextAt: Number(row.next_at),
});

const plain = ({ nextAt: _, ...notice }: DueNotice): Notice => notice;

export const createNotices = (db: Database): Notices => ({
  async add(tx, { id, orderId, item, facts }, now) {
    const { changes } = await tx.run(
      `insert into booking_notice (id, order_id, item, kind, facts, state, next_at, created_at) values (?, ?, ?, ?, ?, 'new', ?, ?) on conflict (id) do nothing`,
      id,
      orderId,
      item,
      facts.kind,
      JSON.stringify(facts),
      now,
      now,
    );
    if (changes > 0 && facts.kind !== "ticketed")
      await tx.run(
        `update booking_notice set state = 'superseded', next_at = null
         where order_id = ? and item = ? and id <> ? and kind <> 'ticketed' and state in ('new', 'draft', 'ready')`,
        orderId,
        item,
        id,
      );
  },

  due: async (now) => (await db.all("select * from booking_notice where next_at <= ? order by created_at limit 50", now)).map(read),

  claim: ({ id, nextAt }, until) =>
    db.transaction(
      async (tx) => (await tx.run("update booking_notice set next_at = ?, tries = tries + 1 where id = ? and next_at = ?", until, id, nextAt)).changes > 0,
    ),

  async draft(id, text) {
    await db.transaction(
      async (tx) =>
        void (await tx.run("update booking_notice set state = 'draft', message = ?, next_at = null, tries = 0 where id = ? and state = 'new'", text, id)),
    );
  },

  async approve(tx, id, text, by, now) {
    const { changes } = await tx.run(
      "update booking_notice set state = 'ready', message = coalesce(?, message), approved_by = ?, next_at = ? where id = ? and state = 'draft'",
      text ?? null,
      by,
      now,
      id,
    );
    return changes > 0;
  },

  async end(id, state, text) {
    await db.transaction(
      async (tx) =>
        void (await tx.run("update booking_notice set state = ?, message = ?, next_at = null where id = ? and state in ('new', 'ready')", state, text, id)),
    );
  },

  async later(id, at) {
    await db.transaction(async (tx) => void (await tx.run("update booking_notice set next_at = ? where id = ? and next_at is not null", at, id)));
  },

  async get(id) {
    const row = await db.get("select * from booking_notice where id = ?", id);
    return row ? plain(read(row)) : null;
  },

  ofOrder: async (orderId) => (await db.all("select * from booking_notice where order_id = ? order by created_at, id", orderId)).map((row) => plain(read(row))),

  async nextAt() {
    const row = await db.get("select min(next_at) as at from booking_notice where next_at is not null");
    return row?.at === null || row?.at === undefined ? undefined : Number(row.at);
  },
});
