import * as z from "zod";
import { minorUnits, money } from "../../money.ts";
import type { Cabin, FlightOffer, FlightQuery } from "../../offer.ts";
import type { SupplierCall } from "../../supplier.ts";
import type { Answer, Route, Shelf, SimulatedRequest, World } from "../kit/index.ts";
import { catalogOf, type Sold, sourceOf, wirePrice, wireProducts, wireTerms } from "./catalog.ts";

const Request = z.looseObject({
  "@type": z.literal("CatalogProductOfferingsRequestAir"),
  offersPerPage: z.number().optional(),
  PassengerCriteria: z.array(z.looseObject({ number: z.number(), passengerTypeCode: z.string(), age: z.number().optional() })).min(1),
  SearchCriteriaFlight: z
    .array(z.looseObject({ departureDate: z.string(), From: z.looseObject({ value: z.string() }), To: z.looseObject({ value: z.string() }) }))
    .min(1),
  SearchModifiersAir: z
    .looseObject({
      CabinPreference: z.array(z.looseObject({ cabins: z.array(z.string()) })).optional(),
      FlightType: z.looseObject({ connectionType: z.string() }).optional(),
    })
    .optional(),
  PricingModifiersAir: z.looseObject({ currencyCode: z.string() }).optional(),
});
const Typed = z.looseObject({ "@type": z.literal("CatalogProductOfferingsQueryRequest"), CatalogProductOfferingsRequest: Request });
const Wrapped = z.looseObject({ CatalogProductOfferingsQueryRequest: z.looseObject({ CatalogProductOfferingsRequest: Request }) });

const OfferQuery = z.looseObject({
  OfferQueryBuildFromCatalogProductOfferings: z.looseObject({
    BuildFromCatalogProductOfferingsRequest: z.looseObject({
      "@type": z.literal("BuildFromCatalogProductOfferingsRequestAir"),
      CatalogProductOfferingsIdentifier: z.looseObject({ Identifier: z.looseObject({ value: z.string() }) }),
      CatalogProductOfferingSelection: z
        .array(
          z.looseObject({
            CatalogProductOfferingIdentifier: z.looseObject({ Identifier: z.looseObject({ value: z.string() }) }),
            ProductIdentifier: z.array(z.looseObject({ Identifier: z.looseObject({ value: z.string() }) })).min(1),
          }),
        )
        .min(1),
    }),
  }),
});

const cabins: Readonly<Record<string, Cabin>> = { Economy: "ECONOMY", PremiumEconomy: "PREMIUM_ECONOMY", Business: "BUSINESS", First: "FIRST" };

const cacheMs = 12 * 60_000;

export interface CachedSearch {
  at: number;
  sold: Sold[];
}

/** An error where this service puts it: inside of the answer, mostly with status 200. */
export const resultError = (name: string, message: string, statusCode = 400, httpStatus = 200): Answer => ({
  status: httpStatus,
  body: {
    [name]: {
      "@type": name,
      Result: { "@type": "Result", Error: [{ "@type": "ErrorDetail", StatusCode: statusCode, Message: message, category: "ERROR", SourceID: "1G" }] },
    },
  },
});

export const simulatorCall = (): SupplierCall => ({ signal: new AbortController().signal, requestId: "simulator" });

/** The same offer for 10.00 more a head. */
export function dearer(offer: FlightOffer): FlightOffer {
  const { price } = offer;
  const { currency } = price.total;
  const heads = price.perPassenger.reduce((sum, { count }) => sum + count, 0);
  const more = (amount: typeof price.total, by: number) => money(minorUnits(amount) + BigInt(by) * 1000n, currency);
  const perPassenger = price.perPassenger.map((line) => ({ ...line, each: more(line.each, 1) }));
  return { ...offer, price: { ...price, total: more(price.total, heads), base: more(price.base, heads), perPassenger } };
}

export interface SearchParts {
  world: World;
  searches: Shelf<CachedSearch>;
  envelope: "typed" | "wrapped" | "both";
}

/** The offer that a request names by reference, at its price of now; or why not. */
export type OfferFinder = (request: SimulatedRequest, answerName: string) => Promise<FlightOffer | Answer>;

export function offerFinder({ world, searches }: Pick<SearchParts, "world" | "searches">): OfferFinder {
  return async (request, answerName) => {
    const parsed = OfferQuery.safeParse(request.json);
    if (!parsed.success) return resultError(answerName, "INVALID INPUT FORMAT", 400, 400);
    const { CatalogProductOfferingsIdentifier, CatalogProductOfferingSelection } =
      parsed.data.OfferQueryBuildFromCatalogProductOfferings.BuildFromCatalogProductOfferingsRequest;
    const search = await searches.get(CatalogProductOfferingsIdentifier.Identifier.value.replace(/_PC$/, ""));
    if (!search || world.clock.now() >= search.at + cacheMs) return resultError(answerName, "CATALOG PRODUCT OFFERINGS IDENTIFIER NOT FOUND OR EXPIRED", 404);
    const products = CatalogProductOfferingSelection.map(({ ProductIdentifier }) => ProductIdentifier[0]!.Identifier.value);
    const found = search.sold.find((one) => JSON.stringify(one.products) === JSON.stringify(products));
    if (!found) return resultError(answerName, "PRODUCTS ARE NOT COMBINABLE");
    const now = await world.counter("travelport").supplier.flights!.reprice(found.offer, simulatorCall());
    if (request.has("sold_out") || now.status === "sold-out") return resultError(answerName, "UNABLE TO SELL - FLIGHT NOT AVAILABLE IN CLASS");
    if (now.status === "expired") return resultError(answerName, "CATALOG PRODUCT OFFERINGS IDENTIFIER NOT FOUND OR EXPIRED", 404);
    return now.offer;
  };
}

export const offerList = (offer: FlightOffer): object => ({
  OfferListResponse: {
    "@type": "OfferListResponse",
    OfferID: [
      {
        "@type": "Offer",
        id: "offer_1",
        ContentSource: sourceOf(offer.journeys[0]!),
        Product: wireProducts(offer),
        Price: wirePrice(offer.price),
        TermsAndConditionsFull: [wireTerms(offer)],
      },
    ],
  },
});

export function searchRoutes(parts: SearchParts): Route[] {
  const { world, searches, envelope } = parts;
  const find = offerFinder(parts);

  async function search(request: SimulatedRequest): Promise<Answer> {
    const typed = envelope === "wrapped" ? undefined : Typed.safeParse(request.json);
    const wrapped = envelope === "typed" ? undefined : Wrapped.safeParse(request.json);
    const asked = typed?.success
      ? typed.data.CatalogProductOfferingsRequest
      : wrapped?.success
        ? wrapped.data.CatalogProductOfferingsQueryRequest.CatalogProductOfferingsRequest
        : undefined;
    const name = "CatalogProductOfferingsResponse";
    if (!asked) return resultError(name, "INVALID INPUT FORMAT", 400, 400);
    if (request.has("error_in_200")) return resultError(name, "PSEUDO CITY NOT ALLOWED");
    const [out, back] = asked.SearchCriteriaFlight;
    const people = (code: string) => asked.PassengerCriteria.filter(({ passengerTypeCode }) => passengerTypeCode === code);
    const query: FlightQuery = {
      origin: out!.From.value,
      destination: out!.To.value,
      departureDate: out!.departureDate,
      ...(back ? { returnDate: back.departureDate } : {}),
      adults: people("ADT").reduce((sum, { number }) => sum + number, 0),
      childrenAges: [
        ...people("CNN").flatMap(({ number, age }) => Array<number>(number).fill(age ?? 8)),
        ...people("INF").flatMap(({ number }) => Array<number>(number).fill(1)),
      ],
      cabin: cabins[asked.SearchModifiersAir?.CabinPreference?.[0]?.cabins[0] ?? "Economy"] ?? "ECONOMY",
      directOnly: asked.SearchModifiersAir?.FlightType?.connectionType === "NonStopDirect",
      currency: asked.PricingModifiersAir?.currencyCode ?? "EUR",
      limit: 40,
    };
    const offers = await world.counter("travelport").supplier.flights!.search(query, simulatorCall());
    if (offers.length === 0 || request.has("sold_out")) return resultError(name, "NO FLIGHTS FOUND FOR THIS REQUEST", 404);
    const identifier = crypto.randomUUID();
    const { body, sold } = catalogOf(identifier, offers);
    // Without a page size nothing is kept, and nothing can be named by reference later.
    if (asked.offersPerPage !== undefined) await searches.put(identifier, { at: world.clock.now(), sold });
    return { status: 200, body };
  }

  async function price(request: SimulatedRequest): Promise<Answer> {
    const offer = await find(request, "OfferListResponse");
    if ("status" in offer) return offer;
    return { status: 200, body: offerList(request.has("price_changed") ? dearer(offer) : offer) };
  }

  return [
    { method: "POST", path: "/11/air/catalog/search/catalogproductofferings", name: "search", handle: search },
    { method: "POST", path: "/11/air/price/offers/buildfromcatalogproductofferings", name: "price", handle: price },
  ];
}
