import { z } from "zod";

const money = z.looseObject({ amount: z.number(), currency: z.string() });

export const carProduct = z.looseObject({
  car: z.number(),
  offer: z.number(),
  supplier: z.number(),
  policies: z.looseObject({
    cancellation: z.looseObject({ type: z.string(), details: z.looseObject({ context: z.string(), duration: z.string() }).nullish() }).nullish(),
    deposit: money.nullish(),
    fuel: z.string().nullish(),
    mileage: z.looseObject({ type: z.string(), distance_limit: z.number().nullish(), distance_unit: z.string().nullish() }).nullish(),
    payment: z.looseObject({ timing: z.string() }),
  }),
  price: z.looseObject({
    total: z.number(),
    currency: z.string(),
    credit_card_required: z.boolean().nullish(),
    extra_charges: z.array(z.looseObject({ charge: z.string(), total_amount: z.number() })).nullish(),
  }),
  route: z.looseObject({ pickup: z.looseObject({ depot: z.number() }), dropoff: z.looseObject({ depot: z.number() }) }),
});
export type CarProduct = z.infer<typeof carProduct>;
export type CarCancellation = CarProduct["policies"]["cancellation"];

export const carSearch = z.looseObject({ data: z.array(z.unknown()), search_token: z.string() });

const page = z.looseObject({ next_page: z.string().nullish() }).nullish();

export const carModels = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.number(),
      make: z.string().nullish(),
      model: z.string().nullish(),
      capacity: z
        .looseObject({ seats: z.string().nullish(), bags: z.looseObject({ large: z.number().nullish(), small: z.number().nullish() }).nullish() })
        .nullish(),
      specification: z.looseObject({ code: z.string().nullish(), transmission: z.string().nullish() }).nullish(),
    }),
  ),
  metadata: page,
});
export type CarModel = z.infer<typeof carModels>["data"][number];

export const depots = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.number(),
      location: z
        .looseObject({ address: z.string().nullish(), airport: z.string().nullish(), name: z.record(z.string(), z.string().nullish()).nullish() })
        .nullish(),
    }),
  ),
  metadata: page,
});
export type Depot = z.infer<typeof depots>["data"][number];

export const carSuppliers = z.looseObject({ data: z.array(z.looseObject({ id: z.number(), name: z.string() })) });

export const carPreview = z.looseObject({
  data: z.looseObject({
    order_token: z.string(),
    car: z.looseObject({ price: z.looseObject({ total: z.looseObject({ value: z.number(), currency: z.string(), timing: z.string().nullish() }) }) }),
  }),
});

const shown = z.looseObject({ pay: z.looseObject({ value: z.number(), currency: z.string(), timing: z.string().nullish() }) });

export const liveCars = z.looseObject({
  data: z.array(
    z.looseObject({
      reservation: z.string(),
      status: z.string(),
      pickup: z.looseObject({ datetime: z.string() }).nullish(),
      car: z
        .looseObject({
          supplier: z.looseObject({ confirmation_number: z.string().nullish() }).nullish(),
          price: z.looseObject({ total: z.array(shown) }).nullish(),
          policies: z
            .looseObject({
              cancellation: z
                .looseObject({
                  type: z.string(),
                  schedule: z
                    .array(z.looseObject({ from: z.string(), to: z.string().nullish(), free_cancellation: z.boolean(), price: shown.nullish() }))
                    .nullish(),
                })
                .nullish(),
            })
            .nullish(),
        })
        .nullish(),
    }),
  ),
});
export type LiveCar = z.infer<typeof liveCars>["data"][number];
