import type { Cabin, FareComponent, FlightOffer, Journey, Price } from "../../offer.ts";
import { offerId } from "../offer-id.ts";
import { flightsOf, journeyOf } from "./map-flights.ts";
import { condition, partyIn, priceOf } from "./map-price.ts";
import { type FlightTerms, refOf } from "./terms.ts";
import type { Catalog, Product, Terms, Price as WirePrice } from "./wire.ts";

/** How long Travelport keeps a search, so that its offers can be priced and booked by reference. */
export const cacheMinutes = 12;

const cabins: Readonly<Record<string, Cabin>> = {
  Economy: "ECONOMY",
  EconomyFront: "ECONOMY",
  PremiumEconomy: "PREMIUM_ECONOMY",
  Business: "BUSINESS",
  PremiumBusiness: "BUSINESS",
  First: "FIRST",
  PremiumFirst: "FIRST",
};

/** One way to fly one leg: a product of an offering, with its price and with what it combines. */
interface Choice {
  offering: string;
  product: Product;
  brand: string;
  terms: Terms | undefined;
  codes: readonly string[];
  price: WirePrice;
  source: string;
  journey: Journey;
}

/** Choices that together make the trip. */
export type Combination = readonly Choice[];

export interface Found {
  search: string;
  /** By the price the search tells, cheapest first. */
  combinations: Combination[];
  leftOut: number;
}

function choicesOf(catalog: Catalog): { legs: Choice[][]; leftOut: number } {
  const lists = catalog.ReferenceList;
  const flights = new Map(lists.flatMap(({ Flight }) => (Flight ?? []).map((flight) => [flight.id ?? "", flight] as const)));
  const products = new Map(lists.flatMap(({ Product }) => (Product ?? []).map((product) => [product.id ?? "", product] as const)));
  const brands = new Map(lists.flatMap(({ Brand }) => (Brand ?? []).map((brand) => [brand.id ?? "", brand.name ?? brand.code ?? ""] as const)));
  const terms = new Map(lists.flatMap(({ TermsAndConditions }) => (TermsAndConditions ?? []).map((one) => [one.id ?? "", one] as const)));
  const legs: Choice[][] = [];
  let leftOut = 0;
  for (const { id, sequence = 1, ProductBrandOptions } of catalog.CatalogProductOfferings?.CatalogProductOffering ?? []) {
    for (const offering of ProductBrandOptions.flatMap(({ ProductBrandOffering }) => ProductBrandOffering)) {
      const product = products.get(offering.Product[0]!.productRef);
      const flown = product && flightsOf(product, flights);
      const journey = flown && journeyOf(flown, sequence - 1, product.totalDuration);
      if (!journey) {
        leftOut += 1;
        continue;
      }
      legs[sequence - 1] ??= [];
      legs[sequence - 1]!.push({
        offering: id,
        product,
        brand: brands.get(offering.Brand?.BrandRef ?? "") ?? "",
        terms: terms.get(offering.TermsAndConditions?.termsAndConditionsRef ?? ""),
        codes: offering.CombinabilityCode,
        price: offering.BestCombinablePrice,
        source: offering.ContentSource ?? "GDS",
        journey,
      });
    }
  }
  return { legs, leftOut };
}

/** Two choices may be bought together when they share a code of combinability. */
const combine = (a: Choice, b: Choice): boolean => a.source === b.source && a.codes.some((code) => b.codes.includes(code));

/** The trips of a search over `legCount` legs. Two directions come apart and are put together here. */
export function combinationsIn(catalog: Catalog, legCount: number): Found {
  const { legs, leftOut } = choicesOf(catalog);
  const search = catalog.CatalogProductOfferings?.Identifier?.value ?? "";
  const [out = [], back = []] = legs;
  const combinations: Combination[] =
    legCount === 1 ? out.map((one) => [one]) : out.flatMap((one) => back.filter((other) => combine(one, other)).map((other) => [one, other]));
  const indicated = (trip: Combination) => trip.reduce((sum, { price }) => sum + Number(price.TotalPrice), 0);
  return { search, combinations: combinations.toSorted((a, b) => indicated(a) - indicated(b)), leftOut };
}

function baggage(terms: Terms | undefined): FareComponent["baggage"] {
  const item = (type: string) => terms?.BaggageAllowance.find(({ baggageType }) => baggageType === type)?.BaggageItem[0];
  const checked = item("FirstCheckedBag");
  const carryOn = item("CarryOn");
  const kilos = checked?.Measurement?.find(({ unit }) => unit === "Kilograms")?.value;
  return {
    carryOn: carryOn?.Text ?? (carryOn?.quantity === undefined ? "not stated" : carryOn.quantity === 1 ? "1 piece" : `${carryOn.quantity} pieces`),
    checkedPieces: checked?.quantity ?? null,
    ...(kilos === undefined || checked?.quantity !== undefined ? {} : { checkedKg: kilos }),
  };
}

function fareComponents(choices: Combination): FareComponent[] {
  return choices.flatMap(({ product, journey, brand, terms }) =>
    journey.segments.map(({ id }, i): FareComponent => {
      const fares = product.PassengerFlight[0]?.FlightProduct ?? [];
      const fare = fares.find(({ segmentSequence }) => segmentSequence.includes(i + 1)) ?? fares[0];
      return {
        segmentId: id,
        cabin: cabins[fare?.cabin ?? "Economy"] ?? "ECONOMY",
        bookingClass: fare?.classOfService ?? "",
        fareBasisCode: fare?.fareBasisCode ?? "",
        fareBrand: brand,
        baggage: baggage(terms),
      };
    }),
  );
}

export interface OfferContext {
  sandbox: boolean;
  now: number;
  requestId: string;
  currency: string;
}

/** `exact` is the price of the whole trip and the rules it is sold under, which for two directions only pricing tells. */
export function offerOf(
  search: string,
  choices: Combination,
  exact: { price: WirePrice; terms: Terms | undefined },
  { sandbox, now, requestId, currency }: OfferContext,
): FlightOffer | undefined {
  const price = priceOf(exact.price);
  if (!price || price.total.currency !== currency || search === "") return undefined;
  const source = choices[0]!.source;
  const passengers = partyIn(price);
  const terms: FlightTerms = {
    search,
    selections: choices.map(({ offering, product }) => ({ offering, product: product.id ?? "" })),
    passengers,
    currency,
    source,
  };
  const supplierRef = refOf(terms);
  const seats = choices.flatMap(({ product }) => (product.Quantity === undefined ? [] : [product.Quantity]));
  return {
    vertical: "flight",
    id: offerId("tp", supplierRef, price.total.amount, requestId, String(now)),
    supplier: "travelport",
    sandbox,
    supplierRef,
    price,
    requires: ["phone"],
    offerExpiresAt: new Date(now + cacheMinutes * 60_000).toISOString(),
    ...limitOf(exact.terms, source, now),
    ...(seats.length > 0 ? { seatsRemaining: Math.min(...seats) } : {}),
    conditions: conditionsOf(exact.terms, price),
    journeys: choices.map(({ journey }) => journey),
    fareComponents: fareComponents(choices),
    validatingCarrier: exact.terms?.ValidatingAirline[0]?.ValidatingAirline ?? choices[0]!.journey.segments[0]!.marketingCarrier,
    passengers,
  };
}

/** Airlines' own offers keep their price for no hold, whatever limit they state. */
export function limitOf(terms: Terms | undefined, source: string, now: number): { paymentTimeLimit?: string } {
  const until = Date.parse(terms?.PaymentTimeLimit ?? "");
  return source === "GDS" && until > now ? { paymentTimeLimit: new Date(until).toISOString() } : {};
}

export const conditionsOf = (terms: Terms | undefined, price: Price): FlightOffer["conditions"] =>
  terms ? { refund: condition("Cancel", terms, price), change: condition("Change", terms, price) } : { refund: { allowed: null }, change: { allowed: null } };
