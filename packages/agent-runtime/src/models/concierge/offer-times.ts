import type { OfferReading } from "./readings.ts";
import type { Slots } from "./state.ts";

/** When the flight of an offer leaves, `HH:mm` at the place: the first time of its first fact. */
export const departureTime = (offer: OfferReading | undefined): string | undefined => /\b([01]\d|2[0-3]):[0-5]\d\b/.exec(offer?.lines[0] ?? "")?.[0];

/** Those that leave when it is wished. */
export const leavingThen = (offers: readonly OfferReading[], { after, before }: NonNullable<Slots["leave"]>): OfferReading[] =>
  offers.filter((offer) => {
    const time = departureTime(offer);
    return time !== undefined && (after === undefined || time >= after) && (before === undefined || time < before);
  });
