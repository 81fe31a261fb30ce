import { readTravellers, type TravellerData } from "./names.ts";
import { missingData, needsTravellers, travellersNeeded } from "./party.ts";
import { type Act, inProgress, type State } from "./state.ts";
import { capital, normalise } from "./text.ts";
import { hasContent, type Understanding } from "./understanding.ts";
import { hasWishes } from "./wishes.ts";

/** Names, birth dates and contact data, where they are what is needed. */
export function travellerData(state: State, said: Understanding, today: string): Act | undefined {
  const { ids, intents, text, dates } = said;
  const asked = state.asked?.kind === "travellers";
  // Names sent ahead are kept for later; the days in them are births.
  if (
    ids.email &&
    inProgress(state) &&
    !needsTravellers(state) &&
    state.goal.kind === "trip" &&
    said.places.length === 0 &&
    intents.verticals.length === 0 &&
    !hasWishes(said.wishes)
  ) {
    const ahead = readTravellers(said.raw, ids.spans, today);
    if (ahead.names.length > 0 || !hasContent(said)) {
      absorb(state, ahead, said);
      return "ahead";
    }
  }
  if (!asked && !(needsTravellers(state) || state.asked?.kind === "confirm" || state.asked?.kind === "alter")) return undefined;
  if (intents.verticals.length > 0 && !ids.email) return undefined;
  const renamed = /\b(sur|last\s+|family\s+|first\s+|given\s+)-?name\s+(?:is|should\s+be|:)\s*(?:actually\s+)?([\p{L}'-]+)\W*$/u.exec(text);
  if (renamed && state.travellers.length === 1 && !ids.email) {
    const word = said.raw.slice(renamed.index).match(/([\p{L}'’-]+)\W*$/u)?.[1] ?? renamed[2]!;
    const [only] = state.travellers;
    if (/^(?:first|given)/.test(renamed[1]!)) only!.givenName = capital(word);
    else only!.familyName = capital(word);
    delete state.pending;
    return "data";
  }
  const corrects = /\b(?:actually|instead|rather|change|cheaper|make\s+(?:it|that)|later|earlier|direct|class)\b/.test(text);
  const data = readTravellers(said.raw, ids.spans, today);
  const full =
    data.names.length > 0 ||
    data.bornOn.length > 0 ||
    data.genders.length > 0 ||
    data.unclearBirth !== undefined ||
    ids.email !== undefined ||
    ids.phone !== undefined ||
    ids.localPhone;
  if (!asked && !(ids.email || ids.phone || (data.names.length > 0 && /\bnames?\b|\bspelled\b|\bspelling\b|\bshould\s+be\b|\bit'?s\b|\bis\b/.test(text))))
    return undefined;
  if (
    !full &&
    (data.half.length === 0 ||
      corrects ||
      intents.question ||
      intents.yes ||
      intents.no ||
      intents.thanks ||
      dates.mentions.length > 0 ||
      dates.shift !== undefined ||
      hasWishes(said.wishes))
  )
    return undefined;
  if (!ids.email && (corrects || intents.question) && (said.places.length > 0 || dates.mentions.length > 0 || hasWishes(said.wishes))) return undefined;
  absorb(state, data, said);
  // "It's just me" for an offer for two is a change of the party.
  if (
    said.party?.adults === 1 &&
    said.party.ages.length + said.party.agesMissing === 0 &&
    travellersNeeded(state) > 1 &&
    /\b(?:just|only)\s+(?:for\s+)?(?:me|myself)\b|\balone\b/.test(text)
  ) {
    state.party = { adults: 1, ages: [], agesMissing: 0 };
    state.travellers = state.travellers.slice(-1);
    state.chosen = {};
    return "trip";
  }
  return "data";
}

const sameName = (a: { givenName: string; familyName: string }, b: { givenName: string; familyName: string }): boolean =>
  normalise(`${a.givenName} ${a.familyName}`) === normalise(`${b.givenName} ${b.familyName}`);

/** In the order they were said, for those of whom it is not known. */
function noteGenders(state: State, genders: TravellerData["genders"]): void {
  for (const gender of genders) {
    const without = state.travellers.find((traveller) => traveller.gender === undefined) ?? (state.travellers.length === 1 ? state.travellers[0] : undefined);
    if (without) without.gender = gender;
  }
}

/** Notes what was said of the travellers; what was sent before is completed or corrected. */
export function absorb(state: State, data: TravellerData, { ids }: Understanding): void {
  if (ids.email) state.email = ids.email;
  if (ids.phone) state.phone = ids.phone;
  state.localPhone = ids.localPhone;
  delete state.pending;
  const needed = travellersNeeded(state);
  const [half] = state.half;
  // "Ana" and then "Silva" make one name.
  if (half && data.names.length === 0 && data.half.length === 1 && state.half.length === 1) data.names.push({ givenName: half, familyName: data.half.pop()! });
  else if (half) {
    const completed = data.names.some((name) => normalise(name.givenName).startsWith(normalise(half)));
    if (!completed && data.names.length > 0 && state.half.length === 1 && state.travellers.length + data.names.length >= needed) state.half = [];
  }
  const fresh = data.names.filter((name) => {
    const known = state.travellers.find((other) => sameName(other, name));
    if (known && name.bornOn) known.bornOn = name.bornOn;
    if (known && name.gender) known.gender = name.gender;
    return !known;
  });
  if (state.travellers.length > needed && data.names.length === needed)
    state.travellers = data.names.map((name) => state.travellers.find((known) => sameName(known, name)) ?? name);
  else if (fresh.length > 0) {
    const corrected =
      fresh.length === 1 ? state.travellers.findIndex((known) => known.familyName === fresh[0]!.familyName || known.givenName === fresh[0]!.givenName) : -1;
    if (state.travellers.length + fresh.length <= needed) state.travellers.push(...fresh);
    else if (fresh.length === needed) state.travellers = fresh;
    else if (corrected >= 0 && state.travellers.length === needed) state.travellers[corrected] = { ...state.travellers[corrected]!, ...fresh[0]! };
    else state.travellers = [...state.travellers, ...fresh];
  }
  state.half =
    data.half.length > 0
      ? data.half.filter((one) => !state.travellers.some((known) => normalise(known.givenName).split(" ").includes(normalise(one))))
      : fresh.length > 0
        ? []
        : state.half;
  if (data.unclearBirth) state.unclearBirth = data.unclearBirth;
  else delete state.unclearBirth;
  noteGenders(state, data.genders);
  for (const bornOn of data.bornOn.toReversed()) {
    const { mismatch } = missingData(state);
    const without = state.travellers.findLast((traveller) => traveller.bornOn === undefined);
    if (mismatch) mismatch.traveller.bornOn = bornOn;
    else if (without) without.bornOn = bornOn;
    else if (state.travellers.length === 1 || data.bornOn.length === 1) {
      const last = state.travellers.findLast((traveller) => traveller.bornOn !== undefined);
      if (last) last.bornOn = bornOn;
    }
  }
}
