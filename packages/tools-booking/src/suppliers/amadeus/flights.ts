import { TravelAgentError } from "@travelagent/protocol";
import { openPapers } from "../../documents/opened-papers.ts";
import { minorUnits, zero } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { BookRequest, SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { surelyNothingHappened } from "../../write-outcome.ts";
import { afterSaleOnce, createPurchases, createQuoteBook, type SupplierMemory, understand } from "../http/index.ts";
import { withinLimit } from "../within-limit.ts";
import { supplierId } from "./connection.ts";
import { type FlightParts, isOver, openRef, priceFlight, searchFlights } from "./flight-offers.ts";
import { type FlightRecord, idInPath, type Kept, orderOf } from "./map-order.ts";
import { withNewPrice } from "./new-price.ts";
import { holdFor, ticketingEnd } from "./time-limit.ts";
import { seated, wireTravellers } from "./travellers.ts";
import { flightOrderReply } from "./wire-flights.ts";

export interface FlightOptions extends FlightParts {
  memory: SupplierMemory;
  queuingOfficeId?: string;
}

const recordKind = "flight order";
/** The application's own "not found"; the gateway's 38196 says nothing about an order. */
const notFound = "1797";

const rejected = (code: string, message: string) => new TravelAgentError("SUPPLIER_REJECTED", message, { details: { code } });
const vendorCode = (error: unknown): unknown => (TravelAgentError.is(error) ? (error.details as { code?: unknown } | undefined)?.code : undefined);

export function amadeusFlights(options: FlightOptions): VerticalSupplier<FlightQuery, FlightOffer> {
  const { http, memory, clock, officeTimeZone, queuingOfficeId } = options;
  const quotes = createQuoteBook(memory, clock);
  const recordOf = (reference: string) => memory.get<FlightRecord>(recordKind, reference);
  const remember = (reference: string, record: FlightRecord) => memory.put(recordKind, reference, record);

  async function read(reference: string, key: string, call: SupplierCall): Promise<SupplierOrder> {
    const record = await recordOf(reference);
    if (record?.last.status === "cancelled") return record.last;
    try {
      const reply = await http.read({ method: "GET", path: `v1/booking/flight-orders/${idInPath(reference)}`, route: "flight-orders/{id}" }, call);
      const kept: Kept = record ?? { travellers: {}, names: { carriers: {}, aircraft: {} } };
      const order = understand(supplierId, "read", () => orderOf(flightOrderReply.parse(reply.body).data, key, kept, officeTimeZone));
      await noteStatus(reference, order);
      return order;
    } catch (error) {
      // Read again: it may have been cancelled while we asked.
      const known = vendorCode(error) === notFound ? await recordOf(reference) : null;
      if (!known) throw error;
      if (known.last.status === "cancelled") return known.last;
      const cancelled = goneOrder(known);
      await remember(reference, { ...known, last: cancelled });
      return cancelled;
    }
  }

  /** What an order was before it vanished decides what its absence means. A cancellation under way is not written over. */
  async function noteStatus(reference: string, order: SupplierOrder): Promise<void> {
    const record = await recordOf(reference);
    if (record && !record.cancelling && record.last.status !== order.status) await remember(reference, { ...record, last: order });
  }

  /** Amadeus has the order no more. That is a cancellation where we sent one, or where a hold ran out, and else a riddle. */
  function goneOrder({ last, cancelling }: FlightRecord): SupplierOrder {
    const { paymentTimeLimit, ...rest } = last;
    const nothing = zero(last.total.currency);
    if (cancelling) return { ...rest, status: "cancelled", ...cancelling };
    if (last.status === "held" && paymentTimeLimit !== undefined && Date.parse(paymentTimeLimit) <= clock.now())
      return { ...rest, status: "cancelled", penalty: nothing, refund: nothing };
    throw rejected(
      notFound,
      `Amadeus does not show the order ${last.locators[0] ?? last.reference} any more and we did not cancel it; ask the office that holds it`,
    );
  }

  const purchases = createPurchases({
    supplier: "Amadeus",
    memory,
    kind: "flight",
    read: (reference, key) => read(reference, key, { signal: new AbortController().signal, requestId: key }),
    // No `lookUp`: Amadeus cannot be asked for an order by anything of ours.
  });

  function buy(
    operation: "hold" | "book",
    { offer, travellers, contact, key, maxTotal }: BookRequest<FlightOffer>,
    call: SupplierCall,
  ): Promise<SupplierOrder> {
    return purchases.buy(key, async () => {
      if (isOver(offer, clock)) throw new TravelAgentError("OFFER_EXPIRED", "the offer is no longer valid; search again for a new one");
      // A search comes from a cache and proves nothing: price first, book what was priced.
      const priced = await priceFlight(options, offer, call);
      withinLimit(priced.offer.price.total, maxTotal, offer.price.total);
      const hold = operation === "hold" ? holdFor(ticketingEnd(priced.wire, officeTimeZone), clock.now(), officeTimeZone) : undefined;
      if (operation === "hold" && (!hold || priced.wire.instantTicketingRequired))
        throw rejected("hold_not_available", "this fare cannot be held; book it or choose another");
      const { offer: raw, names } = openRef(priced.offer);
      const { ours, places } = seated(priced.wire, travellers);
      const data = {
        type: "flight-order",
        // Every field as pricing gave it, known to us or not.
        flightOffers: [raw],
        travelers: wireTravellers(places, contact, await openPapers(travellers, call)),
        // For the people who look the order up by hand when its reply was lost.
        remarks: { general: [{ subType: "GENERAL_MISCELLANEOUS", text: `AGENCY REFERENCE ${key}` }] },
        ticketingAgreement: hold ? { option: "DELAY_TO_CANCEL", delay: hold.delay } : { option: "CONFIRM" },
        ...(queuingOfficeId === undefined ? {} : { queuingOfficeId }),
        ...(hold || queuingOfficeId === undefined ? {} : { automatedProcess: [{ code: "IMMEDIATE", officeId: queuingOfficeId }] }),
      };
      const reply = await http
        .write({ method: "POST", path: "v1/booking/flight-orders", route: "flight-orders", json: { data } }, call)
        .catch((error: unknown) => {
          throw withNewPrice(error, priced.offer.price.total);
        });
      const kept: Kept = { travellers: ours, names, ...(hold ? { lapsesAt: hold.until } : {}) };
      const order = understand(supplierId, "write", () => orderOf(flightOrderReply.parse(reply.body).data, key, kept, officeTimeZone));
      await remember(order.reference, { ...kept, last: order });
      return order;
    });
  }

  function cancellable({ status }: SupplierOrder): void {
    if (status === "cancelled") throw rejected("already_cancelled", "the order is cancelled already; nothing is left to do");
    if (status === "ticketed")
      throw rejected("ticketed", "the tickets are issued; the office that issued them has to void or refund them, Amadeus cancels only before that");
  }

  return {
    search: (query, call) => searchFlights(options, query, call),

    async reprice(offer, call) {
      if (isOver(offer, clock)) return { status: "expired" };
      try {
        const { offer: current } = await priceFlight(options, offer, call);
        const was = offer.price.total;
        return minorUnits(current.price.total) === minorUnits(was) ? { status: "available", offer: current } : { status: "price-changed", offer: current, was };
      } catch (error) {
        if (TravelAgentError.is(error, "SOLD_OUT")) return { status: "sold-out" };
        if (TravelAgentError.is(error, "OFFER_EXPIRED")) return { status: "expired" };
        throw error;
      }
    },

    hold: (request, call) => buy("hold", request, call),
    book: (request, call) => buy("book", request, call),
    find: (key) => purchases.find(key),
    read: async (reference, call) => read(reference, await purchases.keyOf(reference), call),

    async quoteCancel(reference, call) {
      const order = await read(reference, await purchases.keyOf(reference), call);
      cancellable(order);
      // Nothing was paid to anybody before the ticket is issued.
      const nothing = zero(order.total.currency);
      const refund = order.status === "held" ? nothing : order.total;
      return quotes.issue({ action: "cancel", reference, penalty: nothing, refund, due: nothing, vendor: null });
    },

    cancel(reference, token, key, call) {
      const current = async () => read(reference, await purchases.keyOf(reference), call);
      return afterSaleOnce(
        memory,
        "flight cancel",
        { reference, key },
        {
          async settled() {
            const order = await current();
            return order.status === "cancelled" ? order : null;
          },
          async act() {
            const { penalty, refund } = await quotes.accept(token, "cancel", reference);
            const order = await current();
            cancellable(order);
            const record = await recordOf(reference);
            if (!record) throw rejected("order_not_found", "this order was not booked here; cancel it where it was");
            const cancelling = { penalty, refund };
            await remember(reference, { ...record, cancelling });
            await http
              .write({ method: "DELETE", path: `v1/booking/flight-orders/${idInPath(reference)}`, route: "flight-orders/{id}" }, call)
              .catch(async (error: unknown) => {
                if (surelyNothingHappened(error)) await remember(reference, record);
                throw error;
              });
            const cancelled = goneOrder({ ...record, last: order, cancelling });
            await remember(reference, { ...record, cancelling, last: cancelled });
            return cancelled;
          },
        },
      );
    },
  };
}
