import { airport, distanceKm } from "../../geography/index.ts";
import type { FlightOffer } from "../../offer.ts";
import type { PassengerDoc } from "./books.ts";
import type { TestRoute } from "./test-routes.ts";

const isoDuration = (minutes: number): string => `PT${String(Math.floor(minutes / 60)).padStart(2, "0")}H${String(minutes % 60).padStart(2, "0")}M`;

export function placeOf(code: string) {
  const at = airport(code)!;
  const id = `arp_${at.code.toLowerCase()}_${at.country.toLowerCase()}`;
  return {
    type: "airport",
    id,
    name: at.name,
    iata_code: at.code,
    icao_code: null,
    iata_country_code: at.country,
    iata_city_code: at.city,
    city_name: at.cityName,
    latitude: at.latitude,
    longitude: at.longitude,
    time_zone: at.timeZone,
    city:
      at.city === at.code
        ? null
        : {
            type: "city",
            id: `cit_${at.city.toLowerCase()}_${at.country.toLowerCase()}`,
            name: at.cityName,
            iata_code: at.city,
            iata_country_code: at.country,
          },
  };
}

export const airlineOf = (code: string, name: string) => ({
  id: `arl_0000${code}`,
  name,
  iata_code: code,
  logo_symbol_url: null,
  logo_lockup_url: null,
  conditions_of_carriage_url: null,
});

const cabinNames = { ECONOMY: "economy", PREMIUM_ECONOMY: "premium_economy", BUSINESS: "business", FIRST: "first" } as const;

const moved = (local: string, minutes: number): string => new Date(Date.parse(`${local}Z`) + minutes * 60_000).toISOString().slice(0, 19);

interface SliceOptions {
  /** Ids of slices and segments are made of it. */
  owner: string;
  passengers: readonly PassengerDoc[];
  route: TestRoute | undefined;
  /** Searches tell fare and cabin in more words than orders do. */
  search: boolean;
  /** How much later the airline flies the first slice. */
  lateMinutes?: number;
}

export const sliceId = (owner: string, slice: number) => `sli_${owner}${slice}`;
export const segmentId = (owner: string, slice: number, segment: number) => `seg_${owner}${slice}${segment}`;

export function slicesOf(offer: FlightOffer, { owner, passengers, route, search, lateMinutes = 0 }: SliceOptions) {
  return offer.journeys.map((journey, j) => ({
    id: sliceId(owner, j),
    origin: placeOf(journey.origin),
    origin_type: "airport",
    destination: placeOf(journey.destination),
    destination_type: "airport",
    duration: isoDuration(journey.duration),
    fare_brand_name: offer.fareComponents.find(({ segmentId: id }) => id === journey.segments[0]!.id)?.fareBrand ?? null,
    conditions: {
      change_before_departure: null,
      ...(search ? { advance_seat_selection: null, priority_boarding: null, priority_check_in: null } : {}),
    },
    ...(search ? { ngs_shelf: null, comparison_key: `${owner}${j}` } : {}),
    segments: journey.segments.map((segment, s) => {
      const fare = offer.fareComponents.find(({ segmentId: id }) => id === segment.id)!;
      const late = j === 0 ? lateMinutes : 0;
      return {
        id: segmentId(owner, j, s),
        origin: placeOf(segment.departure.airport),
        destination: placeOf(segment.arrival.airport),
        origin_terminal: segment.departure.terminal ?? null,
        destination_terminal: segment.arrival.terminal ?? null,
        departing_at: moved(segment.departure.time.local, late),
        arriving_at: moved(segment.arrival.time.local, late),
        duration: isoDuration(segment.duration),
        distance: String(Math.round(distanceKm(airport(segment.departure.airport)!, airport(segment.arrival.airport)!) * 10) / 10),
        aircraft: { id: `arc_0000${segment.equipment.replaceAll(" ", "")}`, name: segment.equipment, iata_code: null },
        marketing_carrier: airlineOf(segment.marketingCarrier, segment.carrierName),
        // Four digits, with zeros in front, as airlines write them.
        marketing_carrier_flight_number: segment.flightNumber.padStart(4, "0"),
        operating_carrier: airlineOf(segment.operatingCarrier, segment.carrierName),
        operating_carrier_flight_number: null,
        stops:
          route?.does === "stops"
            ? [
                {
                  id: `sto_${owner}${j}${s}`,
                  airport: placeOf("VIE"),
                  arriving_at: segment.departure.time.local,
                  departing_at: segment.departure.time.local,
                  duration: "PT00H45M",
                },
              ]
            : [],
        passengers: passengers.map(({ id }) => ({
          passenger_id: id,
          cabin_class: cabinNames[fare.cabin],
          cabin_class_marketing_name: fare.fareBrand,
          baggages:
            route?.does === "no-bags"
              ? []
              : [
                  { type: "checked", quantity: fare.baggage.checkedPieces ?? 0 },
                  { type: "carry_on", quantity: 1 },
                ],
          ...(search
            ? {
                fare_basis_code: fare.fareBasisCode,
                cabin: { name: cabinNames[fare.cabin], marketing_name: fare.fareBrand, amenities: { wifi: null, seat: null, power: null } },
              }
            : {}),
        })),
      };
    }),
  }));
}

const conditionOf = ({ allowed, penalty }: FlightOffer["conditions"]["refund"]) =>
  allowed === null
    ? null
    : allowed
      ? { allowed: true, penalty_amount: penalty?.amount ?? null, penalty_currency: penalty?.currency ?? null }
      : { allowed: false, penalty_amount: null, penalty_currency: null };

export const conditionsOf = ({ conditions }: FlightOffer) => ({
  refund_before_departure: conditionOf(conditions.refund),
  change_before_departure: conditionOf(conditions.change),
});
