import type { Answer } from "./source.ts";

export type Cabin = "ECONOMY" | "PREMIUM_ECONOMY" | "BUSINESS" | "FIRST";

/** Kilograms of CO2 equivalent for a passenger and a kilometre, effects at altitude included. */
export interface EmissionFactors {
  source: { name: string; asOf: string };
  bands: readonly { upToKm: number; perKm: Readonly<Record<Cabin, number>> }[];
}

/**
 * UK government conversion factors for company reporting, 2019 set, business travel by air, with radiative forcing. Short haul knows
 * two cabins: premium counts as economy and first as business there.
 */
export const ukFactors2019: EmissionFactors = {
  source: { name: "UK Government GHG Conversion Factors for Company Reporting 2019, business travel air, with radiative forcing", asOf: "2019-06-04" },
  bands: [
    { upToKm: 500, perKm: { ECONOMY: 0.25493, PREMIUM_ECONOMY: 0.25493, BUSINESS: 0.25493, FIRST: 0.25493 } },
    { upToKm: 3700, perKm: { ECONOMY: 0.15573, PREMIUM_ECONOMY: 0.15573, BUSINESS: 0.2336, FIRST: 0.2336 } },
    { upToKm: Number.POSITIVE_INFINITY, perKm: { ECONOMY: 0.14981, PREMIUM_ECONOMY: 0.2397, BUSINESS: 0.43446, FIRST: 0.59925 } },
  ],
};

export interface Emissions extends Answer {
  /** For one traveller, whole kilograms. */
  kilograms: number;
}

/** Emissions of flights by distance and cabin: an estimate that ignores aircraft, load and wind, good for comparing trips. */
export function flightEmissions(segments: readonly { distanceKm: number; cabin: Cabin }[], factors: EmissionFactors = ukFactors2019): Emissions {
  const kilograms = segments.reduce(
    (sum, { distanceKm, cabin }) => sum + distanceKm * factors.bands.find(({ upToKm }) => distanceKm <= upToKm)!.perKm[cabin],
    0,
  );
  return {
    kilograms: Math.round(kilograms),
    sources: [factors.source],
    note: "An estimate by distance and cabin. The aircraft and how full it is can make it a third more or less.",
  };
}
