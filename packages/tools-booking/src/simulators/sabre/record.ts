import { createHash } from "node:crypto";
import type { Money } from "@travelagent/protocol";
import { airport, travelTime } from "../../geography/index.ts";
import { minorUnits, money } from "../../money.ts";
import type { CarOffer, FlightOffer } from "../../offer.ts";

/** A passenger name record as this simulator keeps it. */
export interface PassengerRecord {
  confirmationId: string;
  createdAt: number;
  /** Grows with every change: the signature is made of it. */
  version: number;
  remarks: object[];
  travelers: Record<string, unknown>[];
  contactInfo: object;
  flight?: FlightOffer;
  car?: CarOffer;
  /** The world's reference, once the world holds or sold it. */
  sold?: string;
  status: "open" | "ticketed" | "cancelled" | "voided" | "refunded";
  tickets: { number: string; travelerIndex: number; statusCode: "TE" | "TV" | "TR" }[];
  /** Issued, and not yet shown. */
  unshown?: boolean;
  ticketing?: { date: string; time: string };
  ticketedAt?: number;
  /** Minutes by which the carrier moved the flights. */
  shift?: number;
  refund?: Money;
  total: Money;
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Known to whoever read the whole record last; another after every change. */
export const signatureOf = ({ confirmationId, version }: PassengerRecord): string => digest(`signature ${confirmationId} ${version}`);

/** Carriers have locators of their own. */
export const airlineLocator = ({ confirmationId }: PassengerRecord): string =>
  digest(`airline ${confirmationId}`)
    .replace(/[^a-f]/g, "")
    .toUpperCase()
    .padEnd(6, "X")
    .slice(0, 6);

const share = (total: Money, numerator: bigint, denominator: bigint): Money => money((minorUnits(total) * numerator) / denominator, total.currency);

function flightsOf(record: PassengerRecord, offer: FlightOffer): object[] {
  const shift = (record.shift ?? 0) * 60_000;
  return offer.journeys
    .flatMap(({ segments }) => segments)
    .map((segment, i) => {
      const departs = travelTime(Date.parse(segment.departure.time.utc) + shift, segment.departure.time.timeZone).local;
      const arrives = travelTime(Date.parse(segment.arrival.time.utc) + shift, segment.arrival.time.timeZone).local;
      return {
        itemId: String(i + 12),
        confirmationId: airlineLocator(record),
        sourceType: "ATPCO",
        flightNumber: Number(segment.flightNumber),
        airlineCode: segment.marketingCarrier,
        airlineName: segment.carrierName.toUpperCase(),
        operatingFlightNumber: Number(segment.flightNumber),
        operatingAirlineCode: segment.operatingCarrier,
        fromAirportCode: segment.departure.airport,
        toAirportCode: segment.arrival.airport,
        departureDate: departs.slice(0, 10),
        departureTime: departs.slice(11, 16),
        ...(segment.departure.terminal === undefined ? {} : { departureTerminalName: `TERMINAL ${segment.departure.terminal}` }),
        arrivalDate: arrives.slice(0, 10),
        arrivalTime: arrives.slice(11, 16),
        numberOfSeats: offer.passengers.reduce((sum, { ptc, count }) => sum + (ptc === "INF" ? 0 : count), 0),
        cabinTypeCode: "Y",
        aircraftTypeCode: segment.equipment,
        bookingClass: offer.fareComponents[i]!.bookingClass,
        flightStatusCode: record.shift === undefined ? "HK" : "TK",
        flightStatusName: "Confirmed",
        durationInMinutes: segment.duration,
        travelerIndices: record.travelers.map((_, index) => index + 1),
      };
    });
}

function faresOf(record: PassengerRecord, offer: FlightOffer): object[] {
  const { price } = offer;
  let traveler = 0;
  return price.perPassenger.map(({ ptc, count, each }, i) => {
    const indices = Array.from({ length: count }, () => ++traveler);
    const all = money(minorUnits(each) * BigInt(count), each.currency);
    return {
      recordId: String(i + 1),
      recordTypeCode: "PQ",
      recordTypeName: "Price Quote",
      pricingStatusCode: "A",
      pricingStatusName: "Active",
      hasValidPricing: true,
      airlineCode: offer.validatingCarrier,
      travelerIndices: indices,
      requestedTravelerType: ptc === "CHD" ? "CNN" : ptc,
      totals: { total: all.amount, currencyCode: all.currency },
      // One per cent, which is what some carriers still pay.
      commission: { commissionAmount: share(all, 1n, 100n).amount, commissionPercentage: "1.00", currencyCode: all.currency },
      ...(record.ticketing ? { creationDetails: { purchaseDeadlineDate: record.ticketing.date, purchaseDeadlineTime: record.ticketing.time } } : {}),
    };
  });
}

function carOf(record: PassengerRecord, car: CarOffer): object {
  const { total } = record;
  return {
    itemId: "12",
    confirmationId: airlineLocator(record),
    travelerIndex: 1,
    vendorCode: car.vendor.code,
    vendorName: car.vendor.name,
    pickUpLocationCode: car.pickUp.locationCode,
    pickUpAddress: { freeText: car.pickUp.address },
    pickUpDate: car.pickUp.time.local.slice(0, 10),
    pickUpTime: car.pickUp.time.local.slice(11, 16),
    dropOffLocationCode: car.dropOff.locationCode,
    dropOffDate: car.dropOff.time.local.slice(0, 10),
    dropOffTime: car.dropOff.time.local.slice(11, 16),
    carStatusCode: "HK",
    carStatusName: "Confirmed",
    vehicleTypeCode: car.vehicle.acriss,
    numberOfVehicles: 1,
    payment: { total: total.amount, currencyCode: total.currency },
    isRefundable: true,
    refundPenalties: car.cancellation.flatMap(({ from, penalty }, i) =>
      minorUnits(penalty) === 0n
        ? []
        : [
            {
              ...(from === "now" ? {} : { applicableFromDate: from }),
              ...(car.cancellation[i + 1] ? { applicableToDate: car.cancellation[i + 1]!.from } : {}),
              penalty: { amount: penalty.amount, currencyCode: penalty.currency },
            },
          ],
    ),
  };
}

/** The record in the words of `getBooking`. A cancelled one has no travel any more; `lapsed` is one whose seats the carrier took back. */
export function bookingDocument(record: PassengerRecord, lapsed: boolean): Record<string, unknown> {
  const { flight, car, total, status } = record;
  const alive = (status === "open" || status === "ticketed") && !lapsed;
  const tickets = record.unshown ? [] : record.tickets;
  const first = flight?.journeys[0]?.segments[0]?.departure.time.local ?? car?.pickUp.time.local;
  return {
    bookingId: record.confirmationId,
    ...(first === undefined ? {} : { startDate: first.slice(0, 10) }),
    isCancelable: alive,
    isTicketed: status === "ticketed" && !record.unshown,
    creationDetails: { creationUserSine: "AAA", creationDate: new Date(record.createdAt).toISOString().slice(0, 10), primeHostId: "1S" },
    contactInfo: record.contactInfo,
    travelers: record.travelers,
    ...(alive && flight
      ? {
          flights: flightsOf(record, flight),
          journeys: flight.journeys.map(({ origin, destination, segments }) => ({
            firstAirportCode: origin,
            lastAirportCode: destination,
            firstAirportCountry: airport(origin)?.country,
            numberOfFlights: segments.length,
          })),
          fares: faresOf(record, flight),
          payments: { flightTotals: [{ total: total.amount, currencyCode: total.currency }] },
        }
      : {}),
    ...(alive && car ? { cars: [carOf(record, car)], payments: { carTotals: [{ total: total.amount, currencyCode: total.currency }] } } : {}),
    ...(tickets.length > 0
      ? {
          flightTickets: tickets.map(({ number, travelerIndex, statusCode }) => ({
            number,
            travelerIndex,
            ticketStatusCode: statusCode,
            ticketStatusName: { TE: "Issued", TV: "Voided", TR: "Refunded/Exchanged" }[statusCode],
          })),
        }
      : {}),
    ...(record.ticketing && status === "open" ? { futureTicketingPolicy: { ticketingDate: record.ticketing.date, ticketingTime: record.ticketing.time } } : {}),
    ...(record.remarks.length > 0 ? { remarks: record.remarks } : {}),
  };
}
