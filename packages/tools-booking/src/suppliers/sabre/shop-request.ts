import type { Cabin, FlightQuery } from "../../offer.ts";
import { type FlightTerms, partyOf, passengerCode, type SoldFlight } from "./terms.ts";

const cabinCodes: Readonly<Record<Cabin, string>> = { ECONOMY: "Y", PREMIUM_ECONOMY: "S", BUSINESS: "C", FIRST: "F" };

interface Office {
  pcc: string;
  /** How many itineraries the account may ask for, in Sabre's words: `50ITINS`. */
  tier: string;
}

function lowFareSearch(
  { pcc, tier }: Office,
  party: FlightTerms["passengers"],
  currency: string,
  rest: { legs: unknown[]; preferences: object; brands: object },
) {
  return {
    OTA_AirLowFareSearchRQ: {
      // A digit alone: "V5" is refused as a wrong schema.
      Version: "5",
      AvailableFlightsOnly: true,
      POS: { Source: [{ PseudoCityCode: pcc, FixedPCC: false, RequestorID: { Type: "1", ID: "1", CompanyName: { Code: "TN" } } }] },
      OriginDestinationInformation: rest.legs,
      TravelPreferences: {
        Baggage: { RequestType: "A", Description: true },
        ...rest.preferences,
      },
      TravelerInfoSummary: {
        AirTravelerAvail: [{ PassengerTypeQuantity: party.map(({ ptc, count }) => ({ Code: passengerCode(ptc), Quantity: count })) }],
        PriceRequestInformation: { CurrencyCode: currency, TPA_Extensions: { BrandedFareIndicators: rest.brands } },
      },
      TPA_Extensions: { IntelliSellTransaction: { RequestType: { Name: tier } } },
    },
  };
}

export function shopRequest(office: Office, query: FlightQuery): unknown {
  const leg = (no: number, from: string, to: string, date: string) => ({
    RPH: String(no),
    DepartureDateTime: `${date}T00:00:00`,
    OriginLocation: { LocationCode: from },
    DestinationLocation: { LocationCode: to },
    Fixed: false,
  });
  const legs = [leg(1, query.origin, query.destination, query.departureDate)];
  if (query.returnDate !== undefined) legs.push(leg(2, query.destination, query.origin, query.returnDate));
  return lowFareSearch(office, partyOf(query), query.currency, {
    legs,
    preferences: {
      CabinPref: [{ Cabin: cabinCodes[query.cabin], PreferLevel: "Only" }],
      ...(query.directOnly ? { MaxStopsQuantity: 0 } : {}),
      // Offers of NDC and of ticketless carriers are bought and refunded in other ways.
      TPA_Extensions: { DataSources: { NDC: "Disable", ATPCO: "Enable", LCC: "Disable" } },
    },
    brands: { SingleBrandedFare: true, MultipleBrandedFares: true },
  });
}

const flightOf = (flight: SoldFlight) => ({
  Number: flight.number,
  DepartureDateTime: flight.departs,
  ArrivalDateTime: flight.arrives,
  Type: "A",
  ClassOfService: flight.bookingClass,
  OriginLocation: { LocationCode: flight.from },
  DestinationLocation: { LocationCode: flight.to },
  Airline: { Marketing: flight.carrier, Operating: flight.operating },
});

/** Asks for the price of now of exactly these flights in these booking classes and brands. */
export function revalidateRequest(office: Office, { legs, passengers, currency }: FlightTerms): unknown {
  const brands = [...new Set(legs.flat().map(({ brand }) => brand))].filter((brand) => brand !== "");
  return lowFareSearch(office, passengers, currency, {
    legs: legs.map((flights, i) => ({
      RPH: String(i + 1),
      DepartureDateTime: flights[0]!.departs,
      OriginLocation: { LocationCode: flights[0]!.from },
      DestinationLocation: { LocationCode: flights.at(-1)!.to },
      Fixed: false,
      TPA_Extensions: { Flight: flights.map(flightOf) },
    })),
    preferences: { TPA_Extensions: { VerificationItinCallLogic: { Value: "L" } } },
    brands: { SingleBrandedFare: true, ...(brands.length > 0 ? { BrandFilters: { Brand: brands.map((Code) => ({ Code, PreferLevel: "Preferred" })) } } : {}) },
  });
}
