import { airport, localTravelTime } from "../../geography/index.ts";
import type { Journey, Segment } from "../../offer.ts";
import type { Flight, Product } from "./wire.ts";

/** `PT18H5M` in minutes; undefined where it is none. */
export function minutesOf(duration: string | undefined): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:\d+S)?)?$/.exec(duration ?? "");
  return match ? Number(match[1] ?? 0) * 1440 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0) : undefined;
}

/** Times come without a zone; undefined for an airport whose zone is not known here. */
function endOf({ location, date, time, terminal }: Flight["Departure"]): Segment["departure"] | undefined {
  const place = airport(location);
  if (!place) return undefined;
  const end = { airport: location, city: place.cityName, time: localTravelTime(`${date}T${time.slice(0, 8)}`, place.timeZone) };
  return terminal === undefined || terminal === "" ? end : { ...end, terminal };
}

/** The flights of a product in their order, by their own sequence and never by `flightRefs`, which airlines' own offers do not have. */
export function flightsOf({ FlightSegment }: Product, byRef: ReadonlyMap<string, Flight>): Flight[] | undefined {
  const flights = FlightSegment.toSorted((a, b) => a.sequence - b.sequence).map(({ Flight: one }) =>
    "FlightRef" in one && typeof one.FlightRef === "string" ? byRef.get(one.FlightRef) : (one as Flight),
  );
  return flights.every((flight) => flight !== undefined) ? (flights as Flight[]) : undefined;
}

export function journeyOf(flights: readonly Flight[], direction: number, totalDuration: string | undefined): Journey | undefined {
  const segments: Segment[] = [];
  for (const [i, flight] of flights.entries()) {
    const departure = endOf(flight.Departure);
    const arrival = endOf(flight.Arrival);
    if (!departure || !arrival) return undefined;
    segments.push({
      id: `${direction + 1}.${i + 1}`,
      marketingCarrier: flight.carrier,
      // Replies carry codes alone.
      carrierName: flight.carrier,
      flightNumber: flight.number.replace(/^0+(?=\d)/, ""),
      operatingCarrier: flight.operatingCarrier ?? flight.carrier,
      departure,
      arrival,
      duration: minutesOf(flight.duration) ?? (Date.parse(arrival.time.utc) - Date.parse(departure.time.utc)) / 60_000,
      equipment: flight.equipment ?? "",
    });
  }
  const first = segments[0]?.departure;
  const last = segments.at(-1)?.arrival;
  if (!first || !last) return undefined;
  return {
    origin: first.airport,
    destination: last.airport,
    duration: minutesOf(totalDuration) ?? (Date.parse(last.time.utc) - Date.parse(first.time.utc)) / 60_000,
    segments,
  };
}
