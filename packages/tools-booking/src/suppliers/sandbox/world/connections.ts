import { type Airport, addDays, distanceKm } from "../../../geography/index.ts";
import { type Carrier, carriers } from "./carriers.ts";
import type { Network, Route } from "./routes.ts";
import type { Flight, Schedule } from "./schedule.ts";

/** Flights that carry a traveller one way, in order. */
export type Itinerary = readonly Flight[];

const minute = 60_000;
const mostHubs = 16;

/** Minimum connecting time in minutes: 45 between two domestic flights, 75 when a border is crossed. */
export function minimumConnection(inbound: Route, outbound: Route): number {
  const country = inbound.to.country;
  return inbound.from.country === country && outbound.to.country === country ? 45 : 75;
}

export const elapsedMinutes = (itinerary: Itinerary) => (itinerary.at(-1)!.arrivesAt - itinerary[0]!.departsAt) / minute;

/** No traveller accepts more than this. */
const longestMinutes = (km: number) => 2.5 * (51 + 0.0685 * km) + 240;

let members: Map<string, Carrier[]> | undefined;

function alliance(name: string): readonly Carrier[] {
  if (!members) {
    members = new Map();
    for (const carrier of carriers().values()) {
      if (carrier.alliance) members.set(carrier.alliance, [...(members.get(carrier.alliance) ?? []), carrier]);
    }
  }
  return members.get(name) ?? [];
}

export interface Connections {
  /** Every sensible way from one airport to another on a local date of departure: non-stop, and through hubs unless `directOnly`. */
  itineraries(from: Airport, to: Airport, date: string, directOnly: boolean): Itinerary[];
}

export function createConnections(network: Network, schedule: Schedule): Connections {
  /** The first flight that a traveller off `inbound` still catches. */
  function onward(inbound: Flight, route: Route): Flight | undefined {
    const earliest = inbound.arrivesAt + minimumConnection(inbound.departure.route, route) * minute;
    const latest = inbound.arrivesAt + (route.km > 4000 ? 11 : 6) * 60 * minute;
    const date = new Date(inbound.arrivesAt).toISOString().slice(0, 10);
    // Wall clocks differ from UTC by up to 14 hours, so the local date is one of three.
    for (const day of [addDays(date, -1), date, addDays(date, 1)]) {
      for (const flight of schedule.flights(route, day)) {
        if (flight.departsAt > latest) return undefined;
        if (flight.departsAt >= earliest) return flight;
      }
    }
    return undefined;
  }

  function together(routes: readonly Route[], date: string, longest: number): Itinerary[] {
    const found: Itinerary[] = [];
    for (const first of schedule.flights(routes[0]!, date)) {
      const flights = [first];
      for (const route of routes.slice(1)) {
        const next = onward(flights.at(-1)!, route);
        if (!next) break;
        flights.push(next);
      }
      if (flights.length === routes.length && elapsedMinutes(flights) <= longest) found.push(flights);
    }
    return found;
  }

  /** First and second flight over `hub` where at least one is of `carrier`: all its own, or the other half by a partner of its alliance. */
  function over(hub: string, carrier: Carrier, from: Airport, to: Airport): [Route, Route][] {
    const inbound = network.route(carrier, from.code, hub);
    const outbound = network.route(carrier, hub, to.code);
    if (inbound && outbound) return [[inbound, outbound]];
    const others = (inbound || outbound) && carrier.alliance ? alliance(carrier.alliance) : [];
    const pairs = others.map((partner): [Route | undefined, Route | undefined] =>
      inbound ? [inbound, network.route(partner, hub, to.code)] : [network.route(partner, from.code, hub), outbound],
    );
    return pairs.filter((pair): pair is [Route, Route] => pair[0] !== undefined && pair[1] !== undefined);
  }

  /** Pairs of routes through one hub, shortest detour first. Partners of an alliance connect at each other's hubs. */
  function viaOneHub(from: Airport, to: Airport, km: number): Route[][] {
    const pairs: [Route, Route][] = [];
    for (const carrier of carriers().values()) {
      for (const hub of carrier.hubs) {
        if (hub === from.code || hub === to.code) continue;
        pairs.push(...over(hub, carrier, from, to).filter(([first, second]) => first.km + second.km <= 1.5 * km + 700));
      }
    }
    // Low-cost carriers connect, but nobody plans on it: they come after network carriers with a like detour.
    const effort = ([first, second]: [Route, Route]) => (first.km + second.km) * (first.carrier.kind === "low-cost" ? 1.25 : 1);
    return pairs.sort((a, b) => effort(a) - effort(b)).slice(0, mostHubs);
  }

  /** Three flights, for pairs that nothing shorter joins: from the hubs that serve `from` to the hubs that serve `to`. */
  function viaTwoHubs(from: Airport, to: Airport, km: number): Route[][] {
    const reached = (end: Airport) => {
      const hubs = new Map<string, Route>();
      for (const carrier of carriers().values()) {
        for (const hub of carrier.hubs) {
          const route = network.route(carrier, end.code, hub);
          if (route && route.to.rank >= 5 && !hubs.has(hub)) hubs.set(hub, route);
        }
      }
      return [...hubs.values()].sort((a, b) => b.to.rank - a.to.rank).slice(0, 10);
    };
    const chains: { routes: Route[]; km: number }[] = [];
    const ends = reached(to);
    for (const first of reached(from)) {
      for (const end of ends) {
        if (first.to.code === end.to.code) continue;
        const middle = network.nonstop(first.to.code, end.to.code)[0];
        const last = network.route(end.carrier, end.to.code, to.code);
        const total = first.km + (middle?.km ?? 0) + end.km;
        if (middle && last && total <= 1.8 * km + 1200) chains.push({ routes: [first, middle, last], km: total });
      }
    }
    return chains
      .sort((a, b) => a.km - b.km)
      .slice(0, 8)
      .map(({ routes }) => routes);
  }

  return {
    itineraries(from, to, date, directOnly) {
      const km = distanceKm(from, to);
      const found = network.nonstop(from.code, to.code).flatMap((route) => together([route], date, Number.POSITIVE_INFINITY));
      if (directOnly || (km < 450 && found.length > 0)) return found;
      const longest = longestMinutes(km);
      found.push(...viaOneHub(from, to, km).flatMap((routes) => together(routes, date, longest)));
      if (found.length === 0) found.push(...viaTwoHubs(from, to, km).flatMap((routes) => together(routes, date, longest)));
      return found;
    },
  };
}
