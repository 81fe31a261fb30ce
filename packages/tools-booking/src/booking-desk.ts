import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database } from "@travelagent/protocol/ports";
import type { RequestCall } from "./bookings.ts";
import { withDeadline } from "./deadline.ts";
import type { Compensation, DeskBooking, DeskCustomer, Proposal, SupplierDesk } from "./desk.ts";
import { newOrderId, newReference, shortHash } from "./ids.ts";
import { zero } from "./money.ts";
import type { Offer } from "./offer.ts";
import type { OfferStore } from "./offer-store.ts";
import { type Order, statusOf } from "./order.ts";
import type { OrderStore, StoredOrder } from "./order-store.ts";
import type { Supplier } from "./supplier.ts";

interface BookingDeskParts {
  db: Database;
  orders: OrderStore;
  offers: OfferStore;
  suppliers: readonly Supplier[];
  clock: Clock;
  readTimeoutMs: number;
}

/** Whose conversation finds an offer. */
interface Owner {
  sessionKey: string;
  customerId?: string;
}

/**
 * What suppliers with customers of their own offer beyond travel; `reference` is ours. Every method raises `NOT_FOUND` where no
 * supplier has a desk, and `SUPPLIER_REJECTED` where the one that is asked cannot.
 */
export interface BookingDesk {
  /** Some supplier has a desk. */
  readonly offered: boolean;
  /** Some supplier compensates. */
  readonly compensates: boolean;
  customer(id: string, call: RequestCall): Promise<DeskCustomer | null>;
  /** The booking of a reference of ours or of a supplier's. One that was made elsewhere is taken over, for the customer the supplier names. */
  adopt(reference: string, call: RequestCall): Promise<StoredOrder | null>;
  /** The facts of a proposal from the supplier's record; none where the booking is of a supplier without a desk. */
  assess(proposal: Proposal, call: RequestCall): Promise<Record<string, unknown> | undefined>;
  /** An offer for exactly these flights, kept like one that a search found. */
  compose(proposal: Extract<Proposal, { kind: "book" | "change" }>, owner: Owner, call: RequestCall): Promise<Offer>;
  compensated(reference: string, cause: string, call: RequestCall): Promise<Compensation | null>;
  compensate(request: { reference: string; cause: string; amount: Money; key: string }, call: RequestCall): Promise<Compensation>;
}

type Desked = Supplier & { desk: SupplierDesk };

export function createBookingDesk({ db, orders, offers, suppliers, clock, readTimeoutMs }: BookingDeskParts): BookingDesk {
  const desks = suppliers.filter((supplier): supplier is Desked => supplier.desk !== undefined);
  const ask = <T>(call: RequestCall, question: (signal: AbortSignal) => Promise<T>): Promise<T> => withDeadline(clock, readTimeoutMs, call.signal, question);

  const some = (): Desked => {
    const [first] = desks;
    if (!first) throw new TravelAgentError("NOT_FOUND", "no supplier is set up that sells to customers of its own");
    return first;
  };

  /** Where a booking of ours stands: its supplier's desk and reference. */
  async function at(reference: string): Promise<{ desk: SupplierDesk; reference: string } | null> {
    const stored = await orders.byReference(reference);
    for (const item of stored?.order.items ?? []) {
      const supplier = desks.find(({ id }) => id === item.offer.supplier);
      if (supplier && item.supplierReference !== undefined) return { desk: supplier.desk, reference: item.supplierReference };
    }
    return null;
  }
  async function mustBeAt(reference: string) {
    const found = await at(reference);
    if (!found) throw new TravelAgentError("SUPPLIER_REJECTED", `the supplier of booking ${reference} cannot do this; a colleague can help`);
    return found;
  }

  /** Our record of a booking that was made elsewhere. */
  async function take(supplier: Desked, found: DeskBooking): Promise<StoredOrder> {
    const { order: its, offer, travellers, contact, customerId } = found;
    const free = /^[A-Z0-9]{6}$/.test(its.reference) && (await orders.byReference(its.reference)) === null;
    const request = shortHash(`taken over from ${supplier.id} ${its.reference}`);
    const id = newOrderId();
    const item = {
      no: 1,
      offer,
      quoted: its.total,
      total: its.total,
      paidHere: false,
      status: "pending" as const,
      locators: [],
      documents: [],
    };
    const order: Order = {
      id,
      reference: free ? its.reference : newReference(),
      customerId,
      sessionKey: `desk:${supplier.id}:${customerId}`,
      travellers,
      contact,
      currency: its.total.currency,
      maxTotal: its.total,
      items: [item],
      paid: zero(its.total.currency),
      status: statusOf({ items: [item] }),
    };
    const work = { name: "booking.adopt", id: `booking.adopt:${id}`, input: null };
    return db.transaction(async (tx) => {
      const { stored, created } = await orders.create(tx, order, { attempt: request, request }, work);
      if (!created) return stored;
      const { penalty: _, refund: __, ...standing } = its;
      await orders.apply(tx, id, [
        { type: "attempt", item: 1, what: "book", key: its.key },
        { type: "outcome", item: 1, facts: { ...standing, status: its.status === "cancelled" ? "confirmed" : its.status } },
        ...(its.status === "cancelled"
          ? ([
              { type: "attempt", item: 1, what: "cancel", key: its.key },
              { type: "outcome", item: 1, facts: its },
            ] as const)
          : []),
      ]);
      await orders.release(tx, id, work.id);
      return (await orders.get(id, tx))!;
    });
  }

  return {
    offered: desks.length > 0,
    compensates: desks.some(({ desk }) => desk.compensate !== undefined),

    customer: (id, call) => ask(call, (signal) => some().desk.customer(id, { signal, requestId: call.requestId })),

    async adopt(reference, call) {
      const ours = await orders.byReference(reference);
      if (ours) return ours;
      const { orders: alike } = await orders.list({ query: reference, limit: 20 });
      const same = alike.find(({ order }) => order.items.some((item) => item.supplierReference === reference));
      if (same) return same;
      for (const supplier of desks) {
        const found = await ask(call, (signal) => supplier.desk.retrieve(reference, { signal, requestId: call.requestId }));
        if (found) return take(supplier, found);
      }
      return null;
    },

    async assess(proposal, call) {
      const found = proposal.kind === "book" ? { desk: some().desk, reference: "" } : await at(proposal.reference);
      if (!found) return undefined;
      const own = proposal.kind === "book" ? proposal : { ...proposal, reference: found.reference };
      return ask(call, (signal) => found.desk.assess(own, { signal, requestId: call.requestId }));
    },

    async compose(proposal, owner, call) {
      const found = proposal.kind === "book" ? { desk: some().desk, reference: "" } : await mustBeAt(proposal.reference);
      const own = proposal.kind === "book" ? proposal : { ...proposal, reference: found.reference };
      const composed = await ask(call, (signal) => found.desk.compose(own, { signal, requestId: call.requestId }));
      // The same proposal of another conversation is another one's offer.
      const offer = { ...composed, id: `${composed.id}.${shortHash(owner.sessionKey).slice(0, 8)}` };
      await offers.keep([offer], owner, clock.now());
      return offer;
    },

    async compensated(reference, cause, call) {
      const found = await at(reference);
      return (await found?.desk.compensated?.(found.reference, cause, { signal: call.signal, requestId: call.requestId })) ?? null;
    },

    async compensate({ reference, ...request }, call) {
      const found = await mustBeAt(reference);
      if (!found.desk.compensate) throw new TravelAgentError("SUPPLIER_REJECTED", "this supplier gives no compensation; a colleague can help");
      return found.desk.compensate({ ...request, reference: found.reference }, { signal: call.signal, requestId: call.requestId });
    },
  };
}
