import * as z from "zod";

// Only what is read is named; the rest passes. Real replies leave out what a carrier does not file.

const Amount = z.union([z.number(), z.string()]);
const Ref = z.looseObject({ ref: z.number() });

const Stop = z.looseObject({
  airport: z.string(),
  city: z.string().optional(),
  terminal: z.string().optional(),
  time: z.string(),
  dateAdjustment: z.number().optional(),
});

export const Schedule = z.looseObject({
  id: z.number(),
  elapsedTime: z.number(),
  departure: Stop,
  arrival: Stop,
  carrier: z.looseObject({
    marketing: z.string(),
    marketingFlightNumber: z.number(),
    operating: z.string().optional(),
    equipment: z.looseObject({ code: z.string().optional() }).optional(),
  }),
});

const Leg = z.looseObject({
  id: z.number(),
  elapsedTime: z.number().optional(),
  schedules: z.array(Ref.extend({ departureDateAdjustment: z.number().optional() })),
});

const FareComponentDesc = z.looseObject({
  id: z.number(),
  fareBasisCode: z.string().optional(),
  cabinCode: z.string().optional(),
  brand: z.looseObject({ code: z.string().optional(), brandName: z.string().optional() }).optional(),
});

const Allowance = z.looseObject({ id: z.number(), pieceCount: z.number().optional(), weight: z.number().optional(), unit: z.string().optional() });

export const FareTotal = z.looseObject({
  totalPrice: Amount.optional(),
  totalFare: Amount.optional(),
  totalTaxAmount: Amount,
  currency: z.string(),
  baseFareAmount: Amount.optional(),
  baseFareCurrency: z.string().optional(),
  equivalentAmount: Amount.optional(),
  equivalentCurrency: z.string().optional(),
});

const Penalty = z.looseObject({
  type: z.string().optional(),
  applicability: z.string().optional(),
  refundable: z.boolean().optional(),
  changeable: z.boolean().optional(),
  cat16Info: z.boolean().optional(),
  amount: Amount.optional(),
  currency: z.string().optional(),
});

export const PassengerInfo = z.looseObject({
  passengerType: z.string(),
  passengerNumber: z.number(),
  nonRefundable: z.boolean().optional(),
  fareComponents: z.array(
    Ref.extend({
      segments: z.array(
        z.looseObject({
          segment: z.looseObject({ bookingCode: z.string(), cabinCode: z.string().optional(), seatsAvailable: z.number().optional() }).optional(),
        }),
      ),
    }),
  ),
  baggageInformation: z
    .array(z.looseObject({ provisionType: z.string().optional(), segments: z.array(z.looseObject({ id: z.number() })).optional(), allowance: Ref.optional() }))
    .default([]),
  passengerTotalFare: FareTotal,
  penaltiesInfo: z.looseObject({ penalties: z.array(Penalty).default([]) }).optional(),
});

export const Pricing = z.looseObject({
  offer: z.looseObject({ offerId: z.string().optional(), source: z.string().optional(), timeToLive: z.number().optional() }).optional(),
  fare: z
    .looseObject({
      validatingCarrierCode: z.string(),
      lastTicketDate: z.string().optional(),
      lastTicketTime: z.string().optional(),
      totalFare: FareTotal,
      passengerInfoList: z.array(z.looseObject({ passengerInfo: PassengerInfo })).min(1),
    })
    .optional(),
});

export const ShopReply = z.looseObject({
  groupedItineraryResponse: z.looseObject({
    messages: z.array(z.looseObject({ severity: z.string().optional(), code: z.string().optional(), text: z.string().optional() })).default([]),
    scheduleDescs: z.array(Schedule).default([]),
    legDescs: z.array(Leg).default([]),
    fareComponentDescs: z.array(FareComponentDesc).default([]),
    baggageAllowanceDescs: z.array(Allowance).default([]),
    itineraryGroups: z
      .array(
        z.looseObject({
          groupDescription: z.looseObject({ legDescriptions: z.array(z.looseObject({ departureDate: z.string() })) }),
          itineraries: z.array(z.looseObject({ legs: z.array(Ref), pricingInformation: z.array(Pricing).default([]) })),
        }),
      )
      .default([]),
  }),
});

export type ShopResponse = z.infer<typeof ShopReply>["groupedItineraryResponse"];
export type Schedule = z.infer<typeof Schedule>;
export type Pricing = z.infer<typeof Pricing>;
export type PassengerInfo = z.infer<typeof PassengerInfo>;
export type FareTotal = z.infer<typeof FareTotal>;
