import type { Money } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { refundOf } from "../after-sale.ts";
import { withDeadline } from "../deadline.ts";
import type { Search } from "../fan-out.ts";
import { airport } from "../geography/index.ts";
import { compare, minorUnits, money, subtract } from "../money.ts";
import type { FlightOffer, Offer } from "../offer.ts";
import { isBooked, type OrderItem } from "../order.ts";
import type { StoredOrder } from "../order-store.ts";
import { portOf } from "../saga/saga.ts";
import { samenessOf } from "../same-offer.ts";
import type { Quote, Supplier } from "../supplier.ts";
import { cityCodeOf } from "./city-of.ts";

/** What the same travel costs at the same supplier now. */
export type PriceNow = { status: "priced"; price: Money; offer: Offer } | { status: "gone" };

/** What moving the item to that offer would bring, after every penalty. */
export interface Move {
  how: "change" | "cancel-and-rebook";
  saving: Money;
  cost: Money;
}

/** Prices of what is bought already. Asks, and never holds, buys or changes anything. */
export interface Repricing {
  /** One search at the item's own supplier. Raises what the supplier raises. */
  priceNow(stored: StoredOrder, item: number, signal: AbortSignal): Promise<PriceNow>;
  /** Up to two quotes. Null where neither is possible. */
  move(stored: StoredOrder, item: number, to: Offer, signal: AbortSignal): Promise<Move | null>;
}

const mostOffers = 200;
const childAge = 8;
const infantAge = 1;

/** The cabin of the cheapest part: suppliers search by one. */
const cabinOf = ({ fareComponents }: FlightOffer) => fareComponents[0]?.cabin ?? "ECONOMY";

const agesOf = ({ passengers }: FlightOffer): number[] =>
  passengers.flatMap(({ ptc, count }) => (ptc === "ADT" ? [] : Array.from({ length: count }, () => (ptc === "CHD" ? childAge : infantAge))));

/** The search that finds this offer again. Null for a flight that is more than there and back. */
export function searchFor(offer: Offer): Search | null {
  const { currency } = offer.price.total;
  const limit = mostOffers;
  if (offer.vertical === "flight") {
    const [out, back, more] = offer.journeys;
    const [first, last] = [out!.segments[0]!, out!.segments.at(-1)!];
    const [from, to] = [airport(first.departure.airport)?.city ?? first.departure.airport, airport(last.arrival.airport)?.city ?? last.arrival.airport];
    if (more) return null;
    if (back) {
      const returns = airport(back.segments.at(-1)!.arrival.airport)?.city ?? back.segments.at(-1)!.arrival.airport;
      if (returns !== from) return null;
    }
    return {
      kind: "flight",
      query: {
        origin: from,
        destination: to,
        departureDate: first.departure.time.local.slice(0, 10),
        ...(back ? { returnDate: back.segments[0]!.departure.time.local.slice(0, 10) } : {}),
        adults: offer.passengers.find(({ ptc }) => ptc === "ADT")?.count ?? 1,
        childrenAges: agesOf(offer),
        cabin: cabinOf(offer),
        directOnly: offer.journeys.every(({ segments }) => segments.length === 1),
        currency,
        limit,
      },
    };
  }
  if (offer.vertical === "hotel") {
    const place = cityCodeOf(offer.property);
    if (place === undefined) return null;
    return {
      kind: "hotel",
      query: {
        place,
        checkIn: offer.checkIn.local.slice(0, 10),
        checkOut: offer.checkOut.local.slice(0, 10),
        rooms: offer.rooms,
        adults: offer.guests.adults,
        childrenAges: [...offer.guests.childrenAges],
        refundableOnly: false,
        currency,
        limit,
      },
    };
  }
  return {
    kind: "car",
    query: {
      pickUp: offer.pickUp.locationCode,
      dropOff: offer.dropOff.locationCode,
      pickUpAt: offer.pickUp.time.local.slice(0, 16),
      dropOffAt: offer.dropOff.time.local.slice(0, 16),
      driverAge: 30,
      automaticOnly: false,
      vendors: [offer.vendor.code],
      currency,
      limit,
    },
  };
}

/** Compared without the steps of cancellation, whose days move with the day of the search; of flights with the brand, which one supplier names in one way. */
function likenessOf(offer: Offer): string {
  if (offer.vertical === "flight") return `${samenessOf(offer)}|${offer.fareComponents.map(({ fareBrand }) => fareBrand).join()}`;
  if (offer.vertical === "hotel")
    return [
      offer.property.id,
      offer.room.name,
      offer.room.beds,
      offer.ratePlan.code,
      offer.ratePlan.board,
      offer.ratePlan.paymentType,
      offer.checkIn.local.slice(0, 10),
      offer.checkOut.local.slice(0, 10),
    ].join("|");
  return [
    offer.vendor.code,
    offer.vehicle.acriss,
    offer.pickUp.locationCode,
    offer.pickUp.time.local,
    offer.dropOff.locationCode,
    offer.dropOff.time.local,
    offer.paymentType,
    offer.mileage,
  ].join("|");
}

const itemOf = ({ order }: StoredOrder, no: number): OrderItem | undefined => order.items.find((one) => one.no === no);

export function createRepricing({
  suppliers,
  clock,
  readTimeoutMs = 20_000,
}: {
  suppliers: readonly Supplier[];
  clock: Clock;
  readTimeoutMs?: number;
}): Repricing {
  const ask = <T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> => withDeadline(clock, readTimeoutMs, signal, work);

  async function offersOf(search: Search, supplier: Supplier, signal: AbortSignal): Promise<Offer[]> {
    const call = (own: AbortSignal) => ({ signal: own, requestId: "price-monitoring" });
    if (search.kind === "flight") return ask(signal, async (own) => (await supplier.flights?.search(search.query, call(own))) ?? []);
    if (search.kind === "hotel") return ask(signal, async (own) => (await supplier.hotels?.search(search.query, call(own))) ?? []);
    return ask(signal, async (own) => (await supplier.cars?.search(search.query, call(own))) ?? []);
  }

  return {
    async priceNow(stored, no, signal) {
      const item = itemOf(stored, no);
      const search = item && searchFor(item.offer);
      const supplier = item && suppliers.find(({ id }) => id === item.offer.supplier);
      if (!item || !search || !supplier) return { status: "gone" };
      const wanted = likenessOf(item.offer);
      const alike = (await offersOf(search, supplier, signal)).filter(
        (offer) => offer.price.total.currency === item.total.currency && offer.sandbox === item.offer.sandbox && likenessOf(offer) === wanted,
      );
      const best = alike.toSorted((a, b) => compare(a.price.total, b.price.total))[0];
      return best ? { status: "priced", price: best.price.total, offer: best } : { status: "gone" };
    },

    async move(stored, no, to, signal) {
      const item = itemOf(stored, no);
      if (!item || !isBooked(item) || item.supplierReference === undefined) return null;
      const port = portOf(suppliers, item.offer);
      const call = (own: AbortSignal) => ({ signal: own, requestId: `price-monitoring:${stored.order.id}` });
      const reference = item.supplierReference;
      const quoted = async (quote: ((own: AbortSignal) => Promise<Quote>) | undefined): Promise<Quote | undefined> => {
        // One that says no to a quote says how it cannot be done, and the other way may do.
        const answer = quote && (await ask(signal, quote).catch(() => undefined));
        signal.throwIfAborted();
        return answer;
      };
      const exchange = await quoted(port.quoteChange && port.change ? (own) => port.quoteChange!(reference, to, call(own)) : undefined);
      const cancel = await quoted((own) => port.quoteCancel(reference, call(own)));
      const moves: Move[] = [];
      if (exchange && exchange.refund.currency === item.total.currency)
        moves.push({ how: "change", saving: subtract(exchange.refund, exchange.due), cost: exchange.penalty });
      if (cancel && cancel.penalty.currency === item.total.currency) {
        // What is paid on the spot is not paid at all once it is cancelled.
        const back = item.paidHere ? refundOf(item, cancel) : money(minorUnits(item.total) - minorUnits(cancel.penalty), item.total.currency);
        moves.push({ how: "cancel-and-rebook", saving: subtract(back, to.price.total), cost: cancel.penalty });
      }
      return moves.toSorted((a, b) => compare(b.saving, a.saving))[0] ?? null;
    },
  };
}
