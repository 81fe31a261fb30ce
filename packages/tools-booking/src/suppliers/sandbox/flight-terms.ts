import type { Cabin, PassengerType } from "../../offer.ts";

/** A flight offer in as few words as find it again. */
export interface FlightTerms {
  /** For each direction its flights: `LH 1123 BCN FRA 2027-03-12`. */
  journeys: string[][];
  cabin: Cabin;
  brand: string;
  passengers: { ptc: PassengerType; count: number }[];
  currency: string;
}
