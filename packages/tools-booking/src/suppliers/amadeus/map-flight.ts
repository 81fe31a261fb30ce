import { airport, localTravelTime } from "../../geography/index.ts";
import type { Cabin, Endpoint, FareComponent, FlightOffer, Journey } from "../../offer.ts";
import { conditionsOf, passengersOf, priceOf } from "./map-price.ts";
import { holdFor, ticketingEnd } from "./time-limit.ts";
import type { Dictionaries, WireFlightOffer, WireItinerary, WireSegment, WireTravelerPricing } from "./wire-flights.ts";

/** Names of carriers and aircraft by code. Only a search brings them, so they travel with the offer. */
export interface Names {
  carriers: Readonly<Record<string, string>>;
  aircraft: Readonly<Record<string, string>>;
}

/** Amadeus writes names in capitals. Words that carry a figure, such as A320, stay as they are. */
const plainCase = (name: string): string =>
  name.replace(/[\p{L}\d]+/gu, (word) => (/\d/.test(word) || word.length < 3 ? word : word[0]! + word.slice(1).toLowerCase()));

/** The names an offer needs out of a reply's dictionaries. */
export function namesFor({ itineraries }: Pick<WireFlightOffer, "itineraries">, given: Dictionaries): Names {
  const segments = itineraries.flatMap((one) => one.segments);
  const pick = (codes: (string | undefined)[], from: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(codes.flatMap((code) => (code !== undefined && from[code] !== undefined ? [[code, plainCase(from[code])] as const] : [])));
  return {
    carriers: pick(
      segments.map(({ carrierCode }) => carrierCode),
      given?.carriers,
    ),
    aircraft: pick(
      segments.map(({ aircraft }) => aircraft?.code),
      given?.aircraft,
    ),
  };
}

/** Minutes of an ISO 8601 duration such as `PT14H15M` or `P1DT2H`. */
function minutesOf(duration: string | undefined): number | undefined {
  const found = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(duration ?? "");
  const minutes = found ? Number(found[1] ?? 0) * 1440 + Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0) : 0;
  return minutes > 0 ? minutes : undefined;
}

const minutesBetween = (from: Endpoint, to: Endpoint): number => Math.round((Date.parse(to.time.utc) - Date.parse(from.time.utc)) / 60_000);

/** Times are local and carry no zone; the airport knows it. Raises `RangeError` for an airport we do not know. */
function endpointOf({ iataCode, terminal, at }: WireSegment["departure"]): Endpoint {
  const place = airport(iataCode);
  if (!place) throw new RangeError(`the airport ${iataCode} is not known`);
  return { airport: iataCode, city: place.cityName, ...(terminal === undefined ? {} : { terminal }), time: localTravelTime(at.slice(0, 19), place.timeZone) };
}

const segmentId = (direction: number, place: number) => `${direction + 1}.${place + 1}`;

export function journeysOf(itineraries: readonly WireItinerary[], names: Names): Journey[] {
  return itineraries.map(({ segments: given, duration }, direction) => {
    const segments = given.map(({ carrierCode, number, aircraft, operating, ...segment }, place) => {
      const departure = endpointOf(segment.departure);
      const arrival = endpointOf(segment.arrival);
      const code = aircraft?.code ?? "";
      return {
        id: segmentId(direction, place),
        marketingCarrier: carrierCode,
        carrierName: names.carriers[carrierCode] ?? carrierCode,
        flightNumber: number,
        // Absent where the marketing carrier flies itself.
        operatingCarrier: operating?.carrierCode ?? carrierCode,
        departure,
        arrival,
        duration: minutesOf(segment.duration) ?? minutesBetween(departure, arrival),
        equipment: names.aircraft[code] ?? code,
      };
    });
    const [first, last] = [segments[0]!.departure, segments.at(-1)!.arrival];
    // After pricing an itinerary has no duration any more.
    return { origin: first.airport, destination: last.airport, duration: minutesOf(duration) ?? minutesBetween(first, last), segments };
  });
}

const cabins: ReadonlySet<string> = new Set<Cabin>(["ECONOMY", "PREMIUM_ECONOMY", "BUSINESS", "FIRST"]);
const isCabin = (name: string | undefined): name is Cabin => name !== undefined && cabins.has(name);

type Details = WireTravelerPricing["fareDetailsBySegment"][number];

function baggageOf({ includedCheckedBags: checked, includedCabinBags: cabin }: Details): FareComponent["baggage"] {
  const pieces = cabin?.quantity;
  const carryOn = pieces === undefined ? "cabin bags as the airline allows" : pieces === 1 ? "1 cabin bag" : `${pieces} cabin bags`;
  if (checked?.weight) {
    const kilos = checked.weightUnit?.startsWith("L") ? Math.round(checked.weight * 0.45359237) : checked.weight;
    return { carryOn, checkedPieces: checked.quantity ?? null, checkedKg: kilos };
  }
  return { carryOn, checkedPieces: checked?.quantity ?? null };
}

/** The fare of the first traveller on each flight; the others' differ by their discount alone. */
function fareComponentsOf({ itineraries, travelerPricings }: WireFlightOffer): FareComponent[] {
  const { fareOption = "", fareDetailsBySegment: details } = travelerPricings[0]!;
  return itineraries.flatMap(({ segments }, direction) =>
    segments.map(({ id }, place): FareComponent => {
      const fare = details.find((one) => one.segmentId === id);
      if (!fare) throw new RangeError(`segment ${id} has no fare`);
      return {
        segmentId: segmentId(direction, place),
        cabin: isCabin(fare.cabin) ? fare.cabin : "ECONOMY",
        bookingClass: fare.class ?? "",
        fareBasisCode: fare.fareBasis ?? "",
        fareBrand: plainCase(fare.brandedFareLabel ?? fare.brandedFare ?? fareOption),
        baggage: baggageOf(fare),
      };
    }),
  );
}

/** What an offer says about travel and money. Raises `RangeError` for one we cannot sell or do not understand. */
export function flightContent(offer: WireFlightOffer, names: Names, { now, officeTimeZone }: { now: number; officeTimeZone: string }) {
  const hold = offer.instantTicketingRequired ? undefined : holdFor(ticketingEnd(offer, officeTimeZone), now, officeTimeZone);
  const seats = offer.numberOfBookableSeats;
  const journeys = journeysOf(offer.itineraries, names);
  return {
    vertical: "flight",
    price: priceOf(offer),
    ...(hold === undefined ? {} : { paymentTimeLimit: new Date(hold.until).toISOString() }),
    // Nine is where Amadeus stops counting.
    ...(seats === undefined || seats >= 9 ? {} : { seatsRemaining: seats }),
    conditions: conditionsOf(offer),
    journeys,
    fareComponents: fareComponentsOf(offer),
    validatingCarrier: offer.validatingAirlineCodes?.[0] ?? journeys[0]!.segments[0]!.marketingCarrier,
    passengers: passengersOf(offer),
  } satisfies Partial<FlightOffer>;
}
