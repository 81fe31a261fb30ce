import type { Money } from "@travelagent/protocol";
import * as z from "zod";
import { minorUnits, money } from "../../money.ts";
import type { Cabin, FlightOffer, FlightQuery, PassengerType } from "../../offer.ts";
import type { Answer, Route, Shelf, SimulatedRequest, World } from "../kit/index.ts";
import { gatewayAnswer } from "./answers.ts";
import { brandCode, groupedItineraries } from "./grouped-itineraries.ts";

const Place = z.object({ LocationCode: z.string() });
const Flight = z.object({
  Number: z.number(),
  DepartureDateTime: z.string(),
  ClassOfService: z.string(),
  OriginLocation: Place,
  DestinationLocation: Place,
  Airline: z.object({ Marketing: z.string() }),
});

const LowFareSearch = z.object({
  OTA_AirLowFareSearchRQ: z.object({
    Version: z.string(),
    POS: z.object({ Source: z.array(z.object({ PseudoCityCode: z.string() })).min(1) }),
    OriginDestinationInformation: z
      .array(
        z.object({
          DepartureDateTime: z.string(),
          OriginLocation: Place,
          DestinationLocation: Place,
          TPA_Extensions: z.object({ Flight: z.array(Flight) }).optional(),
        }),
      )
      .min(1),
    TravelPreferences: z.object({ CabinPref: z.array(z.object({ Cabin: z.string() })).optional(), MaxStopsQuantity: z.number().optional() }).optional(),
    TravelerInfoSummary: z.object({
      AirTravelerAvail: z.array(z.object({ PassengerTypeQuantity: z.array(z.object({ Code: z.string(), Quantity: z.number() })) })).min(1),
      PriceRequestInformation: z.object({
        CurrencyCode: z.string().optional(),
        TPA_Extensions: z
          .object({ BrandedFareIndicators: z.object({ BrandFilters: z.object({ Brand: z.array(z.object({ Code: z.string() })) }).optional() }).optional() })
          .optional(),
      }),
    }),
    TPA_Extensions: z.object({ IntelliSellTransaction: z.object({ RequestType: z.object({ Name: z.string() }) }) }),
  }),
});
type LowFareSearch = z.infer<typeof LowFareSearch>["OTA_AirLowFareSearchRQ"];

const cabins: Readonly<Record<string, Cabin>> = { Y: "ECONOMY", S: "PREMIUM_ECONOMY", C: "BUSINESS", J: "BUSINESS", F: "FIRST", P: "FIRST" };

/** A fare as it is sold: the flights with their classes, its brands and its party, in a currency. */
export function fareSign(
  flights: readonly { carrier: string; number: number; from: string; to: string; date: string; bookingClass: string }[],
  brands: readonly string[],
  party: Readonly<Partial<Record<PassengerType, number>>>,
  currency: string,
): string {
  const flown = flights.map(({ carrier, number, from, to, date, bookingClass }) => `${carrier}${number} ${from}${to} ${date} ${bookingClass}`).join("/");
  return `${flown} ${brands.join("+")} ${party.ADT ?? 0}.${party.CHD ?? 0}.${party.INF ?? 0} ${currency}`;
}

const signOf = (offer: FlightOffer): string =>
  fareSign(
    offer.journeys
      .flatMap(({ segments }) => segments)
      .map((segment, i) => ({
        carrier: segment.marketingCarrier,
        number: Number(segment.flightNumber),
        from: segment.departure.airport,
        to: segment.arrival.airport,
        date: segment.departure.time.local.slice(0, 10),
        bookingClass: offer.fareComponents[i]!.bookingClass,
      })),
    [...new Set(offer.fareComponents.map(({ fareBrand }) => brandCode(fareBrand)))],
    Object.fromEntries(offer.passengers.map(({ ptc, count }) => [ptc, count])),
    offer.price.total.currency,
  );

export interface ShopParts {
  world: World;
  fares: Shelf<FlightOffer>;
  tiers: readonly string[];
}

const nothingFound = (text?: string): Answer => ({
  status: 200,
  body: {
    groupedItineraryResponse: {
      version: "5",
      messages: text === undefined ? [] : [{ severity: "Error", type: "MIP", code: "PROCESS", text }],
      statistics: { itineraryCount: 0 },
    },
  },
});

export function shopRoutes({ world, fares, tiers }: ShopParts): Route[] {
  const { clock } = world;
  const flights = () => world.counter("sabre").supplier.flights!;
  const call = () => ({ signal: new AbortController().signal, requestId: "simulator" });

  const grouped = async (offers: readonly FlightOffer[]): Promise<Answer> => {
    for (const offer of offers) await fares.put(signOf(offer), offer);
    const now = clock.now();
    const timeToLive = (offer: FlightOffer) => Math.floor((Date.parse(offer.offerExpiresAt) - now) / 1000);
    return { status: 200, body: groupedItineraries(offers, { now, timeToLive }) };
  };

  function understood(request: SimulatedRequest): LowFareSearch | Answer {
    const parsed = LowFareSearch.safeParse(request.json);
    if (!parsed.success)
      return gatewayAnswer(clock.now(), 400, "ERR.2SG.CLIENT.INVALID_REQUEST", `body is invalid at ${parsed.error.issues[0]?.path.join(".")}`);
    const search = parsed.data.OTA_AirLowFareSearchRQ;
    if (search.Version !== "5") return gatewayAnswer(clock.now(), 400, "ERR.2SG.CLIENT.INVALID_REQUEST", "Incorrect GIR response schema version");
    return search;
  }

  const partyOf = (search: LowFareSearch) => search.TravelerInfoSummary.AirTravelerAvail.flatMap(({ PassengerTypeQuantity }) => PassengerTypeQuantity);

  async function shop(request: SimulatedRequest): Promise<Answer> {
    const search = understood(request);
    if ("status" in search) return search;
    if (!tiers.includes(search.TPA_Extensions.IntelliSellTransaction.RequestType.Name)) return nothingFound();
    if (request.has("sold_out")) return nothingFound("NO FARES/RBD/CARRIER");
    const party = partyOf(search);
    const unknown = party.find(({ Code }) => !/^(ADT|INF|CNN|C0[2-9]|C1[01])$/.test(Code));
    if (unknown) return nothingFound(`No fares for passenger type ${unknown.Code}`);
    const [out, back] = search.OriginDestinationInformation;
    const number = (pattern: RegExp) => party.reduce((sum, { Code, Quantity }) => sum + (pattern.test(Code) ? Quantity : 0), 0);
    const query: FlightQuery = {
      origin: out!.OriginLocation.LocationCode,
      destination: out!.DestinationLocation.LocationCode,
      departureDate: out!.DepartureDateTime.slice(0, 10),
      ...(back ? { returnDate: back.DepartureDateTime.slice(0, 10) } : {}),
      adults: number(/^ADT$/),
      childrenAges: [...Array<number>(number(/^C/)).fill(8), ...Array<number>(number(/^INF$/)).fill(1)],
      cabin: cabins[search.TravelPreferences?.CabinPref?.[0]?.Cabin ?? "Y"] ?? "ECONOMY",
      directOnly: search.TravelPreferences?.MaxStopsQuantity === 0,
      currency: search.TravelerInfoSummary.PriceRequestInformation.CurrencyCode ?? "EUR",
      limit: 50,
    };
    const offers = await flights().search(query, call());
    return offers.length === 0 ? nothingFound("No complete journey can be built in IS2/ADVJR1.") : grouped(offers);
  }

  async function revalidate(request: SimulatedRequest): Promise<Answer> {
    const search = understood(request);
    if ("status" in search) return search;
    const segments = search.OriginDestinationInformation.flatMap(({ TPA_Extensions }) => TPA_Extensions?.Flight ?? []);
    const party = partyOf(search);
    const prices = search.TravelerInfoSummary.PriceRequestInformation;
    const count = (pattern: RegExp) => party.reduce((sum, { Code, Quantity }) => sum + (pattern.test(Code) ? Quantity : 0), 0);
    const sign = fareSign(
      segments.map((flight) => ({
        carrier: flight.Airline.Marketing,
        number: flight.Number,
        from: flight.OriginLocation.LocationCode,
        to: flight.DestinationLocation.LocationCode,
        date: flight.DepartureDateTime.slice(0, 10),
        bookingClass: flight.ClassOfService,
      })),
      prices.TPA_Extensions?.BrandedFareIndicators?.BrandFilters?.Brand.map(({ Code }) => Code) ?? [],
      { ADT: count(/^ADT$/), CHD: count(/^C/), INF: count(/^INF$/) },
      prices.CurrencyCode ?? "EUR",
    );
    const known = await fares.get(sign);
    if (!known || request.has("sold_out")) return nothingFound("NO FARES/RBD/CARRIER");
    const now = await flights().reprice(known, call());
    if (now.status === "expired" || now.status === "sold-out") return nothingFound("FLIGHT SEGMENT NOT AVAILABLE");
    if (!request.has("price_changed")) return grouped([now.offer]);
    return { status: 200, body: groupedItineraries([dearer(now.offer)], { now: clock.now(), timeToLive: () => 1800 }) };
  }

  return [
    { method: "POST", path: "/v5/offers/shop", name: "shop", handle: shop },
    { method: "POST", path: "/v4/offers/shop", name: "shop", handle: shop },
    { method: "POST", path: "/v5/shop/flights/revalidate", name: "revalidate", handle: revalidate },
  ];
}

/** The same offer for 10.00 more a head, as a carrier that changed its fare has it. */
export function dearer(offer: FlightOffer): FlightOffer {
  const { price } = offer;
  const { currency } = price.total;
  const heads = price.perPassenger.reduce((sum, { count }) => sum + count, 0);
  const more = (amount: Money, by: number) => money(minorUnits(amount) + BigInt(by) * 1000n, currency);
  return {
    ...offer,
    price: {
      ...price,
      total: more(price.total, heads),
      base: more(price.base, heads),
      perPassenger: price.perPassenger.map((line) => ({ ...line, each: more(line.each, 1) })),
    },
  };
}
