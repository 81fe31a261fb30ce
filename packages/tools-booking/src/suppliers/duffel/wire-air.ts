import { z } from "zod";

/** What we read of Duffel's flights. Unknown keys pass: real replies have more than the documentation and less than it promises. */
const text = z.string().nullish();

const place = z.looseObject({
  iata_code: text,
  city_name: text,
  time_zone: text,
  city: z.looseObject({ name: text }).nullish(),
});

const carrier = z.looseObject({ iata_code: text, name: text });

const segmentPassenger = z.looseObject({
  passenger_id: text,
  cabin_class: text,
  fare_basis_code: text,
  baggages: z.array(z.looseObject({ type: z.string(), quantity: z.number() })).nullish(),
});

const segment = z.looseObject({
  id: z.string(),
  origin: place,
  destination: place,
  origin_terminal: text,
  destination_terminal: text,
  /** Wall clocks of the airports. */
  departing_at: z.string(),
  arriving_at: z.string(),
  duration: text,
  aircraft: z.looseObject({ name: text, iata_code: text }).nullish(),
  marketing_carrier: carrier,
  marketing_carrier_flight_number: text,
  operating_carrier: carrier.nullish(),
  passengers: z.array(segmentPassenger).nullish(),
});

/** Slices of change offers have no id before they are part of an order. */
const itinerary = z.looseObject({
  origin: place,
  destination: place,
  duration: text,
  fare_brand_name: text,
  segments: z.array(segment).min(1),
});

const slice = itinerary.extend({ id: z.string() });

const condition = z.looseObject({ allowed: z.boolean(), penalty_amount: text, penalty_currency: text }).nullish();

export const offer = z.looseObject({
  id: z.string(),
  total_amount: z.string(),
  total_currency: z.string(),
  tax_amount: text,
  tax_currency: text,
  expires_at: z.string(),
  owner: carrier,
  live_mode: z.boolean().nullish(),
  partial: z.boolean().nullish(),
  passenger_identity_documents_required: z.boolean().nullish(),
  passengers: z.array(z.looseObject({ id: z.string(), type: text, age: z.number().nullish() })).min(1),
  payment_requirements: z
    .looseObject({ requires_instant_payment: z.boolean().nullish(), payment_required_by: text, price_guarantee_expires_at: text })
    .nullish(),
  conditions: z.looseObject({ refund_before_departure: condition, change_before_departure: condition }).nullish(),
  slices: z.array(slice).min(1),
});

export const offerRequest = z.looseObject({ id: z.string(), offers: z.array(z.unknown()) });

export const cancellation = z.looseObject({
  id: z.string(),
  order_id: text,
  /** Null where the airline does not say before it is done. */
  refund_amount: text,
  refund_currency: text,
  refund_to: text,
  expires_at: text,
  confirmed_at: text,
});

export const order = z.looseObject({
  id: z.string(),
  booking_reference: text,
  total_amount: z.string(),
  total_currency: z.string(),
  cancelled_at: text,
  available_actions: z.array(z.string()).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  payment_status: z.looseObject({ awaiting_payment: z.boolean(), payment_required_by: text, price_guarantee_expires_at: text, paid_at: text }),
  documents: z.array(z.looseObject({ type: text, unique_identifier: z.string(), passenger_ids: z.array(z.string()).nullish() })).nullish(),
  passengers: z.array(z.looseObject({ id: z.string() })).nullish(),
  services: z
    .array(
      z.looseObject({ type: text, quantity: z.number().nullish(), passenger_ids: z.array(z.string()).nullish(), segment_ids: z.array(z.string()).nullish() }),
    )
    .nullish(),
  slices: z.array(slice).nullish(),
  airline_initiated_changes: z
    .array(z.looseObject({ id: text, action_taken: text, added: z.array(slice).nullish(), removed: z.array(slice).nullish() }))
    .nullish(),
  cancellation: cancellation.nullish(),
});

export const listedOrder = z.looseObject({ id: z.string(), metadata: z.record(z.string(), z.unknown()).nullish() });

export const changeRequest = z.looseObject({
  order_change_offers: z.array(
    z.looseObject({ id: z.string(), change_total_amount: text, expires_at: text, slices: z.looseObject({ add: z.array(itinerary) }).nullish() }),
  ),
});

export const orderChange = z.looseObject({
  id: z.string(),
  change_total_amount: z.string(),
  change_total_currency: z.string(),
  penalty_total_amount: text,
  penalty_total_currency: text,
  penalty_amount: text,
  expires_at: text,
});

export const availableServices = z.array(
  z.looseObject({
    id: z.string(),
    type: z.string(),
    total_amount: z.string(),
    total_currency: z.string(),
    maximum_quantity: z.number().nullish(),
    passenger_ids: z.array(z.string()),
    segment_ids: z.array(z.string()),
    metadata: z.looseObject({ type: text }).nullish(),
  }),
);

export type WireSlice = z.infer<typeof itinerary>;
export type WireOffer = z.infer<typeof offer>;
export type WireOrder = z.infer<typeof order>;
export type WireServices = z.infer<typeof availableServices>;
