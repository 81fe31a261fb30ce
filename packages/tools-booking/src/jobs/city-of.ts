import { type Airport, airport, airports, distanceKm } from "../geography/index.ts";
import type { HotelOffer } from "../offer.ts";

/** Houses further from every airport than this are found by the name of their city alone. */
const nearKm = 120;

/**
 * The code by which a search finds this house again: suppliers name its city in code or in words. The nearest airport of that name counts, else
 * the nearest of some size.
 */
export function cityCodeOf({ city, latitude, longitude }: Pick<HotelOffer["property"], "city" | "latitude" | "longitude">): string | undefined {
  if (/^[A-Z]{3}$/.test(city)) return airport(city)?.city ?? city;
  const wanted = city.toLowerCase();
  let best: { found: Airport; weight: number } | undefined;
  for (const found of airports().values()) {
    const km = distanceKm(found, { latitude, longitude });
    const named = found.cityName.toLowerCase() === wanted;
    if (!named && km > nearKm) continue;
    // One of that name a continent away is another place.
    const weight = km - found.rank - (named ? 2 * nearKm : 0);
    if (!best || weight < best.weight) best = { found, weight };
  }
  return best?.found.city;
}
