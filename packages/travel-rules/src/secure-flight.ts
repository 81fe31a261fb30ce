import type { Answer } from "./source.ts";

export interface SecureFlightTraveller {
  givenName?: string;
  familyName?: string;
  /** YYYY-MM-DD. */
  bornOn?: string;
  gender?: "M" | "F" | "X";
}

export interface SecureFlightAnswer extends Answer {
  /** Whether the rule covers the trip at all. */
  applies: boolean;
  missing: ("givenName" | "familyName" | "bornOn" | "gender")[];
  /** Airlines have to send it from here on, ISO UTC. */
  dueAt?: string;
}

/** The data the US asks of everybody who flies to, from, within or over it: full name, birth date, gender, 72 hours before departure. */
export function secureFlight(traveller: SecureFlightTraveller, flight: { countries: readonly string[]; departsAt: string }): SecureFlightAnswer {
  const applies = flight.countries.includes("US");
  const fields = ["givenName", "familyName", "bornOn", "gender"] as const;
  return {
    applies,
    missing: applies ? fields.filter((field) => !traveller[field]?.trim()) : [],
    ...(applies ? { dueAt: new Date(Date.parse(flight.departsAt) - 72 * 3_600_000).toISOString() } : {}),
    sources: [{ name: "TSA Secure Flight, 49 CFR 1560.101", asOf: "2026-11-21" }],
    note: "Names are written as in the document somebody travels with. Other countries ask for passenger data of their own (APIS).",
  };
}
