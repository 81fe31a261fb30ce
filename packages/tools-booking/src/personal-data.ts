import type { DataSubject, LegalHold, PersonalDataStore, PersonalTable } from "@travelagent/protocol/personal-data";
import { personalRows } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";
import type { Order } from "./order.ts";
import type { IssuedInvoice } from "./papers/invoices.ts";

/** How long records of money are kept by law. */
export interface BookkeepingTerm {
  /** The rule, such as `tax: invoices (DE, UStG § 14b)`. */
  basis: string;
  /** Milliseconds: when a paper of this time may go. */
  until(issuedAt: number): number;
}

export interface BookingPersonalDataOptions {
  db: Database;
  keepInvoices(): BookkeepingTerm;
}

const history: PersonalTable = {
  table: "booking_history",
  key: ["order_id", "seq"],
  title: "What happened with your bookings",
  booking: "order_id",
  json: ["entry"],
  erase: "delete",
};

const tables: readonly PersonalTable[] = [
  { table: "paper_link", key: ["token_hash"], mentions: ["link"], erase: "delete" },
  { table: "booking_word", key: ["word", "order_id"], booking: "order_id", erase: "delete" },
  { table: "booking_step", key: ["work_id", "name"], mentions: ["work_id"], erase: "delete" },
  {
    table: "booking_notice",
    key: ["id"],
    title: "News of suppliers about your bookings",
    booking: "order_id",
    json: ["facts"],
    hidden: ["tries", "next_at"],
    erase: "delete",
  },
  { table: "booking_news", key: ["supplier", "event_id"], booking: "order_id", erase: "delete" },
  { table: "booking_supplied", key: ["order_id", "item"], booking: "order_id", erase: "delete" },
  history,
  {
    table: "booking_proposal",
    key: ["id"],
    title: "Quotes we made for you",
    customer: "customer_id",
    session: "session_key",
    json: ["document"],
    hidden: ["token_hash"],
    erase: "delete",
  },
  {
    table: "booking_offer",
    key: ["id"],
    title: "Travel we found for you",
    customer: "customer_id",
    session: "session_key",
    json: ["offer"],
    hidden: ["budget"],
    erase: "delete",
  },
  {
    table: "booking_order",
    key: ["id"],
    title: "Your bookings",
    customer: "customer_id",
    booking: "id",
    json: ["document"],
    hidden: ["attempt_key", "request_key", "work", "round", "wake_at", "wake_since", "wake_count"],
    erase: "delete",
  },
];

/** Kept by law until the term is over, and told. */
const money: readonly PersonalTable[] = [
  {
    table: "booking_payment",
    key: ["key"],
    title: "Your payments",
    booking: "order_id",
    hidden: ["heard", "seen", "asked_at"],
    erase: "delete",
  },
  { table: "booking_ledger", key: ["id", "account"], title: "What your bookings came to in our books", booking: "order_id", erase: "delete" },
  { table: "booking_invoice", key: ["number"], title: "Your invoices", booking: "order_id", json: ["document"], erase: "delete" },
];

/** What an erasure needs to know of orders before they go. */
export async function ordersOf(db: Database, { bookingIds, customerIds }: Pick<DataSubject, "bookingIds" | "customerIds">): Promise<Order[]> {
  const found = new Map<string, Order>();
  for (const [column, ids] of [
    ["id", bookingIds],
    ["customer_id", customerIds],
  ] as const)
    for (const id of ids)
      for (const row of await db.all<{ document: string }>(`select document from booking_order where ${column} = ? order by created_at, id`, id)) {
        const order = JSON.parse(row.document) as Order;
        found.set(order.id, order);
      }
  return [...found.values()];
}

/** By what suppliers know the orders: references, locators and our keys. */
export const supplierReferences = (orders: readonly Order[]): string[] => [
  ...new Set(
    orders.flatMap(({ items }) => items.flatMap(({ supplierReference, locators }) => [...(supplierReference ? [supplierReference] : []), ...locators])),
  ),
];

const plain = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, " ")
    .trim();

/** Of a booking for several only who is this person: those travelling with them are people of their own. */
function namesIn(order: Order, known: readonly string[]): string[] {
  const names = new Set(known.map(plain));
  const own =
    order.travellers.length === 1 ? order.travellers : order.travellers.filter(({ givenName, familyName }) => names.has(plain(`${givenName} ${familyName}`)));
  return own.map(({ givenName, familyName }) => `${givenName} ${familyName}`);
}

/**
 * Bookings, offers, quotes and papers. Invoices, payments and lines of the ledger are kept for as long as a law asks for them, and
 * are told; an invoice whose term is over goes. What carries no name stays with the invoice it belongs to.
 */
export function bookingPersonalData({ db, keepInvoices }: BookingPersonalDataOptions): PersonalDataStore {
  const rows = personalRows({ name: "bookings", db, tables });
  const kept = personalRows({ name: "bookings", db, tables: money });

  /** Every record of money of these bookings, with the end of its term. */
  async function recordsOf(bookingIds: readonly string[]): Promise<LegalHold[]> {
    const { basis, until } = keepInvoices();
    const held: LegalHold[] = [];
    const hold = (what: string, at: number, where: string) => held.push({ what, basis, until: new Date(until(at)).toISOString(), where });
    for (const id of bookingIds) {
      for (const { number, document } of await db.all<{ number: string; document: string }>(
        "select number, document from booking_invoice where order_id = ? order by year, seq",
        id,
      ))
        hold(`invoice ${number}`, Date.parse((JSON.parse(document) as IssuedInvoice).issuedAt), `booking_invoice/${number}`);
      for (const { id: line, account, at } of await db.all<{ id: string; account: string; at: number }>(
        "select id, account, at from booking_ledger where order_id = ? order by at, id, account",
        id,
      ))
        hold("a line of the ledger", Number(at), `booking_ledger/${line}/${account}`);
      for (const { key, created_at } of await db.all<{ key: string; created_at: number }>(
        "select key, created_at from booking_payment where order_id = ? order by created_at, key",
        id,
      ))
        hold("a payment", Number(created_at), `booking_payment/${key}`);
    }
    return held;
  }

  return {
    ...rows,
    covers: { tables: [...tables, ...money].map(({ table }) => table).concat("supplier_memory") },

    async discover(subject) {
      const orders = await ordersOf(db, subject);
      return {
        bookingIds: orders.map(({ id }) => id),
        identifiers: orders.flatMap((order) => [
          ...namesIn(order, subject.identifiers),
          order.contact.email,
          ...(order.contact.phone === undefined ? [] : [order.contact.phone]),
        ]),
      };
    },

    async *export(subject, signal) {
      yield* rows.export(subject, signal);
      yield* kept.export(subject, signal);
    },

    async erase(subject, request) {
      let removed = 0;
      const orders = await ordersOf(db, subject);
      // What adapters remember of an order is found by the supplier's reference, which goes with the order.
      for (const text of [...subject.bookingIds, ...supplierReferences(orders)])
        removed += await db.transaction(
          async (tx) =>
            (
              await tx.run(
                "delete from supplier_memory where key like ? escape '\\' or value like ? escape '\\'",
                ...[1, 2].map(() => `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`),
              )
            ).changes,
        );
      const held = await recordsOf(subject.bookingIds);
      const over = held.filter(({ until }) => Date.parse(until) <= request.now);
      for (const { where } of over) {
        const [table, ...key] = where.split("/");
        removed += await db.transaction(async (tx) => {
          if (table === "booking_invoice") return (await tx.run("delete from booking_invoice where number = ?", key.join("/"))).changes;
          if (table === "booking_payment") return (await tx.run("delete from booking_payment where key = ?", key.join("/"))).changes;
          return (await tx.run("delete from booking_ledger where id = ? and account = ?", key.slice(0, -1).join("/"), key.at(-1)!)).changes;
        });
      }
      await db.transaction(async (tx) => {
        for (const id of subject.bookingIds) await tx.run("update booking_payment set pay_url = null where order_id = ? and pay_url is not null", id);
      });
      removed += (await rows.erase(subject, request)).removed;
      return { removed, held: held.filter((hold) => !over.includes(hold)) };
    },
  };
}
