import { z } from "zod";

/** What we read of Rapid v3. Loose: payloads have more keys than the documents say, and some have fewer. */
const amount = z.looseObject({ value: z.union([z.string(), z.number()]), currency: z.string() });
const charge = z.looseObject({ billable_currency: amount, request_currency: amount.optional() });
const line = amount.extend({ type: z.string() });

const method = z
  .string()
  .toUpperCase()
  .pipe(z.enum(["GET", "POST", "PUT", "DELETE"]));
export const link = z.looseObject({ method, href: z.string(), expires: z.string().optional() });
export type Link = z.infer<typeof link>;

export const pricing = z.looseObject({
  // Some replies have one charge where a list belongs; the totals count then.
  nightly: z.array(z.array(line)).catch([]),
  stay: z.array(line).catch([]),
  totals: z.looseObject({ inclusive: charge, marketing_fee: charge.optional() }),
  fees: z.record(z.string(), charge).optional().catch(undefined),
});
export type Pricing = z.infer<typeof pricing>;

export const cancelPenalty = z.looseObject({
  start: z.string(),
  end: z.string().optional(),
  currency: z.string().optional(),
  amount: z.union([z.string(), z.number()]).optional(),
  nights: z.union([z.string(), z.number()]).optional(),
  percent: z.union([z.string(), z.number()]).optional(),
});
export type CancelPenalty = z.infer<typeof cancelPenalty>;

export const dateRange = z.looseObject({ start: z.string(), end: z.string() });
export type DateRange = z.infer<typeof dateRange>;

export const rate = z.looseObject({
  id: z.string(),
  available_rooms: z.number().optional(),
  refundable: z.boolean().optional(),
  holdable: z.boolean().optional(),
  merchant_of_record: z.string().optional(),
  amenities: z.record(z.string(), z.looseObject({ id: z.union([z.string(), z.number()]).optional(), name: z.string().optional() })).optional(),
  bed_groups: z.record(
    z.string(),
    z.looseObject({ id: z.string(), description: z.string().optional(), links: z.looseObject({ price_check: link.optional() }) }),
  ),
  cancel_penalties: z.array(cancelPenalty).optional(),
  nonrefundable_date_ranges: z.array(dateRange).optional(),
  occupancy_pricing: z.record(z.string(), pricing),
});
export type Rate = z.infer<typeof rate>;

/** Rates are read one by one. */
export const room = z.looseObject({ id: z.string(), room_name: z.string(), rates: z.array(z.unknown()) });
export type Room = z.infer<typeof room>;

/** Properties that are asked about and are full come with a reason and without rooms. */
export const availability = z.array(z.looseObject({ property_id: z.string(), rooms: z.array(z.unknown()).catch([]) }));

export const priceCheck = z.looseObject({
  status: z.enum(["available", "price_changed", "sold_out"]),
  occupancy_pricing: z.record(z.string(), pricing).optional(),
  links: z.looseObject({ book: link.optional() }).optional(),
});

export const created = z.looseObject({
  itinerary_id: z.string(),
  links: z.looseObject({ retrieve: link.optional(), resume: link.optional(), cancel: link.optional(), complete_payment_session: link.optional() }).optional(),
});

const itineraryRoom = z.looseObject({
  id: z.string(),
  status: z.string(),
  confirmation_id: z.looseObject({ expedia: z.string().optional(), property: z.string().optional() }).optional(),
  checkin: z.string(),
  given_name: z.string().optional(),
  family_name: z.string().optional(),
  rate: z
    .looseObject({
      refundable: z.boolean().optional(),
      cancel_refund: z.looseObject({ amount: z.union([z.string(), z.number()]), currency: z.string() }).optional(),
      cancel_penalties: z.array(cancelPenalty).optional(),
      nonrefundable_date_ranges: z.array(dateRange).optional(),
      pricing: pricing.optional(),
    })
    .optional(),
  links: z.looseObject({ cancel: link.optional(), change: link.optional() }).optional(),
});
export type ItineraryRoom = z.infer<typeof itineraryRoom>;

/** Of an itinerary made a moment ago there may be no more than its id. */
export const itinerary = z.looseObject({
  itinerary_id: z.string(),
  affiliate_reference_id: z.string().optional(),
  links: z.looseObject({ resume: link.optional(), cancel: link.optional() }).optional(),
  rooms: z.array(itineraryRoom).optional(),
});
export type Itinerary = z.infer<typeof itinerary>;

export const region = z.looseObject({
  id: z.string(),
  type: z.string(),
  iata_airport_code: z.string().optional(),
  iata_airport_metro_code: z.string().optional(),
  associations: z.record(z.string(), z.array(z.string())).optional(),
  property_ids: z.array(z.string()).optional(),
  coordinates: z.looseObject({ center_latitude: z.number(), center_longitude: z.number() }).optional(),
});
export type Region = z.infer<typeof region>;

export const propertyContent = z.looseObject({
  property_id: z.string(),
  name: z.string(),
  address: z.looseObject({ line_1: z.string().optional(), city: z.string().optional(), obfuscation_required: z.boolean().optional() }).optional(),
  ratings: z.looseObject({ property: z.looseObject({ rating: z.union([z.string(), z.number()]) }).optional() }).optional(),
  location: z
    .looseObject({
      coordinates: z.looseObject({ latitude: z.number(), longitude: z.number() }).optional(),
      obfuscated_coordinates: z.looseObject({ latitude: z.number(), longitude: z.number() }).optional(),
    })
    .optional(),
  rank: z.number().optional(),
  checkin: z.looseObject({ begin_time: z.string().optional() }).optional(),
  checkout: z.looseObject({ time: z.string().optional() }).optional(),
});
export type PropertyContent = z.infer<typeof propertyContent>;

const individual = z.looseObject({ type: z.string().optional(), message: z.string().optional() });
export const rapidError = individual.extend({
  type: z.string(),
  errors: z.array(individual).optional(),
  fields: z.array(z.looseObject({ name: z.string(), value: z.union([z.string(), z.number()]).optional() })).optional(),
});
