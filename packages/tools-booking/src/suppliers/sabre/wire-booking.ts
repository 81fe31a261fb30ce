import * as z from "zod";

const Totals = z.looseObject({ total: z.string(), currencyCode: z.string() });
const Value = z.looseObject({ amount: z.string(), currencyCode: z.string() });
const Commission = z.looseObject({ commissionAmount: z.string().optional(), currencyCode: z.string().optional() });

export const BookedFlight = z.looseObject({
  itemId: z.string().optional(),
  confirmationId: z.string().optional(),
  flightNumber: z.number(),
  airlineCode: z.string(),
  airlineName: z.string().optional(),
  operatingAirlineCode: z.string().optional(),
  fromAirportCode: z.string(),
  toAirportCode: z.string(),
  departureDate: z.string(),
  departureTime: z.string(),
  arrivalDate: z.string(),
  arrivalTime: z.string(),
  departureTerminalName: z.string().optional(),
  arrivalTerminalName: z.string().optional(),
  aircraftTypeCode: z.string().optional(),
  durationInMinutes: z.number().optional(),
  flightStatusCode: z.string(),
});

export type BookedFlight = z.infer<typeof BookedFlight>;

const BookedCar = z.looseObject({
  itemId: z.string().optional(),
  confirmationId: z.string().optional(),
  carStatusCode: z.string(),
  payment: Totals.optional(),
  refundPenalties: z.array(z.looseObject({ applicableFromDate: z.string().optional(), applicableToDate: z.string().optional(), penalty: Value })).default([]),
});

const Ticket = z.looseObject({
  number: z.string(),
  travelerIndex: z.number().optional(),
  ticketStatusCode: z.string().optional(),
  commission: Commission.optional(),
});

export const Booking = z.looseObject({
  bookingId: z.string(),
  isTicketed: z.boolean().default(false),
  travelers: z.array(z.looseObject({ givenName: z.string().optional(), surname: z.string().optional() })).default([]),
  flights: z.array(BookedFlight).default([]),
  journeys: z.array(z.looseObject({ numberOfFlights: z.number() })).default([]),
  cars: z.array(BookedCar).default([]),
  fares: z
    .array(
      z.looseObject({
        recordId: z.string().optional(),
        recordTypeCode: z.string().optional(),
        pricingStatusCode: z.string().optional(),
        commission: Commission.optional(),
        creationDetails: z.looseObject({ purchaseDeadlineDate: z.string().optional(), purchaseDeadlineTime: z.string().optional() }).optional(),
      }),
    )
    .default([]),
  flightTickets: z.array(Ticket).default([]),
  payments: z.looseObject({ flightTotals: z.array(Totals).default([]), carTotals: z.array(Totals).default([]) }).optional(),
  futureTicketingPolicy: z.looseObject({ ticketingDate: z.string().optional(), ticketingTime: z.string().optional() }).optional(),
  bookingSignature: z.string().optional(),
});
export type Booking = z.infer<typeof Booking>;

export const Created = z.looseObject({ confirmationId: z.string().min(1), booking: Booking.optional() });

export const CheckedTickets = z.looseObject({
  tickets: z
    .array(
      z.looseObject({
        number: z.string(),
        isVoidable: z.boolean().optional(),
        isRefundable: z.boolean().optional(),
        isAutomatedRefundsEligible: z.boolean().optional(),
        refundPenalties: z.array(z.looseObject({ source: z.string().optional() })).default([]),
        refundTotals: Totals.optional(),
      }),
    )
    .default([]),
});

export type CheckedTicket = z.infer<typeof CheckedTickets>["tickets"][number];

export const Cancelled = z.looseObject({
  voidedTickets: z.array(z.unknown()).default([]),
  refundedTickets: z.array(z.unknown()).default([]),
});
