import type { OfferReading } from "./readings.ts";
import type { Slots } from "./state.ts";

/** When the flight of an offer leaves, `HH:mm` at the place: the first time of its first fact. */
export const departureTime = (offer: OfferReading | undefined): string | undefined => /\b([01]\d|2[0-3]):[0-5]\d\b/.exec(offer?.lines[0] ?? "")?.[0];

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const clock = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

const toCar = 60;
const beforeDeparture = 150;

/** When a car is picked up behind the chosen flight, on the half hour; undefined where it lands on another day, or late. */
export function afterLanding(offer: OfferReading): string | undefined {
  const landed = /→ [A-Z]{3} (\d{2}:\d{2})\b/.exec(offer.lines[0] ?? "")?.[1];
  const at = landed === undefined ? undefined : Math.ceil((minutesOf(landed) + toCar) / 30) * 30;
  return at !== undefined && at <= 23 * 60 ? clock(at) : undefined;
}

/** When the car is given back before the flight home leaves. */
export function beforeReturn(offer: OfferReading): string | undefined {
  const leaves = /^\S+ [A-Z]{3} .*?(\d{2}:\d{2}) →/.exec(offer.lines[1] ?? "")?.[1];
  return leaves === undefined ? undefined : clock(Math.max(5 * 60, Math.floor((minutesOf(leaves) - beforeDeparture) / 30) * 30));
}

/** Those that leave when it is wished. */
export const leavingThen = (offers: readonly OfferReading[], { after, before }: NonNullable<Slots["leave"]>): OfferReading[] =>
  offers.filter((offer) => {
    const time = departureTime(offer);
    return time !== undefined && (after === undefined || time >= after) && (before === undefined || time < before);
  });
