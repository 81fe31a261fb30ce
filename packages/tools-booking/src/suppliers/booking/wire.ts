import { z } from "zod";

/** What we read of the Demand API 3.2. Loose: payloads have more keys than the document, and a null where it says a number. */
const amount = z.number().nullish();
/** A JSON number in the house's currency, which is charged, and in the booker's, which is a conversion. */
export const stayAmount = z.looseObject({ accommodation_currency: amount, booker_currency: amount });
export type StayAmount = z.infer<typeof stayAmount>;

const charge = z.looseObject({
  charge: z.number(),
  condition: z.number().nullish(),
  included_in: z.looseObject({ display: z.boolean().nullish(), chargeable_online: z.boolean().nullish() }).nullish(),
  mode: z.string().nullish(),
  total_amount: stayAmount.nullish(),
});

export const stayPrice = z.looseObject({
  total: stayAmount,
  chargeable_online: stayAmount.nullish(),
  charges: z.array(charge).nullish(),
});
export type StayPrice = z.infer<typeof stayPrice>;

export const schedule = z.array(z.looseObject({ from: z.string().nullish(), price: stayAmount }));
export type Schedule = z.infer<typeof schedule>;

const mealPlan = z.looseObject({ plan: z.string() });

export const stayProduct = z.looseObject({
  id: z.string(),
  room: z.string().nullish(),
  number_available: z.number().nullish(),
  maximum_occupancy: z.looseObject({ adults: z.number().nullish(), total: z.number().nullish() }).nullish(),
  policies: z.looseObject({
    cancellation: z.looseObject({ type: z.string(), free_cancellation_until: z.string().nullish(), schedule: schedule.nullish() }),
    meal_plan: mealPlan.nullish(),
    payment: z.looseObject({ timings: z.array(z.string()) }),
  }),
  price: stayPrice,
});
export type StayProduct = z.infer<typeof stayProduct>;

export const searched = z.looseObject({ data: z.array(z.looseObject({ id: z.number() })) });

export const availability = z.looseObject({
  data: z.array(z.looseObject({ id: z.number(), currency: z.looseObject({ accommodation: z.string() }), products: z.array(z.unknown()) })),
});

const translated = z.record(z.string(), z.string().nullish());

export const houseDetails = z.looseObject({
  id: z.number(),
  name: translated,
  location: z.looseObject({
    address: translated.nullish(),
    city: z.number().nullish(),
    coordinates: z.looseObject({ latitude: z.number(), longitude: z.number() }),
  }),
  checkin_checkout_times: z.looseObject({ checkin_from: z.string().nullish(), checkout_to: z.string().nullish() }).nullish(),
  rating: z.looseObject({ stars: z.number().nullish() }).nullish(),
  rooms: z.array(z.looseObject({ id: z.string(), name: translated.nullish() })).nullish(),
});
export type HouseDetails = z.infer<typeof houseDetails>;

export const cities = z.looseObject({
  data: z.array(z.looseObject({ id: z.number(), name: translated, coordinates: z.looseObject({ latitude: z.number(), longitude: z.number() }).nullish() })),
});

const methods = z.looseObject({ wallet: z.boolean().nullish() }).nullish();
const timingTerms = z.looseObject({ method_required: z.boolean().nullish(), methods }).nullish();

export const stayPreview = z.looseObject({
  data: z.looseObject({
    order_token: z.string(),
    accommodation: z.looseObject({
      currency: z.looseObject({ accommodation: z.string() }),
      general_policies: z.looseObject({
        payment: z.looseObject({ pay_online_now: timingTerms, pay_online_later: timingTerms, pay_at_the_property: timingTerms }),
      }),
      price: stayPrice,
      products: z.array(
        z.looseObject({ policies: z.looseObject({ cancellation: schedule.nullish() }).nullish(), occupancy_mismatch: z.looseObject({}).nullish() }),
      ),
    }),
  }),
});

export const created = z.looseObject({
  data: z.looseObject({
    order: z.string().optional(),
    accommodation: z.looseObject({ reservation: z.string() }).optional(),
    car: z.looseObject({ reservation_id: z.string() }).optional(),
  }),
});

export const stayOrders = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.string(),
      reservation: z.string(),
      status: z.string(),
      currency: z.looseObject({ accommodation: z.string() }),
      price: z.looseObject({ total: stayAmount.nullish() }).nullish(),
      cancellation_details: z.looseObject({ fee: stayAmount.nullish(), original_total_price: stayAmount.nullish() }).nullish(),
      commission: z.looseObject({ actual_amount: stayAmount.nullish(), estimated_amount: stayAmount.nullish() }).nullish(),
      accommodation_order_references: z.array(z.string()).nullish(),
      products: z.array(
        z.looseObject({
          room_reservation: z.string().nullish(),
          guests: z.array(z.looseObject({ name: z.string() })).nullish(),
          policies: z.looseObject({ cancellation: schedule.nullish() }).nullish(),
        }),
      ),
    }),
  ),
});
export type StayOrder = z.infer<typeof stayOrders>["data"][number];

/** Orders of all kinds, as the list by date shows them. */
export const orderList = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.string(),
      label: z.string().nullish(),
      status: z.string(),
      updated: z.string().nullish(),
      accommodations: z.looseObject({ reservation: z.string() }).nullish(),
      cars: z.looseObject({ reservation: z.string() }).nullish(),
    }),
  ),
  metadata: z.looseObject({ next_page: z.string().nullish() }).nullish(),
});
export type ListedOrder = z.infer<typeof orderList>["data"][number];

export const cancelled = z.looseObject({ data: z.looseObject({ status: z.string() }) });
export const modified = z.looseObject({
  modification: z.looseObject({ accommodation: z.looseObject({ status: z.string() }) }),
});

export const demandErrors = z.looseObject({
  errors: z.array(z.looseObject({ id: z.union([z.string(), z.number()]), message: z.string().nullish(), reservation: z.string().nullish() })).min(1),
});
