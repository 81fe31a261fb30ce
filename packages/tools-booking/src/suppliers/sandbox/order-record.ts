import type { Money } from "@travelagent/protocol";
import type { Row, Tx } from "@travelagent/protocol/ports";
import { money } from "../../money.ts";
import type { Offer } from "../../offer.ts";
import type { Contact, SupplierOrder, Traveller } from "../../supplier.ts";
import { rejected, type Take } from "./product.ts";

/** An order in the sandbox's books. */
export interface OrderRecord {
  reference: string;
  kind: Offer["vertical"];
  key: string;
  status: SupplierOrder["status"];
  paymentTimeLimit?: number;
  /** Grows with every change; a quote is for one version. */
  version: number;
  createdAt: number;
  offer: Offer;
  travellers: readonly Traveller[];
  contact: Contact;
  locators: string[];
  /** What it costs now, fees of changes included. */
  total: Money;
  takes: Take[];
  documents: SupplierOrder["documents"];
  refund?: Money;
  penalty?: Money;
}

type Reader = Pick<Tx, "get" | "all">;

const decode = (row: Row | undefined): OrderRecord | null => (row ? (JSON.parse(String(row.content)) as OrderRecord) : null);

export async function orderByKey(reader: Reader, kind: string, key: string): Promise<OrderRecord | null> {
  return decode(await reader.get("select content from sandbox_orders where kind = ? and key = ?", kind, key));
}

/** Raises `SUPPLIER_REJECTED` for a reference that is not there. */
export async function orderByReference(reader: Reader, kind: string, reference: string): Promise<OrderRecord> {
  const order = decode(await reader.get("select content from sandbox_orders where kind = ? and reference = ?", kind, reference));
  if (!order) throw rejected("order_not_found", `the sandbox has no ${kind} order ${reference}; check the reference`);
  return order;
}

export async function allOrders(reader: Reader): Promise<OrderRecord[]> {
  return (await reader.all("select content from sandbox_orders order by created_at, reference")).map((row) => decode(row)!);
}

const timeLimit = (order: OrderRecord) => (order.status === "held" ? (order.paymentTimeLimit ?? null) : null);

/** A second order with the same key fails here, whatever the caller looked up before. */
export async function insertOrder(tx: Tx, order: OrderRecord): Promise<void> {
  const { reference, kind, key, status, version, createdAt } = order;
  await tx.run(
    "insert into sandbox_orders (reference, kind, key, status, payment_time_limit, version, created_at, content) values (?, ?, ?, ?, ?, ?, ?, ?)",
    reference,
    kind,
    key,
    status,
    timeLimit(order),
    version,
    createdAt,
    JSON.stringify(order),
  );
}

export async function updateOrder(tx: Tx, order: OrderRecord): Promise<void> {
  const { reference, status, version } = order;
  await tx.run(
    "update sandbox_orders set status = ?, payment_time_limit = ?, version = ?, content = ? where reference = ?",
    status,
    timeLimit(order),
    version,
    JSON.stringify(order),
    reference,
  );
}

export async function takeStock(tx: Tx, kind: string, takes: readonly Take[], sign: 1 | -1): Promise<void> {
  for (const { day, resource, units } of takes) {
    await tx.run(
      "insert into sandbox_stock (kind, day, resource, units) values (?, ?, ?, ?) on conflict (kind, day, resource) do update set units = sandbox_stock.units + excluded.units",
      kind,
      day,
      resource,
      sign * units,
    );
  }
}

/** Units people took, by resource, on the days from `first` to `last`. */
export async function stockTaken(reader: Reader, kind: string, [first, last]: readonly [string, string]): Promise<(resource: string) => number> {
  const rows = await reader.all("select resource, units from sandbox_stock where kind = ? and day >= ? and day <= ?", kind, first, last);
  const units = new Map(rows.map((row) => [String(row.resource), Number(row.units)]));
  return (resource) => units.get(resource) ?? 0;
}

/** Holds nobody paid for end at their time limit, and what they held is free again. */
export async function lapseHolds(tx: Tx, now: number): Promise<void> {
  const due = await tx.all("select content from sandbox_orders where status = 'held' and payment_time_limit <= ?", now);
  for (const row of due) {
    const order = decode(row)!;
    const nothing = money(0n, order.total.currency);
    await takeStock(tx, order.kind, order.takes, -1);
    await updateOrder(tx, { ...order, status: "cancelled", version: order.version + 1, takes: [], refund: nothing, penalty: nothing });
  }
}

export async function hasDueHolds(reader: Reader, now: number): Promise<boolean> {
  return (await reader.get("select reference from sandbox_orders where status = 'held' and payment_time_limit <= ? limit 1", now)) !== undefined;
}

/** The first outcome of an operation with a key, or undefined when the key is new. Raises `SUPPLIER_REJECTED` when the key was used for something else. */
export async function earlierOutcome<T>(reader: Reader, operation: string, key: string, reference: string): Promise<T | undefined> {
  const row = await reader.get("select reference, outcome from sandbox_operations where operation = ? and key = ?", operation, key);
  if (!row) return undefined;
  if (row.reference !== reference) throw rejected("key_reused", `the key of this ${operation} was used for another order; make a new key`);
  return JSON.parse(String(row.outcome)) as T;
}

export async function rememberOutcome(tx: Tx, operation: string, key: string, reference: string, outcome: object): Promise<void> {
  await tx.run("insert into sandbox_operations (operation, key, reference, outcome) values (?, ?, ?, ?)", operation, key, reference, JSON.stringify(outcome));
}

export function toSupplierOrder(order: OrderRecord): SupplierOrder {
  return {
    reference: order.reference,
    key: order.key,
    status: order.status,
    locators: order.locators,
    total: order.total,
    ...(order.status === "held" && order.paymentTimeLimit !== undefined ? { paymentTimeLimit: new Date(order.paymentTimeLimit).toISOString() } : {}),
    documents: order.documents,
    ...(order.refund ? { refund: order.refund } : {}),
    ...(order.penalty ? { penalty: order.penalty } : {}),
  };
}
