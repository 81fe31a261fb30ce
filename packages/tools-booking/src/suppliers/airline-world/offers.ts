import type { Cabin, FlightOffer, Journey, Price, Segment } from "../../offer.ts";
import type { Books } from "./books.ts";
import { usd } from "./dollars.ts";
import { timeOf } from "./times.ts";

/** What an offer is made of. */
export interface Seats {
  id: string;
  supplier: string;
  supplierRef: string;
  cabin: string;
  tripType: string;
  destination: string;
  legs: readonly { flight: string; date: string }[];
  travellers: number;
  /** Dollars, with everything. */
  total: number;
  seatsRemaining?: number;
  /** Milliseconds. */
  now: number;
}

/** Everybody's part of the total; a cent that cannot be shared is in the last one's. */
function shares({ total, travellers }: Seats): Price["perPassenger"] {
  const all = Math.round(total * 100);
  const each = Math.floor(all / travellers);
  const rest = all - each * (travellers - 1);
  const share = (count: number, cents: number): Price["perPassenger"][number] => ({ ptc: "ADT", count, each: usd(cents / 100) });
  if (rest === each) return [share(travellers, each)];
  return [share(travellers - 1, each), share(1, rest)];
}

const offerLifeMs = 30 * 60_000;
const cabins: Record<string, Cabin> = { basic_economy: "ECONOMY", economy: "ECONOMY", business: "BUSINESS" };
const brands: Record<string, string> = { basic_economy: "Basic Economy", economy: "Economy", business: "Business" };
const minutes = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 60_000);

function segmentOf(books: Books, { flight, date }: { flight: string; date: string }, index: number): Segment {
  const { origin, destination, scheduled_departure_time_est, scheduled_arrival_time_est } = books.get("flights", flight)!;
  const [, carrier = flight, digits = ""] = /^(\D*)(\d*)$/.exec(flight) ?? [];
  const [departs, arrives] = [timeOf(date, scheduled_departure_time_est), timeOf(date, scheduled_arrival_time_est)];
  return {
    id: `s${index + 1}`,
    marketingCarrier: carrier,
    carrierName: carrier,
    flightNumber: digits,
    operatingCarrier: carrier,
    departure: { airport: origin, city: origin, time: departs },
    arrival: { airport: destination, city: destination, time: arrives },
    duration: minutes(departs.utc, arrives.utc),
    equipment: "",
  };
}

const journeyOf = (segments: Segment[]): Journey => ({
  origin: segments[0]!.departure.airport,
  destination: segments.at(-1)!.arrival.airport,
  duration: minutes(segments[0]!.departure.time.utc, segments.at(-1)!.arrival.time.utc),
  segments,
});

/** Out and back are journeys of their own. */
function journeysOf(segments: Segment[], { tripType, destination }: Seats): Journey[] {
  const turn = segments.findIndex((segment) => segment.arrival.airport === destination) + 1;
  if (tripType !== "round_trip" || turn === 0 || turn === segments.length) return [journeyOf(segments)];
  return [journeyOf(segments.slice(0, turn)), journeyOf(segments.slice(turn))];
}

/** Seats on these flights as an offer. The flights exist. */
export function offerOf(books: Books, seats: Seats): FlightOffer {
  const segments = seats.legs.map((leg, index) => segmentOf(books, leg, index));
  const total = usd(seats.total);
  return {
    id: seats.id,
    supplier: seats.supplier,
    sandbox: true,
    supplierRef: seats.supplierRef,
    paidTo: "supplier",
    vertical: "flight",
    price: { total, base: total, taxes: usd(0), fees: usd(0), perPassenger: shares(seats) },
    offerExpiresAt: new Date(seats.now + offerLifeMs).toISOString(),
    ...(seats.seatsRemaining === undefined ? {} : { seatsRemaining: seats.seatsRemaining }),
    conditions: { refund: { allowed: null }, change: { allowed: seats.cabin !== "basic_economy" } },
    journeys: journeysOf(segments, seats),
    fareComponents: segments.map(({ id }) => ({
      segmentId: id,
      cabin: cabins[seats.cabin] ?? "ECONOMY",
      bookingClass: seats.cabin === "business" ? "J" : "Y",
      fareBasisCode: seats.cabin,
      fareBrand: brands[seats.cabin] ?? seats.cabin,
      baggage: { carryOn: "1 bag", checkedPieces: null },
    })),
    validatingCarrier: segments[0]!.marketingCarrier,
    passengers: [{ ptc: "ADT", count: seats.travellers }],
  };
}
