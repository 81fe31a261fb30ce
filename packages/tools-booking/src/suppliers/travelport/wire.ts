import * as z from "zod";

// Only what is read is named; the rest passes. Prices are JSON numbers.

const Amount = z.union([z.number(), z.string()]);
const Currency = z.looseObject({ value: z.string() });

export const Price = z.looseObject({
  CurrencyCode: Currency,
  Base: Amount,
  TotalTaxes: Amount.optional(),
  TotalFees: Amount.optional(),
  TotalPrice: Amount,
  PriceBreakdown: z
    .array(
      z.looseObject({ quantity: z.number(), requestedPassengerType: z.string(), Amount: z.looseObject({ Total: Amount, CurrencyCode: Currency.optional() }) }),
    )
    .default([]),
});

const Stop = z.looseObject({ location: z.string(), date: z.string(), time: z.string(), terminal: z.string().optional() });

export const Flight = z.looseObject({
  id: z.string().optional(),
  carrier: z.string(),
  number: z.string(),
  operatingCarrier: z.string().optional(),
  duration: z.string().optional(),
  equipment: z.string().optional(),
  Departure: Stop,
  Arrival: Stop,
});

/** In a search flights are named by reference, in a reservation they stand in place. */
const FlightSegment = z.looseObject({ sequence: z.number(), Flight: z.union([Flight, z.looseObject({ FlightRef: z.string() })]) });

export const Product = z.looseObject({
  id: z.string().optional(),
  totalDuration: z.string().optional(),
  Quantity: z.number().optional(),
  FlightSegment: z.array(FlightSegment).min(1),
  PassengerFlight: z
    .array(
      z.looseObject({
        passengerTypeCode: z.string().optional(),
        FlightProduct: z.array(
          z.looseObject({
            segmentSequence: z.array(z.number()).default([]),
            classOfService: z.string().optional(),
            cabin: z.string().optional(),
            fareBasisCode: z.string().optional(),
            Brand: z.looseObject({ BrandRef: z.string().optional(), name: z.string().optional() }).optional(),
          }),
        ),
      }),
    )
    .default([]),
});

const Permission = z.looseObject({
  "@type": z.string().optional(),
  Penalty: z.array(z.looseObject({ Amount: z.looseObject({ code: z.string().optional(), value: Amount }).optional(), Percent: Amount.optional() })).default([]),
});

export const Terms = z.looseObject({
  id: z.string().optional(),
  PaymentTimeLimit: z.string().optional(),
  ValidatingAirline: z.array(z.looseObject({ ValidatingAirline: z.string() })).default([]),
  BaggageAllowance: z
    .array(
      z.looseObject({
        baggageType: z.string().optional(),
        BaggageItem: z
          .array(
            z.looseObject({
              quantity: z.number().optional(),
              Text: z.string().optional(),
              Measurement: z.array(z.looseObject({ measurementType: z.string().optional(), unit: z.string().optional(), value: z.number() })).optional(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
  Penalties: z
    .array(
      z.looseObject({ PassengerTypeCodes: z.array(z.string()).default([]), Change: z.array(Permission).default([]), Cancel: z.array(Permission).default([]) }),
    )
    .default([]),
});

const BrandOffering = z.looseObject({
  Brand: z.looseObject({ BrandRef: z.string().optional() }).optional(),
  Product: z.array(z.looseObject({ productRef: z.string() })).min(1),
  TermsAndConditions: z.looseObject({ termsAndConditionsRef: z.string() }).optional(),
  CombinabilityCode: z.array(z.string()).default([]),
  ContentSource: z.string().optional(),
  BestCombinablePrice: Price,
});

export const Catalog = z.looseObject({
  CatalogProductOfferingsResponse: z.looseObject({
    CatalogProductOfferings: z
      .looseObject({
        Identifier: z.looseObject({ value: z.string() }).optional(),
        CatalogProductOffering: z
          .array(
            z.looseObject({
              id: z.string(),
              sequence: z.number().optional(),
              Departure: z.string(),
              Arrival: z.string(),
              ProductBrandOptions: z.array(z.looseObject({ ProductBrandOffering: z.array(BrandOffering) })),
            }),
          )
          .default([]),
      })
      .optional(),
    ReferenceList: z
      .array(
        z.looseObject({
          Flight: z.array(Flight).optional(),
          Product: z.array(Product).optional(),
          Brand: z.array(z.looseObject({ id: z.string().optional(), name: z.string().optional(), code: z.string().optional() })).optional(),
          TermsAndConditions: z.array(Terms).optional(),
        }),
      )
      .default([]),
  }),
});
export type Catalog = z.infer<typeof Catalog>["CatalogProductOfferingsResponse"];

export const OfferList = z.looseObject({
  OfferListResponse: z.looseObject({
    OfferID: z.array(z.looseObject({ id: z.string().optional(), Price: Price.optional(), TermsAndConditionsFull: z.array(Terms).default([]) })),
  }),
});

const Locator = z.looseObject({ value: z.string(), source: z.string().optional() });

export const ReservationReply = z.looseObject({
  ReservationResponse: z.looseObject({
    Reservation: z.looseObject({
      Identifier: z.looseObject({ value: z.string() }).optional(),
      Traveler: z.array(z.looseObject({ id: z.string().optional() })).default([]),
      Offer: z
        .array(
          z.looseObject({
            id: z.string().optional(),
            Product: z.array(Product).default([]),
            Price: Price.optional(),
            TermsAndConditionsFull: z.array(Terms).default([]),
          }),
        )
        .default([]),
      Receipt: z
        .array(
          z.looseObject({
            Confirmation: z
              .looseObject({
                Locator: Locator.optional(),
                OfferStatus: z.looseObject({ StatusAir: z.array(z.looseObject({ code: z.string().optional() })).default([]) }).optional(),
              })
              .optional(),
            Document: z
              .array(
                z.looseObject({
                  Number: z.string(),
                  Status: z.string().optional(),
                  TravelerIdentifierRef: z.looseObject({ id: z.string().optional() }).optional(),
                }),
              )
              .default([]),
          }),
        )
        .default([]),
    }),
  }),
});
export type Reservation = z.infer<typeof ReservationReply>["ReservationResponse"]["Reservation"];
export type Price = z.infer<typeof Price>;
export type Flight = z.infer<typeof Flight>;
export type Product = z.infer<typeof Product>;
export type Terms = z.infer<typeof Terms>;
