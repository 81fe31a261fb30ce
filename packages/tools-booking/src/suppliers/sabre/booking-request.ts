import { sabrePapers } from "../../documents/wire-papers.ts";
import type { BookRequest, Contact, OpenedPaper, Traveller } from "../../supplier.ts";
import { officeClock } from "./local-time.ts";
import { type FlightTerms, passengerCode, termsOf } from "./terms.ts";

const genders = { M: "MALE", F: "FEMALE", X: "UNDISCLOSED" } as const;

const travelersOf = (travellers: readonly Traveller[], papers: ReadonlyMap<string, readonly OpenedPaper[]> = new Map()) =>
  travellers.map(({ id, givenName, familyName, ptc, bornOn, gender }, i) => ({
    id: String(i + 1),
    givenName,
    surname: familyName,
    passengerCode: passengerCode(ptc),
    ...(bornOn === undefined ? {} : { birthDate: bornOn }),
    ...(gender === undefined ? {} : { gender: genders[gender] }),
    ...sabrePapers(papers.get(id), {
      givenName,
      familyName,
      ...(bornOn === undefined ? {} : { bornOn }),
      ...(gender === undefined ? {} : { gender: genders[gender] }),
    }),
  }));

const contactOf = ({ email, phone }: Contact) => ({ emails: [email], ...(phone === undefined ? {} : { phones: [phone] }) });

/** Stands in the record for people who look for a lost booking; Sabre itself cannot be asked for it. */
const remark = (key: string) => [{ type: "GENERAL", text: `AGENCY KEY ${key.toUpperCase()}` }];

function flightDetails({ legs, passengers, currency, validatingCarrier }: FlightTerms) {
  const flights = legs.flatMap((leg) => leg.map((flight) => ({ flight, connecting: leg.length > 1 })));
  const brands = new Map<string, number[]>();
  // Flights are counted from 1; an index too low would brand another flight without an error.
  for (const [i, { flight }] of flights.entries()) if (flight.brand !== "") brands.set(flight.brand, [...(brands.get(flight.brand) ?? []), i + 1]);
  return {
    flights: flights.map(({ flight, connecting }) => ({
      flightNumber: flight.number,
      airlineCode: flight.carrier,
      fromAirportCode: flight.from,
      toAirportCode: flight.to,
      departureDate: flight.departs.slice(0, 10),
      departureTime: flight.departs.slice(11, 16),
      bookingClass: flight.bookingClass,
      flightStatusCode: "NN",
      isMarriageGroup: connecting,
    })),
    flightPricing: [
      {
        qualifiers: {
          validatingAirlineCode: validatingCarrier,
          currencyCode: currency,
          ...(brands.size === 0 ? {} : { brandedFares: [...brands].map(([brandCode, flightIndices]) => ({ brandCode, flightIndices })) }),
          passengersPricing: passengers.map(({ ptc, count }) => ({ passengerCode: passengerCode(ptc), numberOfpassengers: count })),
        },
      },
    ],
    // Without it a waiting list counts as a booking.
    haltOnFlightStatusCodes: ["NO", "UC", "US", "UN", "UU", "LL", "HL"],
    retryBookingUnconfirmedFlights: false,
  };
}

const common = (key: string) => ({
  errorHandlingPolicy: ["HALT_ON_ERROR"],
  asynchronousUpdateWaitTime: 5000,
  receivedFrom: "TRAVEL AGENT OS",
  remarks: remark(key),
});

export interface Office {
  pcc: string;
  timeZone: string;
}

/** A record that is not ticketed yet: by `limit` where it is held, else today. */
export function flightBooking(
  { offer, travellers, contact, key }: BookRequest,
  { pcc, timeZone }: Office,
  limit: string | undefined,
  papers?: ReadonlyMap<string, readonly OpenedPaper[]>,
): unknown {
  const until = limit === undefined ? undefined : officeClock(limit, timeZone);
  return {
    ...common(key),
    targetPcc: pcc,
    agency: until
      ? { ticketingPolicy: "TICKETING_TIME_LIMIT", futureTicketingPolicy: { ticketingPcc: pcc, ticketingDate: until.date, ticketingTime: until.time } }
      : { ticketingPolicy: "TODAY" },
    flightDetails: flightDetails(termsOf(offer.supplierRef)),
    travelers: travelersOf(travellers, papers),
    contactInfo: contactOf(contact),
  };
}

export function carBooking({ travellers, contact, key }: BookRequest, pcc: string, bookingKey: string): unknown {
  return {
    ...common(key),
    targetPcc: pcc,
    car: { bookingKey, travelerIndex: 1, quantity: 1, paymentPolicy: "GUARANTEE" },
    travelers: travelersOf(travellers.slice(0, 1)),
    contactInfo: contactOf(contact),
  };
}

/** Left alone, Sabre accepts any new price and prices expired quotes anew. */
export function fulfilment(confirmationId: string, priceQuotes: readonly string[], pcc: string): unknown {
  return {
    confirmationId,
    targetPcc: pcc,
    receivedFrom: "TRAVEL AGENT OS",
    acceptPriceChanges: false,
    acceptNegotiatedFare: false,
    priceQuoteExpirationMethod: "Quit",
    backDatePriceQuoteMethod: "Quit",
    commitTicketToBookingWaitTime: 10_000,
    formsOfPayment: [{ type: "CASH" }],
    fulfillments: [
      { ...(priceQuotes.length === 0 ? {} : { ticketingQualifiers: { priceQuoteRecordIds: priceQuotes } }), payment: { primaryFormOfPayment: 1 } },
    ],
  };
}
