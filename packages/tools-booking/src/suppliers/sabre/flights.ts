import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { openPapers } from "../../documents/opened-papers.ts";
import { compare } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { BookRequest, Reprice, SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { surelyNothingHappened } from "../../write-outcome.ts";
import { afterSaleOnce, createPurchases, createQuoteBook, type SupplierHttp, type SupplierMemory, understand } from "../http/index.ts";
import { ownCall } from "../own-call.ts";
import { codeWithin, offerTooOld, rejected } from "../rejected.ts";
import { checkTakenBack } from "../taken-back.ts";
import { variety } from "../variety.ts";
import { withinLimit } from "../within-limit.ts";
import { afterWrite, bookingApi, noLocator } from "./booking-api.ts";
import { flightBooking, fulfilment } from "./booking-request.ts";
import { cancellation } from "./cancellation.ts";
import { flightOrder, type OrderNote, totalOf } from "./map-booking.ts";
import { offersIn } from "./map-offers.ts";
import { nameChange } from "./name-change.ts";
import { revalidateRequest, shopRequest } from "./shop-request.ts";
import { sameFare, termsOf } from "./terms.ts";
import type { Booking } from "./wire-booking.ts";
import { ShopReply, type ShopResponse } from "./wire-shop.ts";

export interface FlightParts {
  http: SupplierHttp;
  pcc: string;
  tier: string;
  timeZone: string;
  live: boolean;
  memory: SupplierMemory;
  clock: Clock;
  log: Logger;
}

const soldOut = () => new TravelAgentError("SOLD_OUT", "these flights are no longer sold in this booking class; search again");

export function sabreFlights({ http, pcc, tier, timeZone, live, memory, clock, log }: FlightParts): VerticalSupplier<FlightQuery, FlightOffer> {
  const api = bookingApi(http, pcc);
  const quotes = createQuoteBook(memory, clock);
  const office = { pcc, tier };
  const noteOf = (reference: string) => memory.get<OrderNote>("flight note", reference);
  const putNote = (reference: string, note: OrderNote) => memory.put("flight note", reference, note);

  async function shop(path: string, body: unknown, call: SupplierCall): Promise<ShopResponse> {
    const reply = await http.read({ method: "POST", path, route: path, json: body, timeoutMs: 30_000 }, call);
    return understand("sabre", "read", () => ShopReply.parse(reply.body).groupedItineraryResponse);
  }

  const offers = (response: ShopResponse, currency: string, call: SupplierCall) =>
    understand("sabre", "read", () => offersIn(response, { sandbox: !live, now: clock.now(), timeZone, requestId: call.requestId, currency }));

  async function read(reference: string, call: SupplierCall): Promise<SupplierOrder> {
    const { booking } = await api.get(reference, call);
    const note = await noteOf(reference);
    return understand("sabre", "read", () => flightOrder(booking, note, timeZone));
  }

  const purchases = createPurchases({
    supplier: "sabre",
    memory,
    kind: "flight",
    async read(reference, key) {
      const order = await read(reference, ownCall(key));
      const { undoneAt } = (await noteOf(reference)) ?? {};
      if (order.status !== "cancelled") checkTakenBack("sabre", reference, undoneAt, clock);
      return order;
    },
    async lookUp(key) {
      const reference = await memory.get<string>("flight locator", key);
      if (reference !== null) return reference;
      throw noLocator(key);
    },
  });

  async function reprice(given: FlightOffer, call: SupplierCall): Promise<Reprice<FlightOffer>> {
    if (Date.parse(given.offerExpiresAt) <= clock.now()) return { status: "expired" };
    const terms = termsOf(given.supplierRef);
    const response = await shop("v5/shop/flights/revalidate", revalidateRequest(office, terms), call);
    const found = offers(response, terms.currency, call).offers.find(({ supplierRef }) => sameFare(termsOf(supplierRef), terms));
    if (!found) return { status: "sold-out" };
    const offer = { ...found, id: given.id };
    const was = given.price.total;
    return compare(was, offer.price.total) === 0 ? { status: "available", offer } : { status: "price-changed", offer, was };
  }

  /** The price right before the write. Raises when it cannot be bought on these terms; nothing happened then. */
  async function checked({ offer, maxTotal }: BookRequest<FlightOffer>, call: SupplierCall): Promise<FlightOffer> {
    const now = await reprice(offer, call);
    if (now.status === "expired") throw offerTooOld();
    if (now.status === "sold-out") throw soldOut();
    withinLimit(now.offer.price.total, maxTotal, offer.price.total);
    return now.offer;
  }

  /** Takes back a record without tickets, which costs nothing. When even that fails the record stays known, and the outcome open. */
  async function undo(reference: string, note: OrderNote, why: unknown, call: SupplierCall): Promise<never> {
    // A cancellation without a reply may arrive later: until then the record must not pass for bought.
    await putNote(reference, { ...note, undoneAt: clock.now() });
    try {
      await api.cancel(reference, undefined, call);
    } catch (error) {
      if (surelyNothingHappened(error)) await putNote(reference, note);
      throw new TravelAgentError("OUTCOME_UNKNOWN", "a booking that must not be bought could not be taken back at Sabre; it is looked up again", {
        details: { supplier: "sabre", reference },
        cause: error,
      });
    }
    throw why;
  }

  const quoteIds = ({ fares }: Booking): string[] =>
    fares.flatMap(({ recordId, recordTypeCode, pricingStatusCode }) =>
      recordId !== undefined && (recordTypeCode ?? "PQ") === "PQ" && (pricingStatusCode ?? "A") === "A" ? [recordId] : [],
    );

  async function issue(reference: string, booking: Booking, call: SupplierCall): Promise<void> {
    try {
      await api.fulfil(fulfilment(reference, quoteIds(booking), pcc), call);
    } catch (error) {
      // Tickets were issued by an earlier attempt whose reply was lost; the record tells the rest.
      if (codeWithin(error) !== "BOOKING_FULFILLED") throw error;
    }
  }

  /** The record after tickets were issued; one that shows none is nothing a program may pass on as bought. */
  async function withTickets(reference: string, call: SupplierCall): Promise<SupplierOrder> {
    const order = await afterWrite(reference, () => read(reference, call));
    if (order.status === "ticketed") return order;
    throw new TravelAgentError("OUTCOME_UNKNOWN", "Sabre issued tickets and the booking does not show them; a person has to look at it", {
      details: { supplier: "sabre", code: "FULFILLMENT_NOT_CONFIRMED", reference, needsPerson: true },
    });
  }

  async function create(request: BookRequest<FlightOffer>, held: boolean, call: SupplierCall): Promise<SupplierOrder> {
    const { key, offer, maxTotal } = request;
    const fresh = await checked(request, call);
    if (held && fresh.paymentTimeLimit === undefined) throw rejected("hold_not_available", "this fare cannot be held; book it or choose another");
    const body = flightBooking(request, { pcc, timeZone }, held ? fresh.paymentTimeLimit : undefined, await openPapers(request.travellers, call));
    // From here on the key leads to the record, whatever breaks.
    const known = (locator: string) => memory.put("flight locator", key, locator);
    // What an earlier attempt with this key made was taken back: should this one's reply be lost, that record must not pass for it.
    await memory.remove("flight locator", key);
    await memory.put("flight attempt", key, fresh.price.total);
    const { reference, booking: told } = await api.create(body, call).catch(async (error: unknown) => {
      const details = TravelAgentError.is(error) ? (error.details as { reference?: string } | undefined) : undefined;
      if (details?.reference !== undefined) await known(details.reference);
      throw error;
    });
    await known(reference);
    const outcome = await afterWrite(reference, async () => {
      const booking = told ?? (await api.get(reference, call)).booking;
      const total = understand("sabre", "read", () => totalOf(booking, "flightTotals")) ?? fresh.price.total;
      const note = { key, total };
      await putNote(reference, note);
      try {
        withinLimit(total, maxTotal, offer.price.total);
        if (!held) await issue(reference, booking, call);
      } catch (error) {
        if (surelyNothingHappened(error)) return { refused: error, note };
        throw error;
      }
      return { order: held ? await read(reference, call) : await withTickets(reference, call) };
    });
    return outcome.order ?? undo(reference, outcome.note, outcome.refused, call);
  }

  async function buy(request: BookRequest<FlightOffer>, held: boolean, call: SupplierCall): Promise<SupplierOrder> {
    if (Date.parse(request.offer.offerExpiresAt) <= clock.now() && !(await memory.get("flight purchase", request.key))) throw offerTooOld();
    return purchases.buy(request.key, () => create(request, held, call));
  }

  const cancelling = cancellation({ api, memory, quotes, read, noteOf, putNote });
  const naming = nameChange({ api, memory, quotes, read });

  return {
    async search(query, call) {
      const response = await shop("v5/offers/shop", shopRequest(office, query), call);
      const { offers: found, leftOut } = offers(response, query.currency, call);
      const said = response.messages.filter(({ severity }) => severity === "Error" || severity === "Warning").map(({ code }) => code);
      if (found.length === 0 && said.length === 0)
        // An account without this tier gets an empty reply and no word about it.
        log.warn("Sabre gave no offer and no reason; does the account have this tier?", { supplier: "sabre", tier, leftOut });
      else if (leftOut > 0 || said.length > 0) log.debug("Sabre's answer to a search", { supplier: "sabre", found: found.length, leftOut, said });
      const affordable = found.filter(({ price }) => !query.maxTotal || compare(price.total, query.maxTotal) <= 0);
      return variety(affordable, query.limit);
    },
    reprice,
    hold: (request, call) => buy(request, true, call),
    book: (request, call) => buy(request, false, call),
    ticket: (reference, key, call) =>
      afterSaleOnce(
        memory,
        "flight ticket",
        { reference, key },
        {
          async act() {
            const { booking } = await api.get(reference, call);
            const note = await noteOf(reference);
            const before = understand("sabre", "read", () => flightOrder(booking, note, timeZone));
            if (before.status === "cancelled") throw rejected("order_lapsed", "the order is cancelled or its hold ran out; book again");
            if (before.status === "ticketed") return before;
            await issue(reference, booking, call);
            return withTickets(reference, call);
          },
          async settled() {
            const order = await read(reference, call);
            return order.status === "ticketed" ? order : null;
          },
        },
      ),
    find: (key) => purchases.find(key),
    async adopt(reference, key) {
      // A record that lapsed or was cancelled says no price any more.
      const total = await memory.get<Money>("flight attempt", key);
      if (total && !(await noteOf(reference))) await putNote(reference, { key, total });
      return purchases.adopt(key, reference);
    },
    read,
    ...cancelling,
    ...naming,
  };
}
