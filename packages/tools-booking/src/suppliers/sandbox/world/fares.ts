import { daysBetween } from "../../../geography/index.ts";
import type { Cabin, PassengerType } from "../../../offer.ts";
import type { BookingClass } from "./availability.ts";
import type { Dice } from "./hash.ts";
import type { Flight } from "./schedule.ts";

export interface FareBrand {
  code: "LIGHT" | "CLASSIC" | "FLEX";
  name: string;
  factor: number;
  carryOn: string;
  checkedPieces: number;
  /** Euro cents a traveller; null where it is not allowed. Long flights cost double. */
  refundPenalty: number | null;
  changePenalty: number | null;
}

export const fareBrands: readonly FareBrand[] = [
  { code: "LIGHT", name: "Light", factor: 1, carryOn: "1 cabin bag 8 kg", checkedPieces: 0, refundPenalty: null, changePenalty: null },
  { code: "CLASSIC", name: "Classic", factor: 1.18, carryOn: "1 cabin bag 8 kg", checkedPieces: 1, refundPenalty: 7500, changePenalty: 6000 },
  { code: "FLEX", name: "Flex", factor: 1.45, carryOn: "1 cabin bag 8 kg and 1 personal item", checkedPieces: 2, refundPenalty: 0, changePenalty: 0 },
];

/** Part of the adult base fare. */
const shareOf: Record<PassengerType, number> = { ADT: 1, CHD: 0.75, INF: 0.1 };

const longHaulKm = 3500;
const day = 86_400_000;

export const isLongHaul = (km: number) => km >= longHaulKm;

function usualFare(km: number): number {
  return isLongHaul(km) ? 120 + 0.045 * km : 25 + 0.075 * km ** 0.97;
}

function cabinFactor(cabin: Cabin, km: number): number {
  if (cabin === "BUSINESS") return isLongHaul(km) ? 4.2 : 2.6;
  return { ECONOMY: 1, PREMIUM_ECONOMY: 1.9, FIRST: 7 }[cabin];
}

/** Northern and southern summers are apart; the tropics have none. */
export function seasonFactor(date: string, latitude: number): number {
  const month = Number(date.slice(5, 7));
  const monthDay = date.slice(5);
  if (monthDay >= "12-19" || monthDay <= "01-04") return 1.3;
  if (Math.abs(latitude) < 15) return 1;
  const summer = latitude > 0 ? month >= 7 && month <= 8 : month === 1 || month === 2;
  const shoulder = latitude > 0 ? [4, 5, 6, 9].includes(month) : [3, 4, 11, 12].includes(month);
  return summer ? 1.22 : shoulder ? 1.06 : 0.94;
}

function weekdayFactor(date: string): number {
  return [1.15, 1.02, 0.92, 0.92, 1, 1.15, 1.03][new Date(`${date}T00:00:00Z`).getUTCDay()]!;
}

/** Straight lines between the known points, so that the price rises a little each day and not in cliffs. */
function advanceFactor(daysLeft: number): number {
  const points = [
    [0, 1.9],
    [3, 1.6],
    [7, 1.35],
    [14, 1.15],
    [30, 1],
    [60, 0.87],
    [120, 0.85],
  ] as const;
  const next = points.findIndex(([days]) => days >= daysLeft);
  if (next < 0) return 0.85;
  if (next === 0) return 1.9;
  const [d0, f0] = points[next - 1]!;
  const [d1, f1] = points[next]!;
  return f0 + ((f1 - f0) * (daysLeft - d0)) / (d1 - d0);
}

/** The day's filing of a carrier on a pair of cities: up or down a little, and now and then a sale of three days. */
function revision(dice: Dice, key: string, now: number): number {
  const today = Math.floor(now / day);
  const filed = 0.94 + 0.15 * dice.draw(`filed ${key} ${today}`);
  const sale = [0, 1, 2].some((back) => dice.draw(`sale ${key} ${today - back}`) < 0.012);
  return sale ? filed * 0.8 : filed;
}

interface JourneyFare {
  flights: readonly Flight[];
  /** Great circle from origin to destination. */
  km: number;
  cabin: Cabin;
  /** One for each flight. */
  classes: readonly BookingClass[];
  /** Carriers that fly the pair without a stop. */
  competitors: number;
  now: number;
}

/** Adult base of one direction in the brand `Light`, in euros. */
export function journeyBase(dice: Dice, { flights, km, cabin, classes, competitors, now }: JourneyFare): number {
  const first = flights[0]!;
  const last = flights.at(-1)!;
  const { carrier, from } = first.departure.route;
  const { to } = last.departure.route;
  const flown = flights.reduce((sum, flight) => sum + flight.departure.route.km, 0);
  const ladder = flights.reduce((sum, flight, i) => sum + classes[i]!.factor * flight.departure.route.km, 0) / flown;
  const daysLeft = Math.max(0, daysBetween(new Date(now).toISOString().slice(0, 10), first.date));
  return (
    usualFare(km) *
    cabinFactor(cabin, km) *
    carrier.priceFactor *
    Math.max(1, competitors) ** -0.15 *
    seasonFactor(first.date, to.latitude) *
    weekdayFactor(first.date) *
    advanceFactor(daysLeft) *
    ladder *
    revision(dice, `${carrier.code} ${from.city}-${to.city}`, now) *
    ([1, 0.86, 0.8][flights.length - 1] ?? 0.8)
  );
}

/** Base for one traveller, in euro cents. */
export const baseCents = (adultEuros: number, brand: FareBrand, ptc: PassengerType) => Math.round(adultEuros * brand.factor * shareOf[ptc]) * 100;

/** Airport taxes and the carrier's surcharge for one traveller on one direction, in euro cents. An infant on a lap pays none. */
export function taxCents(dice: Dice, flights: readonly Flight[], ptc: PassengerType): number {
  if (ptc === "INF") return 0;
  return flights.reduce((sum, { departure }, i) => {
    const { carrier, from, to, km } = departure.route;
    const departureTax = Math.round((500 + from.rank * 180) * (0.7 + 0.9 * dice.draw(`tax ${from.code}`))) * (i === 0 ? 1 : 0.4);
    const arrivalTax = from.country === to.country ? 0 : 150 + Math.round(450 * dice.draw(`arrival ${to.country}`));
    const surcharge = carrier.kind === "low-cost" ? 0 : km > 3000 ? Math.round(km * 1.1) : 900;
    return sum + Math.round(departureTax + arrivalTax + surcharge);
  }, 0);
}

/** Low-cost carriers ask for their own fee, a traveller and direction, in euro cents. */
export const feeCents = (flights: readonly Flight[], ptc: PassengerType) =>
  ptc !== "INF" && flights[0]!.departure.route.carrier.kind === "low-cost" ? 190 : 0;
