import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { compare } from "../../money.ts";
import type { FlightOffer, FlightQuery, Price } from "../../offer.ts";
import type { BookRequest, Contact, Reprice, SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { surelyNothingHappened } from "../../write-outcome.ts";
import { createPurchases, createQuoteBook, type SupplierHttp, type SupplierMemory, understand } from "../http/index.ts";
import { ownCall } from "../own-call.ts";
import { codeWithin, offerTooOld, rejected } from "../rejected.ts";
import { checkTakenBack } from "../taken-back.ts";
import { variety } from "../variety.ts";
import { withinLimit } from "../within-limit.ts";
import { travelportAfterSale } from "./after-sale.ts";
import { type Combination, combinationsIn, conditionsOf, limitOf, offerOf } from "./map-catalog.ts";
import { partyIn, priceOf, sameMoney } from "./map-price.ts";
import { type OrderNote, referenceOf, reservationOrder, totalOf } from "./map-reservation.ts";
import { type Envelope, offerRequest, searchRequest } from "./requests.ts";
import { termsOf } from "./terms.ts";
import { Catalog, OfferList, type Terms, type Price as WirePrice } from "./wire.ts";
import { reservationIn, workbenches } from "./workbench.ts";

export interface FlightParts {
  http: SupplierHttp;
  live: boolean;
  memory: SupplierMemory;
  clock: Clock;
  log: Logger;
  /** Trips of two directions that are priced for one search. */
  pricedTrips: number;
}

export function travelportFlights({ http, live, memory, clock, log, pricedTrips }: FlightParts): VerticalSupplier<FlightQuery, FlightOffer> {
  const quotes = createQuoteBook(memory, clock);
  const bench = workbenches(http, log);
  const noteOf = (reference: string) => memory.get<OrderNote>("flight note", reference);
  const putNote = (reference: string, note: OrderNote) => memory.put("flight note", reference, note);
  /** Which of the two forms this access understands; found out once. */
  let envelope: Envelope = "typed";

  const post = (path: string, route: string, json: unknown) => ({ method: "POST" as const, path, route, json, timeoutMs: 30_000 });

  async function catalog(query: FlightQuery, call: SupplierCall) {
    const ask = (form: Envelope) => http.read(post("air/catalog/search/catalogproductofferings", "search", searchRequest(query, form)), call);
    const reply = await ask(envelope).catch((error: unknown) => {
      if (codeWithin(error) !== "INVALID_INPUT_FORMAT") throw error;
      const other: Envelope = envelope === "typed" ? "wrapped" : "typed";
      return ask(other).then((answer) => {
        envelope = other;
        return answer;
      });
    });
    return understand("travelport", "read", () => Catalog.parse(reply.body).CatalogProductOfferingsResponse);
  }

  async function priced(supplierRef: string, call: SupplierCall): Promise<{ price: WirePrice; terms: Terms | undefined } | undefined> {
    const reply = await http.read(post("air/price/offers/buildfromcatalogproductofferings", "price", offerRequest(termsOf(supplierRef))), call);
    const [offer] = understand("travelport", "read", () => OfferList.parse(reply.body).OfferListResponse.OfferID);
    return offer?.Price ? { price: offer.Price, terms: offer.TermsAndConditionsFull[0] } : undefined;
  }

  async function search(query: FlightQuery, call: SupplierCall): Promise<FlightOffer[]> {
    const response = await catalog(query, call).catch((error: unknown) => {
      if (codeWithin(error) !== "NOTHING_FOUND") throw error;
      return undefined;
    });
    if (!response) return [];
    const legs = query.returnDate === undefined ? 1 : 2;
    const context = { sandbox: !live, now: clock.now(), requestId: call.requestId, currency: query.currency };
    const { search: id, combinations, leftOut } = understand("travelport", "read", () => combinationsIn(response, legs));
    if (leftOut > 0) log.debug("offers of Travelport were left out", { supplier: "travelport", leftOut });
    const made = (trip: Combination, exact: { price: WirePrice; terms: Terms | undefined }) =>
      understand("travelport", "read", () => {
        try {
          return offerOf(id, trip, exact, context);
        } catch (error) {
          if (error instanceof RangeError) return undefined;
          throw error;
        }
      });
    const drafts = combinations.flatMap((trip) => {
      const draft = made(trip, { price: trip[0]!.price, terms: trip[0]!.terms });
      return draft ? [{ draft, trip }] : [];
    });
    const affordable = ({ price }: FlightOffer) => !query.maxTotal || compare(price.total, query.maxTotal) <= 0;
    const found = drafts.map(({ draft }) => draft);
    if (legs === 1) return variety(found.filter(affordable), query.limit);
    // The price beside one direction is the lowest of all trips with it, and not the price of this trip.
    const offers = await Promise.all(
      variety(found, Math.min(query.limit, pricedTrips)).map(async (draft) => {
        const { trip } = drafts.find((one) => one.draft === draft)!;
        const exact = await priced(draft.supplierRef, call).catch(() => undefined);
        return exact && made(trip, exact);
      }),
    );
    return offers
      .filter((offer) => offer !== undefined)
      .filter(affordable)
      .toSorted((a, b) => compare(a.price.total, b.price.total));
  }

  async function reprice(given: FlightOffer, call: SupplierCall): Promise<Reprice<FlightOffer>> {
    if (Date.parse(given.offerExpiresAt) <= clock.now()) return { status: "expired" };
    const terms = termsOf(given.supplierRef);
    try {
      const exact = await priced(given.supplierRef, call);
      const price = exact && understand("travelport", "read", () => priceOf(exact.price));
      if (!exact || !price || JSON.stringify(partyIn(price)) !== JSON.stringify(terms.passengers)) return { status: "sold-out" };
      const { paymentTimeLimit: _, ...rest } = given;
      const offer: FlightOffer = { ...rest, price, conditions: conditionsOf(exact.terms, price), ...limitOf(exact.terms, terms.source, clock.now()) };
      const was = given.price.total;
      return sameMoney(was, price.total) ? { status: "available", offer } : { status: "price-changed", offer, was };
    } catch (error) {
      if (TravelAgentError.is(error, "OFFER_EXPIRED")) return { status: "expired" };
      if (TravelAgentError.is(error, "SOLD_OUT")) return { status: "sold-out" };
      throw error;
    }
  }

  async function read(reference: string, call: SupplierCall): Promise<SupplierOrder> {
    const path = `air/book/reservation/reservations/${encodeURIComponent(reference)}`;
    const reply = await http.read({ method: "GET", path, route: "retrieve", query: { detailViewInd: true } }, call);
    const reservation = reservationIn("read", reply);
    const note = await noteOf(reference);
    return understand("travelport", "read", () => reservationOrder(reservation, note));
  }

  const afterSale = travelportAfterSale({ http, bench, memory, quotes, clock, read, noteOf, putNote });

  const purchases = createPurchases({
    supplier: "travelport",
    memory,
    kind: "flight",
    async read(reference, key) {
      const order = await read(reference, ownCall(key));
      const { undoneAt } = (await noteOf(reference)) ?? {};
      if (order.status !== "cancelled") checkTakenBack("travelport", reference, undoneAt, clock);
      // Who took it for a hold would buy tickets a second time.
      if (order.status === "held") await afterSale.checkIssued(reference);
      return order;
    },
    async lookUp(key) {
      const reference = await memory.get<string>("flight locator", key);
      if (reference !== null) return reference;
      throw new TravelAgentError(
        "OUTCOME_UNKNOWN",
        `Travelport cannot be asked for a reservation without its locator; look for one with the note "AGENCY KEY ${key.toUpperCase()}" or the traveller's name`,
        { details: { supplier: "travelport", code: "no_locator", needsPerson: true } },
      );
    },
  });

  async function create(request: BookRequest<FlightOffer>, contact: Contact & { phone: string }, held: boolean, call: SupplierCall): Promise<SupplierOrder> {
    const { key, offer, maxTotal } = request;
    const now = await reprice(offer, call);
    if (now.status === "expired") throw offerTooOld();
    if (now.status === "sold-out") throw new TravelAgentError("SOLD_OUT", "these flights are no longer sold at this fare; search again");
    const was = offer.price.total;
    withinLimit(now.offer.price.total, maxTotal, was);
    if (held && now.offer.paymentTimeLimit === undefined) throw rejected("hold_not_available", "this fare cannot be held; book it or choose another");
    const known = (locator: string) => memory.put("flight locator", key, locator);
    const within = (price: WirePrice) => {
      const told: Price | undefined = priceOf(price);
      if (told) withinLimit(told.total, maxTotal, was);
    };
    // What an earlier attempt with this key made was taken back: should this one's reply be lost, that record must not pass for it.
    await memory.remove("flight locator", key);
    await memory.put("flight attempt", key, now.offer.price.total);
    const reservation = await bench.reserve({ ...request, contact }, within, call).catch(async (error: unknown) => {
      const details = TravelAgentError.is(error) ? (error.details as { reference?: string } | undefined) : undefined;
      if (details?.reference !== undefined) await known(details.reference);
      throw error;
    });
    const reference = understand("travelport", "write", () => referenceOf(reservation));
    await known(reference);
    const outcome = await afterSale.afterCommit(reference, async () => {
      // Prices are made at the commit: what the reservation says is what would be paid.
      const total = understand("travelport", "read", () => totalOf(reservation)) ?? now.offer.price.total;
      const note = { key, total };
      await putNote(reference, note);
      try {
        withinLimit(total, maxTotal, was);
        if (!held) await afterSale.issue(reference, maxTotal, call);
      } catch (error) {
        if (surelyNothingHappened(error)) return { refused: error, note };
        throw error;
      }
      return { order: held ? await read(reference, call) : await afterSale.withTickets(reference, call) };
    });
    return outcome.order ?? afterSale.undo(reference, outcome.note, outcome.refused, call);
  }

  async function buy(request: BookRequest<FlightOffer>, held: boolean, call: SupplierCall): Promise<SupplierOrder> {
    const { email, phone } = request.contact;
    if (!(await memory.get("flight purchase", request.key))) {
      if (Date.parse(request.offer.offerExpiresAt) <= clock.now()) throw offerTooOld();
      if (phone === undefined) throw rejected("phone_required", "Travelport books nobody without a telephone number; ask the traveller for one");
    }
    return purchases.buy(request.key, () => create(request, { email, phone: phone! }, held, call));
  }

  return {
    search,
    reprice,
    hold: (request, call) => buy(request, true, call),
    book: (request, call) => buy(request, false, call),
    ticket: afterSale.ticket,
    find: (key) => purchases.find(key),
    async adopt(reference, key) {
      // A record that lapsed or was cancelled says no price any more.
      const total = await memory.get<Money>("flight attempt", key);
      if (total && !(await noteOf(reference))) await putNote(reference, { key, total });
      return purchases.adopt(key, reference);
    },
    read,
    quoteCancel: afterSale.quoteCancel,
    cancel: afterSale.cancel,
  };
}
