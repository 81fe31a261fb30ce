import { type Money, TravelAgentError } from "@travelagent/protocol";
import { airport } from "../../geography/index.ts";
import { minorUnits, money, zero } from "../../money.ts";
import type { Journey, Segment } from "../../offer.ts";
import type { SupplierOrder } from "../../supplier.ts";
import { moneyOf } from "../http/index.ts";
import { officeTime, timeAt } from "./local-time.ts";
import type { BookedFlight, Booking } from "./wire-booking.ts";

/** What we keep of an order because the vendor's record does not say it, above all once it is cancelled. */
export interface OrderNote {
  key: string;
  total: Money;
  /** Written before the cancellation is sent, true once the record shows no live flight. */
  cancelling?: { penalty: Money; refund: Money };
  /** When a purchase that must not be bought was begun to be taken back; in ms. */
  undoneAt?: number;
}

/** No seat, and none to come. What is not in this list, an unknown code included, is a seat: to call travel cancelled that is not would be worse. */
const deadStatuses: ReadonlySet<string> = new Set(["HX", "XX", "XK", "XL", "XR", "UC", "UN", "UU", "US", "NO", "WK"]);
export const isAlive = (statusCode: string): boolean => !deadStatuses.has(statusCode);

const issued: ReadonlySet<string> = new Set(["TE", "TO"]);

export const liveTickets = ({ flightTickets }: Booking) => flightTickets.filter(({ ticketStatusCode }) => issued.has(ticketStatusCode ?? "TE"));

/** What all flights cost; undefined where the record has no price any more. */
export function totalOf({ payments }: Booking, kind: "flightTotals" | "carTotals"): Money | undefined {
  const totals = payments?.[kind] ?? [];
  if (totals.length === 0) return undefined;
  const parts = totals.map(({ total, currencyCode }) => moneyOf(total, currencyCode));
  const { currency } = parts[0]!;
  if (parts.some((part) => part.currency !== currency)) throw new RangeError("a booking in two currencies");
  return money(
    parts.reduce((sum, part) => sum + minorUnits(part), 0n),
    currency,
  );
}

function segmentOf(flight: BookedFlight, id: string): Segment | undefined {
  const departs = timeAt(flight.fromAirportCode, flight.departureDate, flight.departureTime);
  const arrives = timeAt(flight.toAirportCode, flight.arrivalDate, flight.arrivalTime);
  if (!departs || !arrives) return undefined;
  const terminal = (name: string | undefined) => {
    const short = name?.replace(/^terminal\s+/i, "");
    return short ? { terminal: short } : {};
  };
  return {
    id,
    marketingCarrier: flight.airlineCode,
    carrierName: flight.airlineName ?? flight.airlineCode,
    flightNumber: String(flight.flightNumber),
    operatingCarrier: flight.operatingAirlineCode ?? flight.airlineCode,
    departure: {
      airport: flight.fromAirportCode,
      city: airport(flight.fromAirportCode)?.cityName ?? flight.fromAirportCode,
      ...terminal(flight.departureTerminalName),
      time: departs,
    },
    arrival: {
      airport: flight.toAirportCode,
      city: airport(flight.toAirportCode)?.cityName ?? flight.toAirportCode,
      ...terminal(flight.arrivalTerminalName),
      time: arrives,
    },
    duration: flight.durationInMinutes ?? (Date.parse(arrives.utc) - Date.parse(departs.utc)) / 60_000,
    equipment: flight.aircraftTypeCode ?? "",
  };
}

/** Flights as the record has them now; undefined where one stands at an airport whose zone nobody knows. */
function journeysOf({ flights, journeys }: Booking): Journey[] | undefined {
  const counts = journeys.length > 0 ? journeys.map(({ numberOfFlights }) => numberOfFlights) : [flights.length];
  const found: Journey[] = [];
  let at = 0;
  for (const [direction, count] of counts.entries()) {
    const segments = flights.slice(at, at + count).map((flight, i) => segmentOf(flight, `${direction + 1}.${i + 1}`));
    at += count;
    const known = segments.filter((segment) => segment !== undefined);
    if (known.length === 0 || known.length !== segments.length) return undefined;
    const first = known[0]!.departure;
    const last = known.at(-1)!.arrival;
    found.push({
      origin: first.airport,
      destination: last.airport,
      duration: (Date.parse(last.time.utc) - Date.parse(first.time.utc)) / 60_000,
      segments: known,
    });
  }
  return found;
}

function commissionOf(booking: Booking, currency: string): Money | undefined {
  const sources = booking.flightTickets.some(({ commission }) => commission?.commissionAmount !== undefined) ? liveTickets(booking) : booking.fares;
  const parts = sources.flatMap(({ commission }) =>
    commission?.commissionAmount !== undefined && (commission.currencyCode ?? currency) === currency ? [moneyOf(commission.commissionAmount, currency)] : [],
  );
  if (parts.length === 0) return undefined;
  return money(
    parts.reduce((sum, part) => sum + minorUnits(part), 0n),
    currency,
  );
}

/**
 * Raises `OUTCOME_UNKNOWN` for a record with tickets for some of its travellers, or with tickets and no flights that nobody here
 * cancelled: it is neither bought nor not bought.
 */
export function flightOrder(booking: Booking, note: OrderNote | null, timeZone: string): SupplierOrder {
  const reference = booking.bookingId;
  const total = totalOf(booking, "flightTotals") ?? note?.total;
  if (!total) throw new RangeError("a booking without a price");
  const live = booking.flights.some(({ flightStatusCode }) => isAlive(flightStatusCode));
  const tickets = liveTickets(booking);
  const locators = [...new Set([reference, ...booking.flights.flatMap(({ confirmationId }) => (confirmationId ? [confirmationId] : []))])];
  const common = { reference, key: note?.key ?? "", locators };
  if (!live && tickets.length > 0 && !note?.cancelling)
    throw new TravelAgentError("OUTCOME_UNKNOWN", "Sabre shows tickets and no flights for them; a person has to look at the booking", {
      details: { supplier: "sabre", code: "TICKETS_WITHOUT_FLIGHTS", reference, needsPerson: true },
    });
  if (!live) {
    const nothing = zero(total.currency);
    const { penalty, refund } = note?.cancelling ?? { penalty: nothing, refund: nothing };
    return { ...common, status: "cancelled", total: note?.total ?? total, documents: [], penalty, refund };
  }
  if (booking.isTicketed && tickets.length < booking.travelers.length)
    throw new TravelAgentError(
      "OUTCOME_UNKNOWN",
      `Sabre shows ${tickets.length} tickets for ${booking.travelers.length} travellers; a person has to look at the booking`,
      { details: { supplier: "sabre", code: "PARTIAL_FULFILLMENT", reference, needsPerson: true } },
    );
  const journeys = journeysOf(booking);
  const commission = commissionOf(booking, total.currency);
  const facts = { ...common, total, ...(commission ? { commission } : {}), ...(journeys ? { journeys } : {}) };
  if (tickets.length > 0 && booking.isTicketed)
    return {
      ...facts,
      status: "ticketed",
      // Travellers are counted from 1, as ours are.
      documents: tickets.map(({ number, travelerIndex }) => ({
        type: "ETKT",
        number,
        ...(travelerIndex === undefined ? {} : { travellerId: String(travelerIndex) }),
      })),
    };
  const { ticketingDate, ticketingTime } = booking.futureTicketingPolicy ?? {};
  return {
    ...facts,
    status: "held",
    documents: [],
    ...(ticketingDate === undefined ? {} : { paymentTimeLimit: officeTime(ticketingDate, ticketingTime, timeZone) }),
  };
}
