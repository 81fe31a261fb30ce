import { localToUtc, offsetMinutes } from "../../../geography/index.ts";
import type { Cabin } from "../../../offer.ts";
import { type Dice, remember } from "./hash.ts";
import type { Route } from "./routes.ts";

interface Equipment {
  code: string;
  name: string;
  seats: Partial<Record<Cabin, number>>;
}

const fleet = {
  AT7: { code: "AT7", name: "ATR 72", seats: { ECONOMY: 70 } },
  E90: { code: "E90", name: "Embraer 190", seats: { BUSINESS: 9, ECONOMY: 91 } },
  "32N": { code: "32N", name: "Airbus A320neo", seats: { BUSINESS: 16, ECONOMY: 150 } },
  "73H": { code: "73H", name: "Boeing 737-800", seats: { ECONOMY: 186 } },
  "32Q": { code: "32Q", name: "Airbus A321neo", seats: { BUSINESS: 16, ECONOMY: 184 } },
  "789": { code: "789", name: "Boeing 787-9", seats: { BUSINESS: 30, PREMIUM_ECONOMY: 28, ECONOMY: 226 } },
  "359": { code: "359", name: "Airbus A350-900", seats: { BUSINESS: 36, PREMIUM_ECONOMY: 24, ECONOMY: 255 } },
  "77W": { code: "77W", name: "Boeing 777-300ER", seats: { FIRST: 8, BUSINESS: 52, PREMIUM_ECONOMY: 28, ECONOMY: 248 } },
} as const satisfies Record<string, Equipment>;

/** One departure of a route, as the timetable prints it. */
interface Departure {
  route: Route;
  number: number;
  /** Local minutes after midnight. */
  minutes: number;
  /** Bit 0 is Monday. */
  days: number;
  equipment: Equipment;
  /** Minutes in the air and on the ground, gate to gate. */
  block: number;
}

/** A departure on a date. */
export interface Flight {
  departure: Departure;
  /** Local date of departure. */
  date: string;
  departsAt: number;
  arrivesAt: number;
  /** What its seats are counted under. */
  key: string;
}

export interface Schedule {
  departures(route: Route): readonly Departure[];
  /** In order of departure. */
  flights(route: Route, date: string): Flight[];
  flight(departure: Departure, date: string): Flight | undefined;
}

/** Fitted on real non-stop segments: a fixed part, a part by distance, and the wind. Rounded to five minutes. */
function blockMinutes({ km, from, to }: Route): number {
  const eastward = ((to.longitude - from.longitude + 540) % 360) - 180;
  return Math.max(35, Math.round((51 + 0.0685 * km - 0.0027 * km * Math.sign(eastward)) / 5) * 5);
}

function equipmentFor(route: Route, dice: Dice): Equipment {
  const { carrier, from, to, km } = route;
  const rank = Math.min(from.rank, to.rank);
  const key = `equipment ${carrier.code} ${[from.code, to.code].sort().join("-")}`;
  if (carrier.kind === "low-cost") return km < 900 && rank <= 2 ? fleet.AT7 : km > 4800 ? fleet["32Q"] : fleet["73H"];
  if (km >= 4500 || (km >= 2500 && rank >= 8 && dice.draw(`${key} wide`) < 0.3)) {
    if (carrier.range < 7000) return fleet["32Q"];
    return rank >= 7 && dice.draw(key) < 0.45 ? fleet["77W"] : dice.draw(key) < 0.7 ? fleet["359"] : fleet["789"];
  }
  if (km < 700 && rank <= 2) return fleet.AT7;
  if (rank <= 4 && dice.draw(key) < 0.6) return fleet.E90;
  return dice.draw(key) < 0.65 ? fleet["32N"] : fleet["32Q"];
}

function dayMask(perDay: number, dice: Dice, key: string): number {
  if (perDay >= 1) return 127;
  const wanted = Math.max(2, Math.round(perDay * 7));
  const days = [0, 1, 2, 3, 4, 5, 6].sort((a, b) => dice.draw(`${key} ${a}`) - dice.draw(`${key} ${b}`)).slice(0, wanted);
  return days.reduce((mask, day) => mask | (1 << day), 0);
}

/** A local departure after which one also arrives at a decent hour, where the distance lets one. */
function departureMinutes(route: Route, block: number, slot: number, slots: number, dice: Dice, key: string): number {
  const midsummer = Date.parse("2027-06-15T00:00:00Z");
  const shift = offsetMinutes(route.to.timeZone, midsummer) - offsetMinutes(route.from.timeZone, midsummer);
  const [open, close] = block > 360 ? [450, 1420] : [370, 1290];
  let best = 0;
  let bestFault = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 10; attempt++) {
    const within = (slot + dice.draw(`${key} ${attempt}`)) / slots;
    const minutes = Math.round((open + within * (close - open)) / 5) * 5;
    const arrival = (((minutes + block + shift) % 1440) + 1440) % 1440;
    const fault = arrival >= 330 && arrival <= 1425 ? 0 : Math.min(Math.abs(arrival - 330), 1440 - arrival);
    if (fault < bestFault) {
      best = minutes;
      bestFault = fault;
    }
    if (fault === 0) break;
  }
  return best;
}

const weekday = (date: string) => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;

export function createSchedule(dice: Dice): Schedule {
  const timetable = remember<readonly Departure[]>(8_000);

  function departures(route: Route): readonly Departure[] {
    const { carrier, from, to } = route;
    return timetable(`${carrier.code}${from.code}${to.code}`, () => {
      const [first, second] = [from.code, to.code].sort();
      const pair = `${carrier.code} ${first}-${second}`;
      const outbound = from.code === first;
      const slots = Math.max(1, Math.round(route.frequency));
      const base = dice.between(50, route.km > 4500 ? 499 : 3900, `number ${pair}`) * 2;
      const block = blockMinutes(route);
      const equipment = equipmentFor(route, dice);
      return Array.from({ length: slots }, (_, slot) => ({
        route,
        number: base + slot * 2 + (outbound ? 1 : 0),
        minutes: departureMinutes(route, block, slot, slots, dice, `departure ${pair} ${outbound} ${slot}`),
        days: dayMask(route.frequency, dice, `days ${pair}`),
        equipment,
        block,
      }));
    });
  }

  function flight(departure: Departure, date: string): Flight | undefined {
    if (!(departure.days & (1 << weekday(date)))) return undefined;
    const { carrier, from, to } = departure.route;
    const wall = `${date}T${String(Math.floor(departure.minutes / 60)).padStart(2, "0")}:${String(departure.minutes % 60).padStart(2, "0")}`;
    const departsAt = localToUtc(wall, from.timeZone);
    return {
      departure,
      date,
      departsAt,
      arrivesAt: departsAt + departure.block * 60_000,
      key: `${carrier.code}${departure.number} ${from.code}-${to.code} ${date}`,
    };
  }

  return {
    departures,
    flight,
    flights: (route, date) =>
      departures(route)
        .map((departure) => flight(departure, date))
        .filter((found) => found !== undefined)
        .sort((a, b) => a.departsAt - b.departsAt),
  };
}
