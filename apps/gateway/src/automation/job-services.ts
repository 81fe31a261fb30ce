import type { GatewayConfig } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Work } from "@travelagent/protocol/ports";
import type { TemplateSender } from "@travelagent/templates";
import type { Bookings, Offer, Supplier } from "@travelagent/tools-booking";
import { createRepricing, summaryOf, tripOf } from "@travelagent/tools-booking/jobs";
import type { Obligations } from "@travelagent/tools-crm/sales";
import type { TravelJobServices, TripItem } from "@travelagent/travel-jobs";
import type { Vault } from "@travelagent/vault";
import type { Papers } from "../papers/papers.ts";
import { customersFirst } from "./customers-first.ts";

export interface JobServicesOptions {
  config(): GatewayConfig;
  bookings: Bookings;
  suppliers: readonly Supplier[];
  papers: Pick<Papers, "share">;
  templates: Pick<TemplateSender, "send">;
  obligations: Pick<Obligations, "add" | "list">;
  vault: Pick<Vault, "list">;
  /** Whose load says that customers wait. */
  work: Pick<Work, "load">;
  clock: Clock;
  /** Where customers write on the web. */
  chatUrl(): string;
  /** IANA zone of the agency. */
  timeZone: string;
}

/** Bookings read at once: nobody else gets a turn meanwhile. */
const pageSize = 25;
const searchMs = 20_000;

/** What the jobs of the agency use, over its own services. */
export function jobServices(options: JobServicesOptions): TravelJobServices {
  const { config, bookings, suppliers, papers, templates, obligations, vault, work, clock, timeZone } = options;
  const repricing = createRepricing({ suppliers, clock });
  const facts = () => ({
    invoiceDays: config().agency.invoiceDays,
    zoneOf: (supplier: string) => config().suppliers[supplier]?.timeZone ?? timeZone,
  });
  /** What a price was asked for, until it is known what moving there costs. */
  const priced = new WeakMap<TripItem, Offer>();
  const must = async (id: string) => {
    const stored = await bookings.get(id);
    if (!stored) throw new TravelAgentError("NOT_FOUND", `there is no booking ${id}`);
    return stored;
  };

  return {
    trips: {
      async page({ createdSince, cursor }) {
        const { orders, nextCursor } = await bookings.records({ from: createdSince, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
        const how = facts();
        return { trips: orders.map((stored) => tripOf(stored, how)), ...(nextCursor === undefined ? {} : { nextCursor }) };
      },
      async get(id) {
        const stored = await bookings.get(id);
        return stored ? tripOf(stored, facts()) : null;
      },
      async byReference(reference) {
        const stored = await bookings.byReference(reference);
        return stored ? tripOf(stored, facts()) : null;
      },
    },
    prices: {
      async priceNow(trip, item, signal) {
        const found = await repricing.priceNow(await must(trip.id), item.no, signal);
        if (found.status === "gone") return found;
        priced.set(item, found.offer);
        return { status: "priced", price: found.price };
      },
      async move(trip, item, signal) {
        const to = priced.get(item);
        return to ? repricing.move(await must(trip.id), item.no, to, signal) : null;
      },
      async cheapest({ origin, destination, departureDate, returnDate, adults, currency }, owner, signal) {
        const query = {
          origin,
          destination,
          departureDate,
          ...(returnDate === undefined ? {} : { returnDate }),
          ...{ adults, childrenAges: [], cabin: "ECONOMY" as const, directOnly: false, currency, limit: 20 },
        };
        const call = { requestId: "price-watch", signal: AbortSignal.any([signal, AbortSignal.timeout(searchMs)]) };
        const { offers, suppliers: answers } = await bookings.search({ kind: "flight", query }, owner, call);
        if (answers.every(({ status }) => status !== "ok")) throw new TravelAgentError("SUPPLIER_UNAVAILABLE", "no supplier answered; the next run asks again");
        const [best] = offers.map(({ offer }) => offer).sort((a, b) => Number(a.price.total.amount) - Number(b.price.total.amount));
        return best ? { price: best.price.total, summary: summaryOf(best) } : null;
      },
      askedFor: () => suppliers.filter(({ flights }) => flights !== undefined).map(({ id }) => id),
    },
    messages: { send: (message) => templates.send(message) },
    tasks: {
      async open({ key, ...task }) {
        const { id } = await obligations.add({ ...task, promisedBy: "system", actor: "travel-jobs" }, { idempotencyKey: key });
        return { id };
      },
      async count() {
        const counted = { open: 0, overdue: 0 };
        for (let cursor: string | undefined; ; ) {
          const { promises, nextCursor } = await obligations.list({ status: "open", limit: 200, ...(cursor === undefined ? {} : { cursor }) });
          counted.open += promises.length;
          counted.overdue += promises.filter(({ overdue }) => overdue).length;
          cursor = nextCursor;
          if (cursor === undefined) return counted;
        }
      },
    },
    readBack: { read: (trip, item) => bookings.readBack(trip.id, item.no), hear: () => bookings.hearSuppliers() },
    links: {
      itinerary: async (tripId) => (await papers.share(tripId, "itinerary")).url,
      // What nothing is invoiced for has no invoice.
      invoice: async (tripId) => (await papers.share(tripId, "invoice").catch(() => papers.share(tripId, "itinerary"))).url,
      conversation: async () => options.chatUrl(),
    },
    papers: {
      list: async (customerId) =>
        (await vault.list(customerId)).documents.map(({ id, kind, holder, country, expiresOn }) => ({
          id,
          kind,
          holder,
          ...(country === undefined ? {} : { country }),
          ...(expiresOn === undefined ? {} : { expiresOn }),
        })),
    },
    customersFirst: customersFirst({ clock, work }),
  };
}
