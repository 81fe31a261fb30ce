import { minorUnits, money } from "../../money.ts";
import type { Cabin, Condition, FlightOffer, Journey, Price } from "../../offer.ts";
import { carrier } from "../../suppliers/sandbox/world/carriers.ts";

/** Which of a search's offers a selection of products means. */
export interface Sold {
  products: string[];
  offer: FlightOffer;
}

const cabinWords: Readonly<Record<Cabin, string>> = { ECONOMY: "Economy", PREMIUM_ECONOMY: "PremiumEconomy", BUSINESS: "Business", FIRST: "First" };
const wireTypes = { ADT: "ADT", CHD: "CNN", INF: "INF" } as const;

/** Low-cost carriers sell here by orders of their own. */
export const sourceOf = (journey: Journey): "GDS" | "NDC" => (carrier(journey.segments[0]!.marketingCarrier)?.kind === "low-cost" ? "NDC" : "GDS");

const iso = (minutes: number): string => `PT${Math.floor(minutes / 60)}H${minutes % 60}M`;

export function wireFlight(segment: Journey["segments"][number]): Record<string, unknown> {
  const stop = ({ airport, terminal, time }: (typeof segment)["departure"]) => ({
    "@type": "Departure",
    location: airport,
    date: time.local.slice(0, 10),
    time: time.local.slice(11, 19),
    ...(terminal === undefined ? {} : { terminal }),
  });
  return {
    "@type": "FlightDetail",
    duration: iso(segment.duration),
    carrier: segment.marketingCarrier,
    number: segment.flightNumber,
    operatingCarrier: segment.operatingCarrier,
    equipment: segment.equipment,
    Departure: stop(segment.departure),
    Arrival: { ...stop(segment.arrival), "@type": "Arrival" },
  };
}

export function wirePrice({ total, base, taxes, fees, perPassenger }: Price): object {
  const CurrencyCode = { value: total.currency, decimalPlace: total.amount.split(".")[1]?.length ?? 0 };
  return {
    "@type": "PriceDetail",
    CurrencyCode,
    Base: Number(base.amount),
    TotalTaxes: Number(taxes.amount),
    TotalFees: Number(fees.amount),
    TotalPrice: Number(total.amount),
    PriceBreakdown: perPassenger.map(({ ptc, count, each }) => ({
      "@type": "PriceBreakdownAir",
      quantity: count,
      requestedPassengerType: wireTypes[ptc],
      Amount: { "@type": "Amount", CurrencyCode, Total: Number(each.amount) },
    })),
  };
}

export function wireTerms(offer: FlightOffer): Record<string, unknown> {
  const seats = BigInt(offer.passengers.reduce((sum, { ptc, count }) => sum + (ptc === "INF" ? 0 : count), 0));
  const rule = (kind: "Change" | "Cancel", { allowed, penalty }: Condition, lap: boolean) => {
    if (allowed !== true) return [{ "@type": `${kind}NotPermitted`, penaltyTypes: ["Anytime"] }];
    const each = lap || !penalty ? money(0n, offer.price.total.currency) : money(minorUnits(penalty) / seats, penalty.currency);
    return [
      {
        "@type": `${kind}Permitted`,
        penaltyTypes: ["BeforeDeparture"],
        PenaltyAppliesTo: "PerTicket",
        Penalty: [{ "@type": "PenaltyAmount", Amount: { code: each.currency, minorUnit: 2, value: Number(each.amount) } }],
      },
    ];
  };
  const { checkedPieces } = offer.fareComponents[0]!.baggage;
  return {
    "@type": "TermsAndConditionsAir",
    ...(offer.paymentTimeLimit === undefined ? {} : { PaymentTimeLimit: offer.paymentTimeLimit }),
    ValidatingAirline: [{ "@type": "ValidatingAirline", ValidatingAirline: offer.validatingCarrier }],
    BaggageAllowance: [
      { "@type": "BaggageAllowanceDetail", baggageType: "FirstCheckedBag", BaggageItem: [{ "@type": "BaggageItem", quantity: checkedPieces ?? 0 }] },
      { "@type": "BaggageAllowanceDetail", baggageType: "CarryOn", BaggageItem: [{ "@type": "BaggageItem", quantity: 1, Text: "UPTO18LB/8KG" }] },
    ],
    Penalties: offer.passengers.map(({ ptc }) => ({
      "@type": "Penalties",
      PassengerTypeCodes: [wireTypes[ptc]],
      Change: rule("Change", offer.conditions.change, ptc === "INF"),
      Cancel: rule("Cancel", offer.conditions.refund, ptc === "INF"),
    })),
  };
}

function faresOf(offer: FlightOffer, direction: number): FlightOffer["fareComponents"] {
  return offer.fareComponents.filter(({ segmentId }) => segmentId.startsWith(`${direction + 1}.`));
}

function passengerFlights(offer: FlightOffer, direction: number, brandRef: string | undefined): object[] {
  return offer.passengers.map(({ ptc, count }) => ({
    "@type": "PassengerFlight",
    passengerQuantity: count,
    passengerTypeCode: wireTypes[ptc],
    FlightProduct: faresOf(offer, direction).map((fare, i) => ({
      "@type": "FlightProduct",
      segmentSequence: [i + 1],
      classOfService: fare.bookingClass,
      cabin: cabinWords[fare.cabin],
      fareBasisCode: fare.fareBasisCode,
      fareType: "PublicFare",
      Brand: brandRef === undefined ? { "@type": "Brand", name: fare.fareBrand } : { "@type": "BrandID", BrandRef: brandRef },
    })),
  }));
}

/** A product with its flights in place, as reservations have it. */
export function wireProducts(offer: FlightOffer): object[] {
  return offer.journeys.map((journey, direction) => ({
    "@type": "ProductAir",
    id: `p${direction}`,
    totalDuration: iso(journey.duration),
    FlightSegment: journey.segments.map((segment, i) => ({ "@type": "FlightSegment", sequence: i + 1, Flight: wireFlight(segment) })),
    PassengerFlight: passengerFlights(offer, direction, undefined),
  }));
}

/** Numbers things as they are first seen: `s1`, `s2`, … */
function register<T extends object>(prefix: string) {
  const byKey = new Map<string, { id: string; value: T }>();
  return {
    ref(key: string, make: () => T): string {
      const known = byKey.get(key) ?? { id: `${prefix}${byKey.size}`, value: make() };
      byKey.set(key, known);
      return known.id;
    },
    list: () => [...byKey.values()].map(({ id, value }) => ({ ...value, id })),
  };
}

/**
 * The offers of the world as Travelport tells them: for each direction apart, by reference, and combined by codes. The price beside
 * a direction is the lowest of a whole trip it is part of.
 */
export function catalogOf(identifier: string, offers: readonly FlightOffer[]): { body: object; sold: Sold[] } {
  const flights = register<object>("s");
  const products = register<object>("p");
  const brands = register<object>("b");
  const terms = register<object>("T");
  interface Option {
    product: string;
    brand: string;
    codes: string[];
    offer: FlightOffer;
  }
  const offerings = new Map<string, { direction: number; journey: Journey; options: Map<string, Option> }>();
  const sold: Sold[] = [];
  for (const [number, offer] of offers.entries()) {
    const sources = new Set(offer.journeys.map(sourceOf));
    if (sources.size > 1) continue;
    const own: string[] = [];
    for (const [direction, journey] of offer.journeys.entries()) {
      const flown = journey.segments
        .map(({ marketingCarrier, flightNumber, departure }) => `${marketingCarrier}${flightNumber} ${departure.time.local}`)
        .join("/");
      const key = `${direction} ${flown}`;
      const offering = offerings.get(key) ?? { direction, journey, options: new Map() };
      offerings.set(key, offering);
      const fares = faresOf(offer, direction);
      const brand = brands.ref(fares[0]!.fareBrand, () => ({
        "@type": "Brand",
        name: fares[0]!.fareBrand,
        code: fares[0]!.fareBrand.slice(0, 4).toUpperCase(),
      }));
      const product = products.ref(`${key} ${fares.map(({ bookingClass, fareBrand }) => `${bookingClass}${fareBrand}`).join()}`, () => ({
        "@type": "ProductAir",
        totalDuration: iso(journey.duration),
        Quantity: offer.seatsRemaining ?? 9,
        FlightSegment: journey.segments.map((segment, i) => ({
          "@type": "FlightSegment",
          sequence: i + 1,
          Flight: {
            "@type": "FlightID",
            FlightRef: flights.ref(`${segment.marketingCarrier}${segment.flightNumber} ${segment.departure.time.local}`, () => wireFlight(segment)),
          },
        })),
        PassengerFlight: passengerFlights(offer, direction, brand),
      }));
      const option = offering.options.get(product) ?? { product, brand, codes: [], offer };
      offering.options.set(product, option);
      option.codes.push(`j${number}`);
      if (minorUnits(offer.price.total) < minorUnits(option.offer.price.total)) option.offer = offer;
      own.push(product);
    }
    sold.push({ products: own, offer });
  }
  const CatalogProductOffering = [...offerings.values()].map(({ direction, journey, options }, i) => ({
    "@type": "CatalogProductOffering",
    id: `o${i + 1}`,
    sequence: direction + 1,
    Departure: journey.origin,
    Arrival: journey.destination,
    ProductBrandOptions: [
      {
        "@type": "ProductBrandOptions",
        ...(sourceOf(journey) === "NDC"
          ? {}
          : {
              flightRefs: journey.segments.map((segment) =>
                flights.ref(`${segment.marketingCarrier}${segment.flightNumber} ${segment.departure.time.local}`, () => wireFlight(segment)),
              ),
            }),
        ProductBrandOffering: [...options.values()].map(({ product, brand, codes, offer }) => ({
          "@type": "ProductBrandOffering",
          Brand: { "@type": "BrandID", BrandRef: brand },
          Product: [{ "@type": "ProductID", productRef: product }],
          TermsAndConditions: { "@type": "TermsAndConditionsID", termsAndConditionsRef: terms.ref(offer.id, () => wireTerms(offer)) },
          CombinabilityCode: codes,
          ContentSource: sourceOf(journey),
          BestCombinablePrice: { ...wirePrice(offer.price), "@type": "BestCombinablePriceDetail" },
        })),
      },
    ],
  }));
  const list = (type: string, name: string, items: object[]) => ({ "@type": type, [name]: items });
  return {
    sold,
    body: {
      CatalogProductOfferingsResponse: {
        "@type": "CatalogProductOfferingsResponse",
        transactionId: identifier,
        CatalogProductOfferings: { "@type": "CatalogProductOfferings", Identifier: { authority: "Travelport", value: identifier }, CatalogProductOffering },
        ReferenceList: [
          list("ReferenceListFlight", "Flight", flights.list()),
          list("ReferenceListProduct", "Product", products.list()),
          list("ReferenceListBrand", "Brand", brands.list()),
          list("ReferenceListTermsAndConditions", "TermsAndConditions", terms.list()),
        ],
      },
    },
  };
}
