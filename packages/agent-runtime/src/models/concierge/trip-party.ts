import type { State } from "./state.ts";
import { count, toNumber } from "./text.ts";
import type { Understanding } from "./understanding.ts";

/** Takes up who travels. Returns whether the message said anything of it. */
export function applyParty(state: State, { party, text, rest }: Understanding): boolean {
  const before = JSON.stringify(state.party);
  const asked = state.asked?.kind === "slots" ? state.asked.slots : [];
  const answersAges = asked.includes("ages") && (party === undefined || party.adults === undefined);
  if (answersAges) {
    const ages = [...(party?.ages ?? []), ...numbersIn(rest)].filter((age) => age <= 17).slice(0, 8);
    const { unsplit } = state.party;
    if (unsplit !== undefined && ages.length > 0 && ages.length < unsplit) state.party = { adults: unsplit - ages.length, ages, agesMissing: 0 };
    else if (unsplit !== undefined && /\b(?:all|only|just)\s+adults\b|\bno\s+(?:children|kids)\b|\badults\s+only\b/.test(text))
      state.party = { adults: unsplit, ages: [], agesMissing: 0 };
    else if (ages.length > 0)
      state.party = { ...state.party, ages: [...state.party.ages, ...ages].slice(0, 8), agesMissing: Math.max(0, state.party.agesMissing - ages.length) };
    return before !== JSON.stringify(state.party);
  }
  const childless =
    /\b(?:no|without(?:\s+(?:the|any))?)\s+(?:children|child|kids?|baby|infants?)\b|\badults\s+only\b|\bonly\s+(?:the\s+)?adults\b|\badults?\s+only\b/.test(
      text,
    );
  if (!party) {
    if (!childless || state.party.ages.length + state.party.agesMissing === 0) return false;
    state.party = { ...state.party, ages: [], agesMissing: 0 };
    return true;
  }
  const children = party.ages.length + party.agesMissing > 0;
  if (party.unsplit !== undefined) state.party = { ages: [], agesMissing: 0, unsplit: party.unsplit };
  else if (party.more) {
    state.party = { ...state.party, ages: [...state.party.ages, ...party.ages].slice(0, 8), agesMissing: state.party.agesMissing + party.agesMissing };
    if (party.adults !== undefined) state.party.adults = (state.party.adults ?? 1) + party.adults;
  } else if (party.adults !== undefined) {
    const keep = !children && !childless && /\badults?\b/.test(text);
    state.party = { adults: party.adults, ages: keep ? state.party.ages : party.ages, agesMissing: keep ? state.party.agesMissing : party.agesMissing };
  } else {
    const { unsplit, adults } = state.party;
    const known =
      adults ?? (unsplit !== undefined && unsplit > party.ages.length + party.agesMissing ? unsplit - party.ages.length - party.agesMissing : undefined);
    state.party = { ages: party.ages, agesMissing: party.agesMissing, ...(known === undefined ? {} : { adults: known }) };
  }
  return true;
}

const numbersIn = (text: string): number[] => (text.match(new RegExp(`\\b${count}\\b`, "g")) ?? []).map((word) => toNumber(word)!);
