import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { SupplierCall } from "../../supplier.ts";
import { type SupplierHttp, understand } from "../http/index.ts";
import { offerId } from "../offer-id.ts";
import { supplierId } from "./connection.ts";
import { flightContent, type Names, namesFor } from "./map-flight.ts";
import { flightOffer, flightPriceReply, flightSearchReply, type WireFlightOffer } from "./wire-flights.ts";

/** Amadeus names no end of an offer and serves searches from a cache, so ours end soon; every purchase prices anew. */
const offerMinutes = 20;

export interface FlightParts {
  http: SupplierHttp;
  clock: Clock;
  log: Logger;
  sandbox: boolean;
  officeTimeZone: string;
}

/** Behind `supplierRef`: ids are unique within one reply alone, so pricing and booking get the whole offer back. */
export interface FlightRef {
  offer: unknown;
  names: Names;
}

export const openRef = ({ supplierRef }: FlightOffer): FlightRef => JSON.parse(supplierRef) as FlightRef;

export const isOver = (offer: FlightOffer, clock: Clock): boolean => Date.parse(offer.offerExpiresAt) <= clock.now();

/**
 * The offer as Amadeus may get it back. Searches list services one can add, sometimes without their type; pricing refuses such an
 * offer (32171), and nobody asked for the services.
 */
export function sendable(offer: unknown): unknown {
  const { price, ...rest } = offer as { price: Record<string, unknown> };
  const { additionalServices: _, ...plain } = price;
  return { ...rest, price: plain };
}

function searchBody({ origin, destination, departureDate, returnDate, adults, childrenAges, cabin, directOnly, currency, limit }: FlightQuery) {
  const grown = adults + childrenAges.filter((age) => age >= 12).length;
  const kinds = [
    ...Array.from({ length: grown }, () => "ADULT"),
    ...childrenAges.filter((age) => age >= 2 && age < 12).map(() => "CHILD"),
    ...childrenAges.filter((age) => age < 2).map(() => "HELD_INFANT"),
  ];
  let lap = 0;
  const ways = [
    { id: "1", originLocationCode: origin, destinationLocationCode: destination, departureDateTimeRange: { date: departureDate } },
    ...(returnDate === undefined
      ? []
      : [{ id: "2", originLocationCode: destination, destinationLocationCode: origin, departureDateTimeRange: { date: returnDate } }]),
  ];
  return {
    currencyCode: currency,
    originDestinations: ways,
    travelers: kinds.map((travelerType, i) => ({
      id: String(i + 1),
      travelerType,
      ...(travelerType === "HELD_INFANT" ? { associatedAdultId: String(++lap) } : {}),
    })),
    sources: ["GDS"],
    searchCriteria: {
      maxFlightOffers: Math.min(250, Math.max(1, limit)),
      additionalInformation: { brandedFares: true },
      flightFilters: {
        cabinRestrictions: [{ cabin, coverage: "MOST_SEGMENTS", originDestinationIds: ways.map(({ id }) => id) }],
        ...(directOnly ? { connectionRestriction: { maxNumberOfConnections: 0 } } : {}),
      },
    },
  };
}

export async function searchFlights(
  { http, clock, log, sandbox, officeTimeZone }: FlightParts,
  query: FlightQuery,
  call: SupplierCall,
): Promise<FlightOffer[]> {
  const reply = await http.read(
    { method: "POST", path: "v2/shopping/flight-offers", route: "flight-offers", json: searchBody(query), headers: { "x-http-method-override": "GET" } },
    call,
  );
  const { data, dictionaries } = understand(supplierId, "read", () => flightSearchReply.parse(reply.body));
  const now = clock.now();
  const offers: FlightOffer[] = [];
  for (const given of data) {
    try {
      const offer = flightOffer.parse(given);
      const content = flightContent(offer, namesFor(offer, dictionaries), { now, officeTimeZone });
      if (content.price.total.currency !== query.currency) continue;
      const ref: FlightRef = { offer: given, names: namesFor(offer, dictionaries) };
      const supplierRef = JSON.stringify(ref);
      offers.push({
        ...content,
        id: offerId("am", supplierRef, String(now)),
        supplier: supplierId,
        sandbox,
        supplierRef,
        requires: ["bornOn"],
        offerExpiresAt: new Date(now + offerMinutes * 60_000).toISOString(),
      });
    } catch (error) {
      log.debug("a flight offer was left out", { supplier: supplierId, reason: error instanceof RangeError ? error.message : "it cannot be read" });
    }
  }
  return offers;
}

export interface PricedFlight {
  offer: FlightOffer;
  /** As Amadeus priced it, for the order. */
  wire: WireFlightOffer;
}

/** The offer at its price of now, with the conditions that only pricing tells. Raises `SOLD_OUT` when it is gone. */
export async function priceFlight({ http, clock, officeTimeZone }: FlightParts, offer: FlightOffer, call: SupplierCall): Promise<PricedFlight> {
  const { offer: raw, names } = openRef(offer);
  const reply = await http.read(
    {
      method: "POST",
      path: "v1/shopping/flight-offers/pricing",
      route: "flight-offers/pricing",
      query: { include: "detailed-fare-rules" },
      json: { data: { type: "flight-offers-pricing", flightOffers: [sendable(raw)] } },
    },
    call,
  );
  return understand(supplierId, "read", () => {
    const given = flightPriceReply.parse(reply.body).data.flightOffers[0];
    const wire = flightOffer.parse(given);
    const content = flightContent(wire, names, { now: clock.now(), officeTimeZone });
    if (content.price.total.currency !== offer.price.total.currency)
      throw new TravelAgentError("SUPPLIER_REJECTED", `Amadeus sells this offer in ${content.price.total.currency} only; search in that currency`, {
        details: { code: "currency_mismatch" },
      });
    const { id, supplier, sandbox, offerExpiresAt, seatsRemaining } = offer;
    const ref: FlightRef = { offer: given, names };
    // A priced offer does not repeat how many seats are left.
    const seats = content.seatsRemaining ?? (wire.numberOfBookableSeats === undefined ? seatsRemaining : undefined);
    return {
      offer: { ...content, ...(seats === undefined ? {} : { seatsRemaining: seats }), id, supplier, sandbox, offerExpiresAt, supplierRef: JSON.stringify(ref) },
      wire,
    };
  });
}
