import type { Itinerary } from "../../desk.ts";
import type { Books } from "./books.ts";
import { cents } from "./dollars.ts";
import type { ReservationDocument, ReservedFlight } from "./record.ts";

/** What the airline asks for what comes with a seat, in dollars. */
export interface Fees {
  extraBag: number;
  insurancePerTraveller: number;
}

/** One flight of a proposed trip, as the record knows it. */
export interface Leg {
  flight: string;
  date: string;
  /** There is such a flight on such a date. */
  known: boolean;
  /** In the booking already, in this cabin: it keeps its price and needs no seat. */
  kept: boolean;
  flown: boolean;
  origin?: string;
  destination?: string;
  status?: string;
  seats?: number;
  /** For one traveller. */
  price?: number;
}

/** A proposed trip with everything in it. */
export interface Trip {
  origin: string;
  destination: string;
  tripType: string;
  cabin: string;
  /** Every cabin that was asked for, each once. */
  cabins: string[];
  legs: Leg[];
  travellers: number;
  bags: { total: number; paid: number };
  insured: boolean;
}

export const tripTypes = { "one-way": "one_way", "round-trip": "round_trip" } as const;
const flownAs: readonly string[] = ["flying", "landed"];
export const isFlown = (status: string | undefined): boolean => status !== undefined && flownAs.includes(status);

export const statusOf = (books: Books, { flight_number, date }: Pick<ReservedFlight, "flight_number" | "date">): string | undefined => {
  const dates = books.get("flights", flight_number)?.dates;
  return dates && Object.hasOwn(dates, date) ? dates[date]!.status : undefined;
};

function legOf(books: Books, { flight, date }: { flight: string; date: string }, cabin: string, booked: Readonly<ReservationDocument> | undefined): Leg {
  const document = books.get("flights", flight);
  const day = document && Object.hasOwn(document.dates, date) ? document.dates[date] : undefined;
  const before = booked?.flights.find((other) => other.flight_number === flight && other.date === date);
  const kept = before !== undefined && booked?.cabin === cabin;
  const price = kept ? before.price : day?.prices?.[cabin];
  const seats = day?.available_seats?.[cabin];
  return {
    flight,
    date,
    known: day !== undefined,
    kept,
    flown: isFlown(day?.status),
    ...(document ? { origin: document.origin, destination: document.destination } : {}),
    ...(day ? { status: day.status } : {}),
    ...(seats === undefined ? {} : { seats }),
    ...(price === undefined ? {} : { price }),
  };
}

/** A new trip, or the booking as it would be after the change. */
export function tripOf(books: Books, itinerary: Itinerary, travellers: number, booked?: Readonly<ReservationDocument>): Trip {
  const cabin = itinerary.cabin ?? booked?.cabin ?? "";
  const flights: { flight: string; date: string; cabin?: string | undefined }[] =
    itinerary.flights ?? booked?.flights.map(({ flight_number, date }) => ({ flight: flight_number, date })) ?? [];
  const cabins = [cabin, ...flights.map((flight) => flight.cabin ?? cabin), ...(itinerary.travellerCabins ?? [])];
  return {
    origin: booked?.origin ?? itinerary.origin ?? "",
    destination: booked?.destination ?? itinerary.destination ?? "",
    tripType: booked?.flight_type ?? (itinerary.tripType ? tripTypes[itinerary.tripType] : ""),
    cabin,
    cabins: [...new Set(cabins)],
    legs: flights.map((flight) => legOf(books, flight, cabin, booked)),
    travellers,
    bags: itinerary.checkedBags ?? { total: booked?.total_baggages ?? 0, paid: booked?.nonfree_baggages ?? 0 },
    insured: itinerary.insurance ?? booked?.insurance === "yes",
  };
}

/** Of all flights for everybody; undefined when one has no price. */
export function fareOf({ legs, travellers }: Pick<Trip, "legs" | "travellers">): number | undefined {
  if (legs.length === 0 || legs.some(({ price }) => price === undefined)) return undefined;
  return cents(legs.reduce((sum, { price }) => sum + price!, 0) * travellers);
}

/** With bags and insurance. */
export function totalOf(trip: Trip, fees: Fees): number | undefined {
  const fare = fareOf(trip);
  if (fare === undefined) return undefined;
  return cents(fare + fees.extraBag * trip.bags.paid + (trip.insured ? fees.insurancePerTraveller * trip.travellers : 0));
}

/** What changing `booked` into this costs; negative is paid back. */
export function dueOf(trip: Trip, booked: Readonly<ReservationDocument>, fees: Fees): number | undefined {
  const fare = fareOf(trip);
  if (fare === undefined) return undefined;
  const before = booked.flights.reduce((sum, { price }) => sum + price, 0) * booked.passengers.length;
  return cents(fare - before + fees.extraBag * Math.max(0, trip.bags.paid - booked.nonfree_baggages));
}

/** How the flights of a trip hang together. */
export function routeOf({ legs, origin, destination, tripType }: Trip) {
  const [first, last] = [legs[0], legs.at(-1)];
  const reaches = legs.some((leg) => leg.destination === destination);
  return {
    startsAtOrigin: first !== undefined && first.origin === origin,
    connected: legs.every((leg, index) => index === 0 || (leg.origin !== undefined && leg.origin === legs[index - 1]!.destination)),
    endsWhereDue: last !== undefined && reaches && last.destination === (tripType === "round_trip" ? origin : destination),
    inOrder: legs.every((leg, index) => index === 0 || leg.date >= legs[index - 1]!.date),
  };
}
