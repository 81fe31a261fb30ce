import type { FlightQuery } from "../../offer.ts";
import type { Books } from "./books.ts";
import type { Composed } from "./flights.ts";
import type { FlightDocument } from "./record.ts";
import { timeOf } from "./times.ts";

const cabinsOf: Record<FlightQuery["cabin"], readonly string[]> = {
  ECONOMY: ["basic_economy", "economy"],
  PREMIUM_ECONOMY: [],
  BUSINESS: ["business"],
  FIRST: [],
};

type Way = { flight: string; date: string }[];

const nextDay = (date: string): string => new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
const open = (flight: Readonly<FlightDocument>, date: string, cabin: string, people: number): boolean =>
  flight.dates[date]?.status === "available" && (flight.dates[date].available_seats?.[cabin] ?? 0) >= people;

/** Direct flights and those with one stop on a date. */
function ways(books: Books, origin: string, destination: string, date: string, cabin: string, people: number, directOnly: boolean): Way[] {
  const from = [...books.flights()].filter((flight) => flight.origin === origin && open(flight, date, cabin, people));
  const direct = from.filter((flight) => flight.destination === destination).map((flight): Way => [{ flight: flight.flight_number, date }]);
  if (directOnly) return direct;
  const into = [...books.flights()].filter((flight) => flight.destination === destination && flight.origin !== origin);
  const connected = from.flatMap((first) => {
    const lands = timeOf(date, first.scheduled_arrival_time_est);
    return into
      .filter((second) => second.origin === first.destination)
      .flatMap((second): Way[] => {
        const day = first.scheduled_arrival_time_est.includes("+1") ? nextDay(date) : date;
        const leaves = timeOf(day, second.scheduled_departure_time_est);
        if (leaves.utc < lands.utc || !open(second, day, cabin, people)) return [];
        return [
          [
            { flight: first.flight_number, date },
            { flight: second.flight_number, date: day },
          ],
        ];
      });
  });
  return [...direct, ...connected];
}

/** What a query finds, not more than it wants; the caller prices it. */
export function findTrips(books: Books, query: FlightQuery): Composed[] {
  const { origin, destination, departureDate, returnDate, adults, childrenAges, directOnly, currency, limit } = query;
  if (currency !== "USD") return [];
  const travellers = adults + childrenAges.length;
  return cabinsOf[query.cabin]
    .flatMap((cabin): Composed[] => {
      const out = ways(books, origin, destination, departureDate, cabin, travellers, directOnly);
      const back = returnDate === undefined ? [[]] : ways(books, destination, origin, returnDate, cabin, travellers, directOnly);
      return out.flatMap((there) =>
        back.map(
          (home): Composed => ({
            itinerary: { origin, destination, tripType: returnDate === undefined ? "one-way" : "round-trip", cabin, flights: [...there, ...home] },
            travellers,
          }),
        ),
      );
    })
    .slice(0, limit);
}
