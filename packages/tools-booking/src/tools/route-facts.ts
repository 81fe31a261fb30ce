import { airport } from "../geography/index.ts";
import type { FlightOffer, Offer, Segment } from "../offer.ts";

export const routeFactNames: readonly string[] = ["countries", "connections[].airport", "connections[].minutes", "connections[].kind"];

/** What the connection needs time for: nothing, a border, another airport, or a new check-in since the tickets know nothing of each other. */
type ConnectionKind = "domestic" | "international" | "airport-change" | "separate-tickets";

const dayMs = 86_400_000;
const countryOf = (code: string): string | undefined => airport(code)?.country;
const cityOf = (code: string): string => airport(code)?.city ?? code;
const minutesBetween = (first: Segment, then: Segment): number => (Date.parse(then.departure.time.utc) - Date.parse(first.arrival.time.utc)) / 60_000;

function connection(first: Segment, then: Segment, kind: ConnectionKind): { airport: string; minutes: number; kind: ConnectionKind } {
  return { airport: then.departure.airport, minutes: minutesBetween(first, then), kind };
}

function kindOf(first: Segment, then: Segment): ConnectionKind {
  if (first.arrival.airport !== then.departure.airport) return "airport-change";
  const countries = [first.departure.airport, first.arrival.airport, then.arrival.airport].map(countryOf);
  // An airport we do not know may be abroad.
  return countries.every((country) => country !== undefined && country === countries[0]) ? "domestic" : "international";
}

/** Flights of one offer that another one of the trip goes on from, within a day and in the same city. */
function betweenTickets(flights: readonly FlightOffer[]): ReturnType<typeof connection>[] {
  const parts = flights
    .flatMap((offer) => offer.journeys.map(({ segments }) => ({ offer, first: segments[0]!, last: segments.at(-1)! })))
    .toSorted((a, b) => Date.parse(a.first.departure.time.utc) - Date.parse(b.first.departure.time.utc));
  return parts.flatMap((part, index) => {
    const next = parts[index + 1];
    if (!next || next.offer === part.offer) return [];
    const waits = Date.parse(next.first.departure.time.utc) - Date.parse(part.last.arrival.time.utc);
    const sameCity = cityOf(part.last.arrival.airport) === cityOf(next.first.departure.airport);
    return sameCity && waits < dayMs ? [connection(part.last, next.first, "separate-tickets")] : [];
  });
}

/** Countries that flights touch, ISO 3166-1, and the connections between them. */
export function routeFacts(offers: readonly Offer[]): Record<string, unknown> {
  const flights = offers.filter((offer): offer is FlightOffer => offer.vertical === "flight");
  const journeys = flights.flatMap((offer) => offer.journeys);
  const countries = new Set(
    journeys.flatMap(({ segments }) => segments.flatMap(({ departure, arrival }) => [countryOf(departure.airport), countryOf(arrival.airport)])),
  );
  countries.delete(undefined);
  return {
    countries: [...countries],
    connections: [
      ...journeys.flatMap(({ segments }) => segments.slice(1).map((then, index) => connection(segments[index]!, then, kindOf(segments[index]!, then)))),
      ...betweenTickets(flights),
    ],
  };
}
