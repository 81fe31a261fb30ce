import type { TravelTime } from "@travelagent/protocol";
import { airport, localTravelTime } from "../../geography/index.ts";
import type { Cabin, FareComponent, Journey, Segment } from "../../offer.ts";
import type { WireSlice } from "./wire-air.ts";

type WireSegment = WireSlice["segments"][number];

const cabins: Readonly<Record<string, Cabin>> = { economy: "ECONOMY", premium_economy: "PREMIUM_ECONOMY", business: "BUSINESS", first: "FIRST" };
export const cabinWords = Object.fromEntries(Object.entries(cabins).map(([word, cabin]) => [cabin, word])) as Record<Cabin, string>;

/** `P1DT2H05M` in minutes. Undefined for what is no duration. */
export function minutesOf(duration: string): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:\d+(?:\.\d+)?S)?)?$/.exec(duration);
  return match ? Number(match[1] ?? 0) * 1440 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0) : undefined;
}

const between = (from: TravelTime, to: TravelTime): number => Math.round((Date.parse(to.utc) - Date.parse(from.utc)) / 60_000);

/** Raises `RangeError` for an airport whose time zone neither the reply nor we know. */
function endpoint(place: WireSegment["origin"], local: string, terminal: string | null | undefined): Segment["departure"] {
  const code = place.iata_code ?? "";
  const known = airport(code);
  const timeZone = place.time_zone ?? known?.timeZone;
  if (code === "" || !timeZone) throw new RangeError(`the time zone of the airport "${code}" is not known`);
  return {
    airport: code,
    city: known?.cityName ?? place.city_name ?? place.city?.name ?? code,
    ...(terminal ? { terminal } : {}),
    time: localTravelTime(local.slice(0, 19), timeZone),
  };
}

const segmentId = (journey: number, segment: number) => `${journey + 1}.${segment + 1}`;

function segmentOf(wire: WireSegment, id: string): Segment {
  const departure = endpoint(wire.origin, wire.departing_at, wire.origin_terminal);
  const arrival = endpoint(wire.destination, wire.arriving_at, wire.destination_terminal);
  const { iata_code: marketing, name } = wire.marketing_carrier;
  if (!marketing || !wire.marketing_carrier_flight_number) throw new RangeError("a flight has no airline or no number");
  return {
    id,
    marketingCarrier: marketing,
    carrierName: name ?? marketing,
    flightNumber: wire.marketing_carrier_flight_number.replace(/^0+(?=\d)/, ""),
    operatingCarrier: wire.operating_carrier?.iata_code ?? marketing,
    departure,
    arrival,
    duration: minutesOf(wire.duration ?? "") ?? between(departure.time, arrival.time),
    equipment: wire.aircraft?.name ?? wire.aircraft?.iata_code ?? "",
  };
}

/** Our journeys of Duffel's slices. Raises `RangeError` where a time cannot be told. */
export function journeysOf(slices: readonly WireSlice[]): Journey[] {
  return slices.map((slice, j) => {
    const segments = slice.segments.map((segment, s) => segmentOf(segment, segmentId(j, s)));
    const first = segments[0]!.departure;
    const last = segments.at(-1)!.arrival;
    return { origin: first.airport, destination: last.airport, duration: minutesOf(slice.duration ?? "") ?? between(first.time, last.time), segments };
  });
}

/** What is in the fare. An empty list of bags says nothing; one without checked bags says that there are none. */
function baggageOf(bags: readonly { type: string; quantity: number }[]): FareComponent["baggage"] {
  const count = (type: string) => bags.reduce((sum, bag) => sum + (bag.type === type ? bag.quantity : 0), 0);
  if (bags.length === 0) return { carryOn: "not stated", checkedPieces: null };
  const carryOn = count("carry_on");
  return { carryOn: carryOn === 0 ? "none" : carryOn === 1 ? "1 piece" : `${carryOn} pieces`, checkedPieces: count("checked") };
}

/** Cabin, fare and bags of each flight, as the first passenger has them. Duffel names no booking class. */
export function fareComponentsOf(slices: readonly WireSlice[]): FareComponent[] {
  return slices.flatMap((slice, j) =>
    slice.segments.map((segment, s): FareComponent => {
      const passenger = segment.passengers?.[0];
      return {
        segmentId: segmentId(j, s),
        cabin: cabins[passenger?.cabin_class ?? ""] ?? "ECONOMY",
        bookingClass: "",
        fareBasisCode: passenger?.fare_basis_code ?? "",
        fareBrand: slice.fare_brand_name ?? "",
        baggage: baggageOf(passenger?.baggages ?? []),
      };
    }),
  );
}

/** Equal for the same flights on the same days, whoever names their times. */
export const flightsOf = (journeys: readonly Journey[]): string =>
  journeys
    .map(({ segments }) => segments.map((s) => `${s.marketingCarrier}${s.flightNumber}@${s.departure.airport}${s.departure.time.local}`).join("+"))
    .join("|");
