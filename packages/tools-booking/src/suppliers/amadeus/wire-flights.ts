import { z } from "zod";
import { amount, text } from "./amount.ts";

// What we read of flights, and no more: real replies drift from the published specification.

const endpoint = z.looseObject({ iataCode: z.string(), terminal: z.string().optional(), at: z.string() });
const segment = z.looseObject({
  id: text,
  departure: endpoint,
  arrival: endpoint,
  carrierCode: z.string(),
  number: text,
  aircraft: z.looseObject({ code: z.string().optional() }).optional(),
  operating: z.looseObject({ carrierCode: z.string().optional() }).optional(),
  duration: z.string().optional(),
});
const itinerary = z.looseObject({ duration: z.string().optional(), segments: z.array(segment).min(1) });

const price = z.looseObject({
  currency: z.string(),
  total: amount,
  base: amount.optional(),
  grandTotal: amount.optional(),
  fees: z.array(z.looseObject({ amount })).optional(),
  additionalServices: z.array(z.looseObject({ type: z.string().optional() })).optional(),
});

const bags = z.looseObject({ quantity: z.number().optional(), weight: z.number().optional(), weightUnit: z.string().nullish() });
const fareDetail = z.looseObject({
  segmentId: text,
  cabin: z.string().optional(),
  fareBasis: z.string().optional(),
  brandedFare: z.string().nullish(),
  brandedFareLabel: z.string().nullish(),
  class: z.string().optional(),
  includedCheckedBags: bags.nullish(),
  includedCabinBags: bags.nullish(),
});
const travelerPricing = z.looseObject({
  travelerId: text,
  travelerType: z.string(),
  fareOption: z.string().optional(),
  price: z.looseObject({ total: amount }),
  fareDetailsBySegment: z.array(fareDetail).min(1),
});

const fareRule = z.looseObject({ category: z.string().optional(), notApplicable: z.boolean().optional(), maxPenaltyAmount: amount.optional() });

export const flightOffer = z.looseObject({
  id: text,
  itineraries: z.array(itinerary).min(1),
  price,
  travelerPricings: z.array(travelerPricing).min(1),
  validatingAirlineCodes: z.array(z.string()).optional(),
  numberOfBookableSeats: z.number().optional(),
  instantTicketingRequired: z.boolean().optional(),
  lastTicketingDate: z.string().optional(),
  lastTicketingDateTime: z.string().optional(),
  fareRules: z.looseObject({ rules: z.array(fareRule).optional() }).optional(),
});
export type WireFlightOffer = z.infer<typeof flightOffer>;
export type WireItinerary = z.infer<typeof itinerary>;
export type WireSegment = z.infer<typeof segment>;
export type WireTravelerPricing = z.infer<typeof travelerPricing>;

const dictionaries = z.looseObject({ carriers: z.record(z.string(), z.string()).optional(), aircraft: z.record(z.string(), z.string()).optional() }).optional();
export type Dictionaries = z.infer<typeof dictionaries>;

/** Offers are read one by one, so that one that cannot be read does not take the others with it. */
export const flightSearchReply = z.looseObject({ data: z.array(z.unknown()), dictionaries });
export const flightPriceReply = z.looseObject({ data: z.looseObject({ flightOffers: z.array(z.unknown()).min(1) }), dictionaries });

/** `dateTime` is local to the office. The documentation spells the key with one g more in its examples, and so do replies. */
const ticketingAgreement = z.looseObject({ option: z.string().optional(), dateTime: z.string().optional() }).optional();
const flightOrder = z.looseObject({
  id: z.string().min(1),
  associatedRecords: z.array(z.looseObject({ reference: z.string() })).optional(),
  flightOffers: z.array(z.looseObject({ itineraries: z.array(itinerary).min(1), price })).min(1),
  ticketingAgreement,
  ticketingAggreement: ticketingAgreement,
  tickets: z
    .array(
      z.looseObject({ documentType: z.string().optional(), documentNumber: z.string(), documentStatus: z.string().optional(), travelerId: text.optional() }),
    )
    .optional(),
});
export type WireFlightOrder = z.infer<typeof flightOrder>;
export const flightOrderReply = z.looseObject({ data: flightOrder });
