import { airport, travelTime } from "../../geography/index.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";

/** What Duffel's test mode does on fixed routes. */
export interface TestRoute {
  does:
    | "no-flights"
    | "hold"
    | "connecting"
    | "no-bags"
    | "no-services"
    | "timeout"
    | "stops"
    | "offer-gone"
    | "order-fails"
    | "balance-too-low"
    | "price-rises"
    | "airline-changes"
    | "refund-in-credits";
}

const routes: Readonly<Record<string, TestRoute["does"]>> = {
  "PVD-RAI": "no-flights",
  "JFK-EWR": "hold",
  "LHR-DXB": "connecting",
  "BTS-MRU": "no-bags",
  "BTS-ABV": "no-services",
  "STN-LHR": "timeout",
  "DXB-AMS": "stops",
  "LGW-LHR": "offer-gone",
  "LHR-LGW": "order-fails",
  "LGW-STN": "balance-too-low",
  "LHR-STN": "price-rises",
  "LHR-LTN": "airline-changes",
  "LTN-SYD": "refund-in-credits",
};

export function testRouteOf({ origin, destination, returnDate }: FlightQuery): TestRoute | undefined {
  const does = returnDate === undefined ? routes[`${origin}-${destination}`] : undefined;
  return does && { does };
}

/** A route of the world that stands in for a test route, on which nobody flies. */
export const standInFor = (route: TestRoute, query: FlightQuery): FlightQuery =>
  route.does === "connecting" ? { ...query, origin: "OPO", destination: "ATH" } : { ...query, origin: "LIS", destination: "MAD" };

/** The stand-in as the test airline flies it: its airports, its own code, the same moments in their time zones. */
export function onTestRoute(offer: FlightOffer, { origin, destination }: FlightQuery): FlightOffer {
  const from = airport(origin)!;
  const to = airport(destination)!;
  return {
    ...offer,
    validatingCarrier: "ZZ",
    journeys: offer.journeys.map((journey) => ({
      ...journey,
      origin,
      destination,
      segments: journey.segments.map((segment, i, all) => ({
        ...segment,
        marketingCarrier: "ZZ",
        operatingCarrier: "ZZ",
        carrierName: "Duffel Airways",
        ...(i === 0 ? { departure: { airport: from.code, city: from.cityName, time: travelTime(Date.parse(segment.departure.time.utc), from.timeZone) } } : {}),
        ...(i === all.length - 1
          ? { arrival: { airport: to.code, city: to.cityName, time: travelTime(Date.parse(segment.arrival.time.utc), to.timeZone) } }
          : {}),
      })),
    })),
  };
}

export function suits(route: TestRoute | undefined, { journeys, paymentTimeLimit }: FlightOffer): boolean {
  if (!route) return true;
  if (route.does === "hold" && paymentTimeLimit === undefined) return false;
  return journeys.every(({ segments }) => segments.length > 1 === (route.does === "connecting"));
}
