import { airport } from "../../geography/index.ts";
import type { Cabin, FlightQuery } from "../../offer.ts";
import type { Answer, Route, SimulatedRequest, World } from "../kit/index.ts";
import { worldCall } from "./counter.ts";
import { dictionariesOf, fingerprint, flightDocument, type GivenOffer, type KeptOffer, type WireTraveler } from "./flight-document.ts";
import { invalid, malformed, mediaType, missing, missingParameter } from "./refusals.ts";

const mostOffers = 250;
/** Per cent by which the fault `price_changed` moves a price. */
const surcharge = 7;

interface SearchBody {
  currencyCode?: string;
  originDestinations?: { id?: string; originLocationCode?: string; destinationLocationCode?: string; departureDateTimeRange?: { date?: string } }[];
  travelers?: WireTraveler[];
  sources?: string[];
  searchCriteria?: {
    maxFlightOffers?: number;
    flightFilters?: { cabinRestrictions?: { cabin?: string }[]; connectionRestriction?: { maxNumberOfConnections?: number } };
  };
}

interface PricingBody {
  data?: { type?: string; flightOffers?: GivenOffer[] };
}

type Asked = { query: FlightQuery; travelers: WireTraveler[] } | { refused: Answer };

const party = (adults: number, children: number, infants: number): WireTraveler[] => {
  const kinds = [...Array<string>(adults).fill("ADULT"), ...Array<string>(children).fill("CHILD"), ...Array<string>(infants).fill("HELD_INFANT")];
  return kinds.map((travelerType, i) => ({
    id: String(i + 1),
    travelerType,
    ...(travelerType === "HELD_INFANT" ? { associatedAdultId: String(i + 1 - adults - children) } : {}),
  }));
};

const agesOf = (travelers: readonly WireTraveler[]): number[] =>
  travelers.flatMap(({ travelerType }) => (travelerType === "CHILD" ? [8] : travelerType === "HELD_INFANT" ? [1] : []));

function fromParameters({ query: given }: SimulatedRequest): Asked {
  for (const name of ["originLocationCode", "destinationLocationCode", "departureDate", "adults"])
    if (!given.get(name)) return { refused: missingParameter(name) };
  const travelers = party(Number(given.get("adults")), Number(given.get("children") ?? 0), Number(given.get("infants") ?? 0));
  const returnDate = given.get("returnDate");
  return {
    travelers,
    query: {
      origin: given.get("originLocationCode")!,
      destination: given.get("destinationLocationCode")!,
      departureDate: given.get("departureDate")!,
      ...(returnDate ? { returnDate } : {}),
      adults: Number(given.get("adults")),
      childrenAges: agesOf(travelers),
      cabin: (given.get("travelClass") ?? "ECONOMY") as Cabin,
      directOnly: given.get("nonStop") === "true",
      currency: given.get("currencyCode") ?? "EUR",
      limit: Math.min(mostOffers, Number(given.get("max") ?? mostOffers)),
    },
  };
}

function fromBody({ json }: SimulatedRequest): Asked {
  const { currencyCode = "EUR", originDestinations = [], travelers = [], sources, searchCriteria } = (json ?? {}) as SearchBody;
  const [out, back] = originDestinations;
  if (!out?.originLocationCode || !out.destinationLocationCode || !out.departureDateTimeRange?.date) return { refused: missing("/originDestinations") };
  if (travelers.length === 0) return { refused: missing("/travelers") };
  if (!sources?.includes("GDS")) return { refused: missing("/sources") };
  if (originDestinations.length > 2) return { refused: invalid("this simulator sells one way and return journeys") };
  const infants = travelers.filter(({ travelerType }) => travelerType === "HELD_INFANT");
  if (infants.some(({ associatedAdultId }) => !travelers.some(({ id, travelerType }) => id === associatedAdultId && travelerType === "ADULT")))
    return { refused: missing("/travelers/associatedAdultId") };
  const filters = searchCriteria?.flightFilters;
  return {
    travelers,
    query: {
      origin: out.originLocationCode,
      destination: out.destinationLocationCode,
      departureDate: out.departureDateTimeRange.date,
      ...(back?.departureDateTimeRange?.date ? { returnDate: back.departureDateTimeRange.date } : {}),
      adults: travelers.filter(({ travelerType }) => travelerType === "ADULT").length,
      childrenAges: agesOf(travelers),
      cabin: (filters?.cabinRestrictions?.[0]?.cabin ?? "ECONOMY") as Cabin,
      directOnly: filters?.connectionRestriction?.maxNumberOfConnections === 0,
      currency: currencyCode,
      limit: Math.min(mostOffers, searchCriteria?.maxFlightOffers ?? mostOffers),
    },
  };
}

const placeOf = (code: string) => ({ city: airport(code)?.city ?? code, country: airport(code)?.country ?? "" });

/** Search in both its forms, and pricing. */
export function flightShopping(world: World, vendor: string): Route[] {
  const flights = world.counter(vendor).supplier.flights!;
  const shelf = world.shelf<KeptOffer>(vendor, "flight-offer");

  async function search(request: SimulatedRequest, asked: Asked): Promise<Answer> {
    if ("refused" in asked) return asked.refused;
    const { query, travelers } = asked;
    if (!/^\d{4}-\d\d-\d\d$/.test(query.departureDate)) return malformed("/originDestinations[0]/departureDateTimeRange/date");
    const answer = await worldCall(() => flights.search(query, { signal: new AbortController().signal, requestId: "simulator" }));
    if ("refused" in answer) return invalid(answer.refused.message);
    const offers = request.has("sold_out") ? [] : answer.done;
    let segment = 0;
    const data = offers.map((offer, i) => {
      const segmentIds = offer.journeys.flatMap(({ segments }) => segments.map(() => String(++segment)));
      return flightDocument({ offer, surcharge: 0 }, { offerId: String(i + 1), segmentIds, travelers, stage: "search" });
    });
    await Promise.all(data.map((document, i) => shelf.put(fingerprint(document), { offer: offers[i]!, surcharge: 0 })));
    return {
      status: 200,
      contentType: mediaType,
      body: { meta: { count: data.length }, data, ...(data.length === 0 ? {} : { dictionaries: dictionariesOf(offers, placeOf, query.currency) }) },
    };
  }

  async function price(request: SimulatedRequest): Promise<Answer> {
    const { data } = (request.json ?? {}) as PricingBody;
    if (data?.type !== "flight-offers-pricing") return missing("/data/type");
    const given = data.flightOffers ?? [];
    if (given.length === 0) return missing("/data/flightOffers");
    const fareRules = request.query.get("include")?.split(",").includes("detailed-fare-rules") ?? false;
    const flightOffers = [];
    for (const [i, offer] of given.entries()) {
      const priced = await priceOne(request, offer, `/data/flightOffers[${i}]`, fareRules);
      if ("refused" in priced) return priced.refused;
      flightOffers.push(priced.document);
    }
    const codes = new Set(given.flatMap(({ itineraries }) => itineraries.flatMap(({ segments }) => segments.map(({ departure }) => departure.iataCode))));
    const locations = Object.fromEntries([...codes].map((code) => [code, { cityCode: placeOf(code).city, countryCode: placeOf(code).country }]));
    return { status: 200, contentType: mediaType, body: { data: { type: "flight-offers-pricing", flightOffers }, dictionaries: { locations } } };
  }

  async function priceOne(request: SimulatedRequest, given: GivenOffer, pointer: string, fareRules: boolean) {
    for (const part of ["id", "itineraries", "price", "travelerPricings"] as const)
      if (given?.[part] === undefined) return { refused: missing(`${pointer}/${part}`) };
    const untyped = given.price.additionalServices?.findIndex(({ type }) => type === undefined) ?? -1;
    if (untyped >= 0) return { refused: missing(`${pointer}/price/additionalServices[${untyped}]/type`) };
    const id = fingerprint(given);
    const kept = await shelf.get(id);
    if (!kept || request.has("sold_out")) return { refused: invalid("No fare applicable") };
    const answer = await worldCall(() => flights.reprice(kept.offer, { signal: new AbortController().signal, requestId: "simulator" }));
    if ("refused" in answer || answer.done.status === "sold-out" || answer.done.status === "expired") return { refused: invalid("No fare applicable") };
    const current: KeptOffer = { offer: answer.done.offer, surcharge: request.has("price_changed") ? surcharge : kept.surcharge };
    await shelf.put(id, current);
    const document = flightDocument(current, {
      offerId: String(given.id),
      segmentIds: given.itineraries.flatMap(({ segments }) => segments.map((segment) => String(segment.id))),
      travelers: given.travelerPricings.map(({ travelerId, travelerType, associatedAdultId }) => ({
        id: travelerId,
        travelerType,
        ...(associatedAdultId === undefined ? {} : { associatedAdultId }),
      })),
      stage: "priced",
      fareRules,
    });
    return { document };
  }

  return [
    { method: "GET", path: "/v2/shopping/flight-offers", name: "search-flights", handle: (request) => search(request, fromParameters(request)) },
    // With and without X-HTTP-Method-Override: clients send it for some forms of the same call only.
    { method: "POST", path: "/v2/shopping/flight-offers", name: "search-flights", handle: (request) => search(request, fromBody(request)) },
    { method: "POST", path: "/v1/shopping/flight-offers/pricing", name: "price-flight", handle: price },
  ];
}
