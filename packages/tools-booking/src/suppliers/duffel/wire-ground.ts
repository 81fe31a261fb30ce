import { z } from "zod";

/** What we read of Duffel's stays and cars. */
const text = z.string().nullish();
const coordinates = z.looseObject({ latitude: z.number(), longitude: z.number() });

const timeline = z.array(z.looseObject({ refund_amount: z.string(), before: text, currency: z.string() }));

export const stayRate = z.looseObject({
  id: z.string(),
  total_amount: z.string(),
  total_currency: z.string(),
  tax_amount: text,
  tax_currency: text,
  fee_amount: text,
  fee_currency: text,
  due_at_accommodation_amount: text,
  due_at_accommodation_currency: text,
  board_type: text,
  payment_type: z.string(),
  available_payment_methods: z.array(z.string()).nullish(),
  loyalty_programme_required: z.boolean().nullish(),
  quantity_available: z.number().nullish(),
  cancellation_timeline: timeline.nullish(),
  name: text,
  code: text,
  expires_at: text,
});

export const accommodation = z.looseObject({
  id: z.string(),
  name: z.string(),
  rating: z.number().nullish(),
  location: z.looseObject({
    address: z.looseObject({ line_one: text, city_name: text, postal_code: text, country_code: text }),
    geographic_coordinates: coordinates.nullish(),
  }),
  check_in_information: z.looseObject({ check_in_after_time: text, check_out_before_time: text }).nullish(),
  rooms: z
    .array(
      z.looseObject({
        name: z.string(),
        beds: z.array(z.looseObject({ type: z.string(), count: z.number() })).nullish(),
        rates: z.array(z.unknown()),
      }),
    )
    .nullish(),
});

export const staySearch = z.looseObject({ results: z.array(z.unknown()) });
export const stayResult = z.looseObject({ id: z.string(), accommodation, cheapest_rate_total_amount: text, expires_at: text });

export const stayQuote = z.looseObject({ id: z.string(), total_amount: z.string(), total_currency: z.string() });

export const stayBooking = z.looseObject({
  id: z.string(),
  reference: text,
  status: z.string(),
  cancelled_at: text,
  metadata: z.record(z.string(), z.unknown()).nullish(),
  accommodation: accommodation.nullish(),
  estimated_commission_amount: text,
  estimated_commission_currency: text,
});

export const listedBooking = z.looseObject({ id: z.string(), metadata: z.record(z.string(), z.unknown()).nullish() });

const carPlace = z.looseObject({
  name: z.string(),
  address: z.looseObject({ line_one: text, city_name: text }).nullish(),
});

const car = z.looseObject({
  name: z.string(),
  code: z.string(),
  category: text,
  type: text,
  transmission: text,
  max_passengers: z.number().nullish(),
  baggage: z.looseObject({ large: z.number(), small: z.number() }).nullish(),
});

const mileage = z.looseObject({ type: z.string(), unit: text, limit: z.number().nullish() });

export const carRate = z.looseObject({
  id: z.string(),
  base_amount: text,
  base_currency: text,
  total_amount: z.string(),
  total_currency: z.string(),
  payment_type: z.string(),
  mileage: mileage.nullish(),
  supplier: z.looseObject({ name: z.string() }),
  car,
  pickup_location: carPlace,
  dropoff_location: carPlace,
});

export const carSearch = z.looseObject({ id: z.string(), live_mode: z.boolean().nullish(), rates: z.array(z.unknown()) });
export const carQuote = z.looseObject({ id: z.string(), total_amount: z.string(), total_currency: z.string() });

export const carBooking = z.looseObject({
  id: z.string(),
  reference: text,
  status: z.string(),
  payment_type: z.string(),
  total_amount: z.string(),
  total_currency: z.string(),
  pickup_date: z.string(),
  pickup_time: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

export type WireStayRate = z.infer<typeof stayRate>;
export type WireAccommodation = z.infer<typeof accommodation>;
export type WireStayBooking = z.infer<typeof stayBooking>;
export type WireCarRate = z.infer<typeof carRate>;
export type WireCarBooking = z.infer<typeof carBooking>;
