import { ageOn } from "./calendar.ts";
import type { Vertical } from "./intents.ts";
import type { NameReading } from "./names.ts";
import type { State } from "./state.ts";

interface ForWhom {
  adults: number;
  ages: number[];
  /** The day ages are counted on. */
  on: string;
}

/** The people the chosen offers are for, as they were searched. A car alone needs its driver. */
export function forWhom(state: State): ForWhom | undefined {
  const chosen = state.chosen.flight ?? state.chosen.hotel ?? state.chosen.car;
  if (!chosen) return undefined;
  const { adults, childrenAges, departureDate, checkIn, pickUpAt } = chosen.args;
  const on = [departureDate, checkIn, pickUpAt].find((value) => typeof value === "string") ?? "";
  return {
    adults: typeof adults === "number" ? adults : 1,
    ages: Array.isArray(childrenAges) ? childrenAges.filter((age) => typeof age === "number") : [],
    on: String(on).slice(0, 10),
  };
}

export function travellersNeeded(state: State): number {
  const whom = forWhom(state);
  return whom ? whom.adults + whom.ages.length : Math.max(1, (state.party.adults ?? 1) + state.party.ages.length);
}

/** Everything wished is chosen and only the people are missing. */
export const needsTravellers = (state: State): boolean =>
  state.goal.kind === "trip" && state.wanted.length > 0 && state.wanted.every((vertical) => state.chosen[vertical] !== undefined);

export const nextToChoose = (state: State): Vertical | undefined => state.wanted.find((vertical) => state.chosen[vertical] === undefined);

export interface Missing {
  names: number;
  tooMany: boolean;
  half: string[];
  /** Ages of the children whose birth date is missing. */
  births: number[];
  /** A child whose birth date does not give an age that was searched for. */
  mismatch?: { traveller: NameReading; age: number };
  email: boolean;
  /** Travellers whose birth date a supplier wants, children with a known age aside. */
  adultBirths: number;
  genders: number;
  phone: boolean;
}

/** What a booking still lacks. */
export function missingData(state: State): Missing {
  const whom = forWhom(state) ?? { adults: 1, ages: [], on: "" };
  const left = [...whom.ages];
  let mismatch: Missing["mismatch"];
  for (const traveller of state.travellers) {
    if (traveller.bornOn === undefined || whom.on === "") continue;
    const age = ageOn(traveller.bornOn, whom.on);
    const at = left.indexOf(age);
    if (at >= 0) left.splice(at, 1);
    else if (age < 18) mismatch ??= { traveller, age };
  }
  const needed = whom.adults + whom.ages.length;
  const requires = new Set(Object.values(state.chosen).flatMap(({ offer }) => offer.requires));
  const known = (field: "bornOn" | "gender") => state.travellers.filter((traveller) => traveller[field] !== undefined).length;
  return {
    adultBirths: requires.has("bornOn") ? Math.max(0, needed - known("bornOn") - left.length) : 0,
    genders: requires.has("gender") ? Math.max(0, needed - known("gender")) : 0,
    phone: requires.has("phone") && state.phone === undefined,
    names: Math.max(0, needed - state.travellers.length),
    tooMany: state.travellers.length > needed,
    half: state.half,
    births: left,
    email: state.email === undefined,
    ...(mismatch ? { mismatch } : {}),
  };
}

export const isComplete = (missing: Missing): boolean =>
  missing.names === 0 &&
  !missing.tooMany &&
  missing.births.length === 0 &&
  missing.mismatch === undefined &&
  !missing.email &&
  missing.adultBirths === 0 &&
  missing.genders === 0 &&
  !missing.phone;
