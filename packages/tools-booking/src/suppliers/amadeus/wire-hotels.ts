import { z } from "zod";
import { amount, text } from "./amount.ts";

// What we read of hotels, and no more: real replies drift from the published specification.

const listed = z.looseObject({
  hotelId: z.string(),
  name: z.string().optional(),
  rating: z.coerce.number().optional(),
  distance: z.looseObject({ value: z.number(), unit: z.string().optional() }).optional(),
});
export type ListedHotel = z.infer<typeof listed>;
export const hotelListReply = z.looseObject({ data: z.array(listed) });

const cancellation = z.looseObject({
  type: z.string().optional(),
  amount: amount.optional(),
  numberOfNights: z.number().optional(),
  percentage: amount.optional(),
  deadline: z.string().optional(),
});
export type WireCancellation = z.infer<typeof cancellation>;

const accepted = z.looseObject({ acceptedPayments: z.looseObject({ methods: z.array(z.string()).optional() }).optional() }).optional();

const described = z.looseObject({ text: z.string().optional() }).optional();
export const hotelRate = z.looseObject({
  id: text,
  checkInDate: z.string(),
  checkOutDate: z.string(),
  rateCode: z.string().optional(),
  rateFamilyEstimated: z.looseObject({ code: z.string().optional() }).optional(),
  boardType: z.string().optional(),
  commission: z.looseObject({ percentage: amount.optional(), amount: amount.optional() }).optional(),
  description: described,
  room: z
    .looseObject({
      type: z.string().optional(),
      description: described,
      typeEstimated: z.looseObject({ category: z.string().optional(), beds: z.number().optional(), bedType: z.string().optional() }).optional(),
    })
    .optional(),
  price: z.looseObject({ currency: z.string(), base: amount.optional(), total: amount.optional(), sellingTotal: amount.optional() }),
  policies: z
    .looseObject({
      paymentType: z.string().optional(),
      guarantee: accepted,
      deposit: accepted,
      prepay: accepted,
      cancellations: z.array(cancellation).optional(),
      // The older form of the same.
      cancellation: cancellation.optional(),
      checkInOut: z.looseObject({ checkIn: z.string().optional(), checkOut: z.string().optional() }).optional(),
    })
    .optional(),
});
export type WireRate = z.infer<typeof hotelRate>;

const hotel = z.looseObject({
  hotelId: z.string(),
  name: z.string().optional(),
  cityCode: z.string().optional(),
  latitude: z.number().optional(),
  longitude: z.number().optional(),
});
export type WireHotel = z.infer<typeof hotel>;

/** A hotel with its rates. */
export const hotelHouse = z.looseObject({ available: z.boolean().optional(), hotel, offers: z.array(z.unknown()).optional() });
export const hotelOffersReply = z.looseObject({ data: z.array(z.unknown()) });
export const hotelOfferReply = z.looseObject({ data: hotelHouse });

export const hotelOrderReply = z.looseObject({
  data: z.looseObject({
    id: z.string().min(1),
    hotelBookings: z
      .array(
        z.looseObject({
          bookingStatus: z.string().optional(),
          hotelProviderInformation: z.array(z.looseObject({ confirmationNumber: text.optional() })).optional(),
          hotelOffer: hotelRate.pick({ price: true, commission: true }).loose().optional(),
        }),
      )
      .min(1),
    associatedRecords: z.array(z.looseObject({ reference: z.string() })).optional(),
  }),
});
export type WireHotelOrder = z.infer<typeof hotelOrderReply>["data"];
