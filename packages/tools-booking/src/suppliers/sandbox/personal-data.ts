import { type DataSubject, namingOnlyThem, type PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";
import type { OrderRecord } from "./order-record.ts";
import { prepareTables } from "./tables.ts";

export interface SandboxPersonalDataOptions {
  /** The sandbox's own books. */
  db: Database;
  /** By what the agency's books know the person's orders here. */
  references(subject: DataSubject): Promise<readonly string[]>;
}

/**
 * Orders in the sandbox's own books: those of the person's bookings, and those with an address or a number of theirs that is nobody's
 * at another agency. What they paid has no name there; it goes with its booking.
 */
export function sandboxPersonalData({ db, references }: SandboxPersonalDataOptions): PersonalDataStore {
  const ready = prepareTables(db);
  const contains = (text: string): string => `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  const isTelling = (identifier: string): boolean => identifier.length >= 6 && /[\d@]/.test(identifier);

  async function ordersOf(subject: DataSubject): Promise<OrderRecord[]> {
    await ready();
    const found = new Map<string, OrderRecord>();
    const take = async (sql: string, value: string) => {
      for (const row of await db.all<{ content: string }>(sql, value)) {
        const order = JSON.parse(row.content) as OrderRecord;
        found.set(order.reference, order);
      }
    };
    for (const reference of await references(subject)) await take("select content from sandbox_orders where reference = ?", reference);
    for (const id of subject.bookingIds) await take("select content from sandbox_orders where key like ? escape '\\'", `${contains(`${id}-`).slice(1)}`);
    for (const text of namingOnlyThem(subject.identifiers.filter(isTelling), subject))
      await take("select content from sandbox_orders where content like ? escape '\\'", contains(text));
    return [...found.values()].sort((a, b) => a.createdAt - b.createdAt || a.reference.localeCompare(b.reference));
  }

  return {
    name: "sandbox",
    covers: { tables: ["sandbox_orders", "sandbox_operations", "sandbox_payments"] },
    async *export(subject) {
      const orders = await ordersOf(subject);
      if (orders.length > 0) yield { path: "orders.json", title: "Your bookings in the books of the sandbox", content: orders };
    },
    async erase(subject, { signal }) {
      const orders = await ordersOf(subject);
      signal.throwIfAborted();
      const removed = await db.transaction(async (tx) => {
        let gone = 0;
        for (const { reference } of orders) {
          await tx.run("delete from sandbox_operations where reference = ?", reference);
          gone += (await tx.run("delete from sandbox_orders where reference = ?", reference)).changes;
        }
        for (const id of subject.bookingIds) {
          const keys = `${contains(`${id}-`).slice(1)}`;
          await tx.run("delete from sandbox_operations where reference in (select reference from sandbox_payments where key like ? escape '\\')", keys);
          await tx.run("delete from sandbox_operations where key like ? escape '\\'", keys);
          gone += (await tx.run("delete from sandbox_payments where key like ? escape '\\'", keys)).changes;
        }
        return gone;
      });
      return { removed, held: [] };
    },
  };
}
