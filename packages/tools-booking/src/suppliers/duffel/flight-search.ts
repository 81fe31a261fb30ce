import { compare } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { SupplierCall } from "../../supplier.ts";
import { flightOfferOf } from "./map-flight-offer.ts";
import { cabinWords, flightsOf } from "./map-itinerary.ts";
import type { DuffelParts } from "./parts.ts";
import { offer, offerRequest, type WireOffer } from "./wire-air.ts";

const passengersOf = ({ adults, childrenAges }: FlightQuery) => [
  ...Array.from({ length: adults }, () => ({ type: "adult" as const })),
  // By age, so that every airline applies its own line between child and adult; below 2 is an infant on a lap.
  ...childrenAges.map((age) => ({ age })),
];

function canBeSold(
  { partial, passenger_identity_documents_required: documents, total_currency, live_mode }: WireOffer,
  currency: string,
  live: boolean,
): boolean {
  // A partial offer cannot be booked by itself, and we have no passport data where the airline insists on it.
  if (partial || documents) return false;
  // What was found in test mode is no travel.
  return total_currency === currency && !(live && live_mode === false);
}

/** Every itinerary at its lowest price first, then the freer fares of the same flights. */
function choice(offers: readonly FlightOffer[], most: number): FlightOffer[] {
  const byPrice = [...offers].sort((a, b) => compare(a.price.total, b.price.total));
  const seen = new Set<string>();
  const lowest = byPrice.filter(({ journeys }) => {
    const flights = flightsOf(journeys);
    return !seen.has(flights) && seen.add(flights);
  });
  const freer = byPrice.filter((one) => !lowest.includes(one));
  // Both kinds are shown: a list of the cheapest fares alone has nothing that can be held or given back.
  const ways = Math.max(most - freer.length, Math.ceil(most / 2));
  return [...lowest.slice(0, ways), ...freer, ...lowest.slice(ways)].slice(0, most).sort((a, b) => compare(a.price.total, b.price.total));
}

export async function searchFlights({ client, live, log }: DuffelParts, query: FlightQuery, call: SupplierCall): Promise<FlightOffer[]> {
  const { origin, destination, departureDate, returnDate, currency, maxTotal } = query;
  const data = {
    slices: [
      { origin, destination, departure_date: departureDate },
      ...(returnDate === undefined ? [] : [{ origin: destination, destination: origin, departure_date: returnDate }]),
    ],
    passengers: passengersOf(query),
    cabin_class: cabinWords[query.cabin],
    ...(query.directOnly ? { max_connections: 0 } : {}),
  };
  const { offers } = await client.read(
    offerRequest,
    {
      method: "POST",
      path: "air/offer_requests",
      route: "air/offer_requests",
      query: { return_offers: true, supplier_timeout: client.supplierTimeoutMs },
      json: { data },
    },
    call,
  );
  const found = offers.flatMap((raw): FlightOffer[] => {
    const parsed = offer.safeParse(raw);
    if (!parsed.success || !canBeSold(parsed.data, currency, live)) return [];
    try {
      return [flightOfferOf(parsed.data, live)];
    } catch (error) {
      if (error instanceof RangeError) return [];
      throw error;
    }
  });
  if (found.length < offers.length) log.debug("duffel offers left out", { offers: offers.length, used: found.length, requestId: call.requestId });
  return choice(
    found.filter(({ price }) => !maxTotal || compare(price.total, maxTotal) <= 0),
    query.limit,
  );
}
