import { compare } from "../money.ts";
import type { FlightOffer } from "../offer.ts";

const flightsOf = ({ journeys }: FlightOffer): string =>
  journeys
    .flatMap(({ segments }) => segments)
    .map(({ marketingCarrier, flightNumber, departure }) => `${marketingCarrier}${flightNumber} ${departure.time.utc}`)
    .join("/");

const byPrice = (a: FlightOffer, b: FlightOffer) => compare(a.price.total, b.price.total);

/** Those that are the first of their kind, then the rest; order kept. */
function firstOfEach<T>(items: readonly T[], kind: (item: T) => string): T[] {
  const seen = new Set<string>();
  const first = items.filter((item) => !seen.has(kind(item)) && seen.add(kind(item)));
  return [...new Set([...first, ...items])];
}

/**
 * At most `limit` of what a vendor found in one currency, cheapest first, for vendors that answer with far more than anybody looks
 * at. Half of them are different flights at their lowest fare, of as many carriers as there are; the rest are the freer fares of
 * those flights, what can be held before the others. A list of the lowest fares alone has nothing that can be held or refunded.
 */
export function variety(offers: readonly FlightOffer[], limit: number): FlightOffer[] {
  const trips = new Map<string, FlightOffer[]>();
  for (const offer of offers.toSorted(byPrice)) {
    const key = flightsOf(offer);
    trips.set(key, [...(trips.get(key) ?? []), offer]);
  }
  const all = firstOfEach([...trips.values()], ([lowest]) => lowest!.validatingCarrier);
  const lowest = all.map(([first]) => first!);
  const freer = firstOfEach(
    all.flatMap(([, ...rest]) => rest),
    ({ paymentTimeLimit, conditions }) => `${paymentTimeLimit !== undefined} ${conditions.refund.allowed}`,
  );
  const half = Math.max(1, Math.ceil(limit / 2));
  const chosen = [...lowest.slice(0, half), ...freer.slice(0, limit - Math.min(half, lowest.length)), ...lowest.slice(half)];
  return chosen.slice(0, limit).toSorted(byPrice);
}
