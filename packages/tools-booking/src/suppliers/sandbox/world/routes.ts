import { type Airport, airport, airportsOfCity, distanceKm } from "../../../geography/index.ts";
import { type Carrier, carriers } from "./carriers.ts";
import { type Dice, remember } from "./hash.ts";

/** That one carrier flies non-stop between two airports, both ways. */
export interface Route {
  carrier: Carrier;
  from: Airport;
  to: Airport;
  km: number;
  /** Departures a day; below one it flies on some days of the week. */
  frequency: number;
}

export interface Network {
  route(carrier: Carrier, from: string, to: string): Route | undefined;
  /** Everyone who flies non-stop from one to the other. */
  nonstop(from: string, to: string): readonly Route[];
}

/** How likely a hub has a flight to a place of rank 1 … 9, by length of flight. */
const likely = {
  domestic: [0.85, 0.95, 1, 1, 1, 1, 1, 1, 1],
  short: [0.15, 0.3, 0.52, 0.78, 0.92, 0.98, 1, 1, 1],
  medium: [0.05, 0.07, 0.14, 0.26, 0.42, 0.65, 0.85, 0.95, 1],
  long: [0.02, 0.03, 0.05, 0.1, 0.22, 0.45, 0.7, 0.85, 0.95],
} as const;

function chance(carrier: Carrier, hub: Airport, spoke: Airport, km: number): number {
  if (carrier.kind === "low-cost") {
    const bothBases = carrier.hubs.includes(spoke.code);
    const byRank = [0.14, 0.24, 0.36, 0.46, 0.56, 0.62, 0.66, 0.7, 0.7][spoke.rank - 1]!;
    return (bothBases ? Math.max(0.8, byRank) : byRank) * (km > 2500 ? 0.6 : 1);
  }
  if (hub.country === spoke.country) return likely.domestic[spoke.rank - 1]!;
  const length = km < 3000 ? "short" : km < 6000 ? "medium" : "long";
  const secondary = carrier.hubs.indexOf(hub.code) === 0 ? 1 : length === "long" ? 0.6 : 0.75;
  return likely[length][spoke.rank - 1]! * Math.min(1.15, 0.55 + hub.rank * 0.075) * secondary;
}

function frequencyOf(carrier: Carrier, hub: Airport, spoke: Airport, km: number, wobble: number): number {
  const size = (hub.rank * spoke.rank) / 81;
  const perDay = km < 1200 ? 7 * size : km < 3500 ? 5 * size : km < 6500 ? 2.2 * size : 1.6 * size;
  const domestic = hub.country === spoke.country && km < 3500 ? 1.4 : 1;
  return Math.min(8, Math.max(0.3, perDay * domestic * (carrier.kind === "low-cost" ? 0.5 : 1) * (0.65 + 0.7 * wobble)));
}

/** Which carrier flies where: from hubs, distance, size of the places and the seed. */
export function createNetwork(dice: Dice): Network {
  const routes = remember<Route | undefined>(60_000);
  const everyone = remember<readonly Route[]>(10_000);

  function find(carrier: Carrier, from: string, to: string): Route | undefined {
    const a = airport(from);
    const b = airport(to);
    if (!a || !b || a.city === b.city) return undefined;
    const pair = from < to ? `${carrier.code} ${from}-${to}` : `${carrier.code} ${to}-${from}`;
    const km = distanceKm(a, b);
    if (km > carrier.range || km < 80) return undefined;
    if (carrier.kind === "demo") {
      const main = [a, b].every((end) => end.rank >= 5 && airportsOfCity(end.city)[0] === end);
      const sought = main && dice.draw(`route ${pair}`) < 0.12;
      return sought ? { carrier, from: a, to: b, km, frequency: 1 } : undefined;
    }
    const fromHub = carrier.hubs.indexOf(from);
    const toHub = carrier.hubs.indexOf(to);
    if (fromHub < 0 && toHub < 0) return undefined;
    const hub = toHub < 0 || (fromHub >= 0 && fromHub <= toHub) ? a : b;
    const spoke = hub === a ? b : a;
    if (dice.draw(`route ${pair}`) >= chance(carrier, hub, spoke, km)) return undefined;
    return { carrier, from: a, to: b, km, frequency: frequencyOf(carrier, hub, spoke, km, dice.draw(`frequency ${pair}`)) };
  }

  const route = (carrier: Carrier, from: string, to: string) => routes(`${carrier.code}${from}${to}`, () => find(carrier, from, to));
  return {
    route,
    nonstop: (from, to) =>
      everyone(`${from}${to}`, () => [...carriers().values()].map((carrier) => route(carrier, from, to)).filter((found) => found !== undefined)),
  };
}
