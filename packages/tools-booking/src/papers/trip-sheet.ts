import type { BookingStatus, Money, TravelTime, Vertical } from "@travelagent/protocol";
import type { FlightOffer, Offer, Segment } from "../offer.ts";
import { endOf, startOf } from "../offer-facts.ts";
import { balanceOf, type OrderItem, totalOf } from "../order.ts";
import type { StoredOrder } from "../order-store.ts";
import { flightNumber, summaryOf, termLines, titleOf } from "../wording.ts";

/** One entry of a trip as a traveller reads it: each flight by itself, a stay, a rental. */
export interface TripSheetItem {
  /** Stable for the same flight, stay or rental of a booking, whatever becomes of it: `1.2` is the second flight of item 1. */
  id: string;
  kind: Vertical;
  title: string;
  start: TravelTime;
  end: TravelTime;
  lines: string[];
  locators: string[];
  documents: string[];
  place?: string;
  status: string;
  cancelled: boolean;
}

/** A booking as travellers read it, for itineraries and calendars. */
export interface TripSheet {
  reference: string;
  title: string;
  travellers: string[];
  items: TripSheetItem[];
  total: Money;
  balance: Money;
  sandbox: boolean;
  /** Grows with every change of the booking. */
  version: number;
}

const statuses: Record<BookingStatus, string> = {
  pending: "Not booked yet",
  held: "Held, to be paid",
  confirmed: "Confirmed",
  ticketed: "Ticketed",
  unknown: "Waiting for the supplier's answer",
  "cancellation-pending": "Cancellation under way",
  cancelled: "Cancelled",
  voided: "Cancelled",
  refunded: "Cancelled and refunded",
  failed: "Could not be booked",
  "needs-human": "A colleague looks at it",
};
const gone: ReadonlySet<BookingStatus> = new Set(["cancelled", "voided", "refunded", "failed"]);

const airportOf = ({ departure }: Segment): string => `${departure.city} ${departure.airport}${departure.terminal ? `, terminal ${departure.terminal}` : ""}`;

function flights(item: OrderItem, offer: FlightOffer, shared: Pick<TripSheetItem, "locators" | "documents" | "status" | "cancelled">): TripSheetItem[] {
  // A schedule change is what the supplier has now, not what was sold.
  const journeys = item.journeys ?? offer.journeys;
  const terms = termLines(offer).filter((line) => line.startsWith("Baggage") || line.startsWith("Fare"));
  return journeys
    .flatMap(({ segments }) => segments)
    .map((segment, index) => ({
      id: `${item.no}.${index + 1}`,
      kind: "flight" as const,
      title: `${flightNumber(segment)} ${segment.departure.city} ${segment.departure.airport} → ${segment.arrival.city} ${segment.arrival.airport}`,
      start: segment.departure.time,
      end: segment.arrival.time,
      lines: [
        `${segment.carrierName}${segment.operatingCarrier === segment.marketingCarrier ? "" : `, operated by ${segment.operatingCarrier}`}`,
        ...(segment.arrival.terminal ? [`Arrives at terminal ${segment.arrival.terminal}`] : []),
        ...terms,
      ],
      place: airportOf(segment),
      ...shared,
    }));
}

const placeOf = (offer: Exclude<Offer, FlightOffer>): string =>
  offer.vertical === "hotel" ? `${offer.property.name}, ${offer.property.address}, ${offer.property.city}` : offer.pickUp.address;

function entries(item: OrderItem): TripSheetItem[] {
  const { offer } = item;
  const shared = {
    // The supplier's own number helps nobody at a desk that has a locator.
    locators: item.locators.length > 0 ? item.locators : item.supplierReference === undefined ? [] : [item.supplierReference],
    documents: item.documents.map(({ number }) => number),
    status: statuses[item.status],
    cancelled: gone.has(item.status),
  };
  if (offer.vertical === "flight") return flights(item, offer, shared);
  return [
    {
      id: `${item.no}.1`,
      kind: offer.vertical,
      title: titleOf(offer),
      start: startOf(offer),
      end: endOf(offer),
      lines: termLines(offer),
      place: placeOf(offer),
      ...shared,
    },
  ];
}

export function tripSheet({ order, version }: StoredOrder): TripSheet {
  const items = order.items.flatMap(entries).sort((a, b) => Date.parse(a.start.utc) - Date.parse(b.start.utc));
  return {
    reference: order.reference,
    title:
      order.items.length === 1
        ? titleOf(order.items[0]!.offer)
        : `Trip of ${order.items.length} parts: ${order.items.map(({ offer }) => summaryOf(offer).split(",")[0]).join(", ")}`,
    travellers: order.travellers.map(({ givenName, familyName }) => `${givenName} ${familyName}`),
    items,
    total: totalOf(order),
    balance: balanceOf(order),
    sandbox: order.items.some(({ offer }) => offer.sandbox),
    version,
  };
}
