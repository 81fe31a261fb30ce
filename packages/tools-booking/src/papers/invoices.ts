import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Migration, Tx } from "@travelagent/protocol/ports";
import { compare, minorUnits, money, subtract, sum, zero } from "../money.ts";
import { chargeOf, type Order } from "../order.ts";
import type { StoredOrder } from "../order-store.ts";
import { sayCost, summaryOf } from "../wording.ts";

/** Who has to pay, as it stands on the paper. */
export interface Buyer {
  name: string;
  address?: string[];
  taxId?: string;
  email?: string;
}

export interface IssuedLine {
  description: string;
  quantity: number;
  unit: Money;
  total: Money;
}

/** A numbered paper. What was issued is never changed: a correction is a paper of its own. */
export interface IssuedInvoice {
  number: string;
  kind: "invoice" | "credit-note";
  /** Of a credit note: the invoice it corrects. */
  corrects?: string;
  orderId: string;
  reference: string;
  buyer: Buyer;
  lines: IssuedLine[];
  /** What this paper asks for; of a credit note what it gives back, as a negative amount. */
  total: Money;
  /** ISO UTC. */
  issuedAt: string;
  sandbox: boolean;
}

export interface Invoices {
  migrate(): Promise<void>;
  /**
   * Brings the papers up to what the customer owes for the booking: the first is an invoice of all of it, later ones are over the
   * difference, and nothing is issued when nothing changed. Returns all papers of the booking, oldest first.
   */
  issue(stored: StoredOrder, buyer: Buyer): Promise<IssuedInvoice[]>;
  ofOrder(orderId: string): Promise<IssuedInvoice[]>;
  /** Raises `NOT_FOUND`. */
  get(number: string): Promise<IssuedInvoice>;
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
create table booking_invoice (
  number text primary key,
  year integer not null,
  seq integer not null,
  order_id text not null,
  document text not null,
  unique (year, seq)
);
create index booking_invoice_order on booking_invoice (order_id, year, seq);
`,
  },
];

/** What is paid through the agency, item by item. What is paid at the hotel or the counter is not ours to invoice. */
function owedLines(order: Order): IssuedLine[] {
  return order.items
    .filter(({ paidHere }) => paidHere)
    .map((item) => {
      const charge = chargeOf(item);
      const cancelled = item.penalty !== undefined && compare(charge, item.total) !== 0;
      return {
        description: cancelled ? `${sayCost("Cancelled", charge)}: ${summaryOf(item.offer)}` : summaryOf(item.offer),
        quantity: 1,
        unit: charge,
        total: charge,
      };
    })
    .filter(({ total }) => minorUnits(total) !== 0n);
}

/** Invoices numbered without gaps, by year: `2027-0001`. */
export function createInvoices({ db, clock }: { db: Database; clock: Clock }): Invoices {
  const read = async (reader: Pick<Tx, "all">, orderId: string): Promise<IssuedInvoice[]> =>
    (await reader.all<{ document: string }>("select document from booking_invoice where order_id = ? order by year, seq", orderId)).map(
      ({ document }) => JSON.parse(document) as IssuedInvoice,
    );

  async function number(tx: Tx, year: number): Promise<{ seq: number; number: string }> {
    const last = await tx.get<{ seq: number | null }>("select max(seq) as seq from booking_invoice where year = ?", year);
    const seq = Number(last?.seq ?? 0) + 1;
    return { seq, number: `${year}-${String(seq).padStart(4, "0")}` };
  }

  return {
    migrate: () => db.migrate("invoices", migrations),
    ofOrder: (orderId) => read(db, orderId),

    async get(wanted) {
      const row = await db.get<{ document: string }>("select document from booking_invoice where number = ?", wanted);
      if (!row) throw new TravelAgentError("NOT_FOUND", `there is no invoice ${wanted}`);
      return JSON.parse(row.document) as IssuedInvoice;
    },

    issue: ({ order }, buyer) =>
      db.transaction(async (tx) => {
        const papers = await read(tx, order.id);
        const lines = owedLines(order);
        const owed = sum(
          lines.map(({ total }) => total),
          order.currency,
        );
        const asked = sum(
          papers.map(({ total }) => total),
          order.currency,
        );
        const difference = subtract(owed, asked);
        if (compare(difference, zero(order.currency)) === 0) return papers;
        const now = new Date(clock.now());
        const year = now.getUTCFullYear();
        const next = await number(tx, year);
        const first = papers.find(({ kind }) => kind === "invoice");
        const back = minorUnits(difference) < 0n;
        const changed: IssuedLine[] = first
          ? [{ description: `${back ? "Given back" : "Added"} on booking ${order.reference}`, quantity: 1, unit: difference, total: difference }]
          : lines;
        const paper: IssuedInvoice = {
          number: next.number,
          kind: back ? "credit-note" : "invoice",
          ...(back && first ? { corrects: first.number } : {}),
          orderId: order.id,
          reference: order.reference,
          buyer,
          lines: changed,
          total: money(minorUnits(difference), order.currency),
          issuedAt: now.toISOString(),
          sandbox: order.items.some(({ offer }) => offer.sandbox),
        };
        await tx.run(
          "insert into booking_invoice (number, year, seq, order_id, document) values (?, ?, ?, ?, ?)",
          paper.number,
          year,
          next.seq,
          order.id,
          JSON.stringify(paper),
        );
        return [...papers, paper];
      }),
  };
}
