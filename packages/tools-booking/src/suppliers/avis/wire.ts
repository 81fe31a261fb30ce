import { z } from "zod";

/** What we read of Avis Budget v2. Loose, and numbers where the document says text: a Fiat 500 has the model `500`. */
const text = z.union([z.string(), z.number()]).transform(String);

const totals = z.looseObject({
  vehicle_total: z.number().nullish(),
  taxes_total: z.number().nullish(),
  fees_total: z.number().nullish(),
  taxes_fees_total: z.number().nullish(),
  reservation_total: z.number(),
});
export type Totals = z.infer<typeof totals>;

const category = z.looseObject({
  name: z.string().nullish(),
  make: text.nullish(),
  model: text.nullish(),
  sipp_code: z.string().nullish(),
  vehicle_transmission: z.string().nullish(),
});

const place = z.looseObject({
  location: z.looseObject({ code: z.string().nullish(), name: z.string().nullish() }).nullish(),
  address: z.looseObject({ address_line_1: z.string().nullish(), city: z.string().nullish() }).nullish(),
});
export type Place = z.infer<typeof place>;

export const vehicle = z.looseObject({
  category: category.extend({ sipp_code: z.string().length(4) }),
  capacity: z
    .looseObject({
      seats: text.nullish(),
      luggage_capacity: z.looseObject({ large_suitcase: text.nullish(), small_suitcase: text.nullish() }).nullish(),
    })
    .nullish(),
  rate_totals: z.looseObject({
    rate: z.looseObject({ currency: z.string(), rate_code: z.string().nullish() }),
    pay_later: totals.extend({ rate_code: z.string().nullish() }).nullish(),
  }),
});
export type Vehicle = z.infer<typeof vehicle>;

export const vehicles = z.looseObject({
  vehicles: z.array(z.unknown()),
  reservation: z.looseObject({ pickup_location: place.nullish(), dropoff_location: place.nullish() }).nullish(),
});

const rateTotals = z.looseObject({
  rate: z.looseObject({ currency: z.string() }),
  totals: totals.nullish(),
  pay_later: totals.nullish(),
});

export const rates = z.looseObject({ reservation: z.looseObject({ rate_totals: rateTotals }) });

export const reservation = z.looseObject({
  reservation: z.looseObject({
    confirmation: z.looseObject({ number: z.string(), pickup_date: z.string().nullish(), dropoff_date: z.string().nullish() }),
    rate_totals: rateTotals.nullish(),
    vehicle: z.looseObject({ category: category.nullish() }).nullish(),
  }),
});
export type Reservation = z.infer<typeof reservation>["reservation"];

export const accessToken = z.looseObject({ access_token: z.string(), expires_in: z.union([z.number(), z.string()]).transform(Number) });

/** `status` carries either a success, or errors, or both at once. */
export const status = z.looseObject({
  status: z.looseObject({
    success: z.array(z.looseObject({ code: text })).nullish(),
    errors: z.array(z.looseObject({ code: text, reason: z.string().nullish() })).nullish(),
  }),
});
/** The gateway before it words its refusals otherwise. */
export const gatewayError = z.looseObject({ error: z.string() });
