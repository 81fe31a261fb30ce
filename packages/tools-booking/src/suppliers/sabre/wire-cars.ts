import * as z from "zod";

const Charge = z.looseObject({
  ChargeType: z.string(),
  Amount: z.union([z.string(), z.number()]),
  CurrencyCode: z.string().optional(),
  MileageAllowance: z.union([z.string(), z.number()]).optional(),
  UOM: z.string().optional(),
});

const Rate = z.looseObject({
  RateKey: z.string().optional(),
  Vehicle: z.looseObject({
    VehType: z.string(),
    VehMakeAndModel: z.union([z.string(), z.looseObject({ Name: z.string().optional() })]).optional(),
    SeatBeltsAndBagsInfo: z
      .looseObject({
        SeatBelts: z.looseObject({ Quantity: z.coerce.number() }).optional(),
        BagsInfo: z.looseObject({ Bags: z.array(z.looseObject({ Quantity: z.coerce.number() })).default([]) }).optional(),
      })
      .optional(),
  }),
  VehicleCharges: z.looseObject({ VehicleCharge: z.array(Charge) }),
  GuaranteePrepaid: z
    .looseObject({
      Type: z.string().optional(),
      CancellationRefundAmount: z.array(z.looseObject({ Amount: z.union([z.string(), z.number()]), DaysPrior: z.coerce.number() })).optional(),
    })
    .optional(),
});

const AvailInfo = z.looseObject({
  Vendor: z.looseObject({ Code: z.string(), Name: z.string().optional() }),
  PickUpLocation: z.looseObject({ LocationCode: z.string() }).optional(),
  ReturnLocation: z.looseObject({ LocationCode: z.string() }).optional(),
  VehRentalRate: z.array(Rate).default([]),
  ConvertedVehRentalRate: z.array(Rate).default([]),
});

export const VehicleAvailability = z.looseObject({
  GetVehAvailRS: z.looseObject({ VehAvailInfos: z.looseObject({ VehAvailInfo: z.array(AvailInfo).default([]) }).optional() }),
});

export const VehiclePriceCheck = z.looseObject({
  VehPriceCheckRS: z.looseObject({
    PriceCheckInfo: z
      .looseObject({
        BookingKey: z.string(),
        VehRateInfo: z.looseObject({ VehAvailInfos: z.looseObject({ VehAvailInfo: z.array(AvailInfo) }) }),
      })
      .optional(),
  }),
});

export type VehicleRate = z.infer<typeof Rate>;
export type VehicleInfo = z.infer<typeof AvailInfo>;
