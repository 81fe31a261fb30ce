import type { BookingStatus, Money, TravelTime } from "@travelagent/protocol";
import { airport } from "../geography/index.ts";
import { add, minorUnits, subtract, zero } from "../money.ts";
import type { Journey, Offer } from "../offer.ts";
import { endOf, startOf } from "../offer-facts.ts";
import { chargeOf, isBooked, isGone, type OrderItem } from "../order.ts";
import type { StoredOrder } from "../order-store.ts";
import { flightNumber, summaryOf } from "../wording.ts";

/** One thing of a booking, as whoever looks after it at night wants it. */
export interface TripItemFacts {
  no: number;
  kind: Offer["vertical"];
  supplier: string;
  supplierReference?: string;
  locators: string[];
  status: BookingStatus;
  booked: boolean;
  sandbox: boolean;
  summary: string;
  start: TravelTime;
  end: TravelTime;
  total: Money;
  timeLimit?: string;
  /** IANA zone in which a time limit without one is meant. */
  timeLimitZone: string;
  destination: string;
  stays: { country: string; entry: string; exit: string }[];
  international: boolean;
  flights: { flight: string; from: string; to: string; departure: TravelTime; arrival: TravelTime }[];
  documents: string[];
  openChange?: "minor" | "major";
  lapsed?: boolean;
  refund?: Money;
}

/** A booking, flat. */
export interface TripFacts {
  id: string;
  reference: string;
  customerId: string;
  sessionKey: string;
  name: string;
  status: BookingStatus;
  due: Money;
  dueAt?: number;
  payUrl?: string;
  payUntil?: string;
  attention?: string;
  items: TripItemFacts[];
  travellers: { id: string; givenName: string; familyName: string; papers: string[] }[];
  createdAt: number;
  updatedAt: number;
}

export interface TripFactsOptions {
  /** Days after a booking at which it has to be paid, where no page says by when. */
  invoiceDays: number;
  /** IANA zone of the office a supplier knows. */
  zoneOf(supplier: string): string;
}

const dayMs = 86_400_000;
/** Whatever the invoice says, it is paid before it begins. */
const beforeStartMs = 2 * dayMs;
/** Who goes on sooner than this has not been in the country. */
const stopoverMs = 24 * 3_600_000;

const asItIs = ({ offer, journeys }: OrderItem): Offer => (offer.vertical === "flight" && journeys ? { ...offer, journeys } : offer);

const segmentsOf = (journeys: readonly Journey[]) => journeys.flatMap(({ segments }) => segments);

function flightsOf(offer: Offer): TripItemFacts["flights"] {
  if (offer.vertical !== "flight") return [];
  return segmentsOf(offer.journeys).map((segment) => ({
    flight: flightNumber(segment),
    from: segment.departure.airport,
    to: segment.arrival.airport,
    departure: segment.departure.time,
    arrival: segment.arrival.time,
  }));
}

/** Countries that are stayed in, that of the first departure left out. A way there alone ends with its arrival. */
function staysOf(offer: Offer): TripItemFacts["stays"] {
  if (offer.vertical !== "flight") return [];
  const segments = segmentsOf(offer.journeys);
  const home = airport(segments[0]!.departure.airport)?.country;
  const stays: TripItemFacts["stays"] = [];
  for (const [index, { arrival }] of segments.entries()) {
    const next = segments[index + 1];
    const country = airport(arrival.airport)?.country;
    if (country === undefined || country === home) continue;
    if (next && Date.parse(next.departure.time.utc) - Date.parse(arrival.time.utc) < stopoverMs) continue;
    stays.push({ country, entry: arrival.time.local.slice(0, 10), exit: (next?.departure.time ?? arrival.time).local.slice(0, 10) });
  }
  return stays;
}

const isInternational = (offer: Offer): boolean =>
  offer.vertical === "flight" &&
  new Set(segmentsOf(offer.journeys).flatMap(({ departure, arrival }) => [airport(departure.airport)?.country, airport(arrival.airport)?.country])).size > 1;

function destinationOf(offer: Offer): string {
  if (offer.vertical === "flight") {
    const { arrival } = offer.journeys[0]!.segments.at(-1)!;
    return airport(arrival.airport)?.cityName ?? arrival.city;
  }
  if (offer.vertical === "hotel") return airport(offer.property.city)?.cityName ?? offer.property.city;
  return airport(offer.pickUp.locationCode)?.cityName ?? offer.pickUp.locationCode;
}

function itemFacts(item: OrderItem, { zoneOf }: TripFactsOptions): TripItemFacts {
  const offer = asItIs(item);
  const { scheduleChange } = item;
  return {
    no: item.no,
    kind: offer.vertical,
    supplier: offer.supplier,
    ...(item.supplierReference === undefined ? {} : { supplierReference: item.supplierReference }),
    locators: item.locators,
    status: item.status,
    booked: isBooked(item),
    sandbox: offer.sandbox,
    summary: summaryOf(offer),
    start: startOf(offer),
    end: endOf(offer),
    total: item.total,
    ...(item.paymentTimeLimit === undefined ? {} : { timeLimit: item.paymentTimeLimit }),
    timeLimitZone: zoneOf(offer.supplier),
    destination: destinationOf(offer),
    stays: staysOf(offer),
    international: isInternational(offer),
    flights: flightsOf(offer),
    documents: item.documents.map(({ number }) => number),
    ...(scheduleChange && scheduleChange.answer === undefined ? { openChange: scheduleChange.severity } : {}),
    ...(item.lapsed ? { lapsed: true } : {}),
    ...(item.refund ? { refund: item.refund } : {}),
  };
}

/** What is still to be paid through the agency: what is paid on the spot is not. */
function dueOf({ order }: StoredOrder): Money {
  // A trip that came to nothing owes what its cancellations cost, and no more.
  const over = order.failure !== undefined || order.status === "failed";
  const owed = order.items.filter(({ paidHere }) => paidHere).map((item) => (isGone(item) || over ? chargeOf(item) : item.total));
  return subtract(owed.reduce(add, zero(order.currency)), order.paid);
}

/** A booking as the jobs of the night see it. */
export function tripOf(stored: StoredOrder, options: TripFactsOptions): TripFacts {
  const { order, createdAt, updatedAt } = stored;
  const items = order.items.map((item) => itemFacts(item, options));
  const due = dueOf(stored);
  const begins = Math.min(...items.map(({ start }) => Date.parse(start.utc)));
  const dueAt = Math.max(createdAt, Math.min(createdAt + options.invoiceDays * dayMs, begins - beforeStartMs));
  const lead = order.travellers.find(({ ptc }) => ptc === "ADT") ?? order.travellers[0];
  return {
    id: order.id,
    reference: order.reference,
    customerId: order.customerId,
    sessionKey: order.sessionKey,
    name: lead?.givenName ?? order.reference,
    status: order.status,
    due,
    ...(minorUnits(due) > 0n ? { dueAt } : {}),
    ...(order.awaiting ? { payUrl: order.awaiting.payUrl, payUntil: order.awaiting.payUntil } : {}),
    ...(order.attention === undefined ? {} : { attention: order.attention }),
    items,
    travellers: order.travellers.map(({ id, givenName, familyName, documents }) => ({
      id,
      givenName,
      familyName,
      papers: (documents ?? []).map((paper) => paper.id),
    })),
    createdAt,
    updatedAt,
  };
}
