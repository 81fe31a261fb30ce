import { monthOf } from "./calendar.ts";
import { readChoice, readQuestionAbout } from "./choice.ts";
import type { Gazetteer, Place } from "./gazetteer.ts";
import type { Vertical } from "./intents.ts";
import { readTravellers, type TravellerData } from "./names.ts";
import { needsTravellers, travellersNeeded } from "./party.ts";
import { liesIn } from "./places.ts";
import { type Act, forgetTrip, type Happening, initialState, inProgress, isActive, noParty, type Question, type State } from "./state.ts";
import { count, normalise, ordinalWord, toNumber, toOrdinal } from "./text.ts";
import { applyTrip } from "./trip.ts";
import { type Understanding, understand } from "./understanding.ts";
import { hasWishes } from "./wishes.ts";

export interface Hearing {
  gazetteer: Gazetteer;
  /** The customer's day when the message was written. */
  today: string;
}

type Heard = Extract<Happening, { kind: "heard" }>;

/** Folds a message of the customer into the conversation. */
export function hear(state: State, message: string, { gazetteer, today }: Hearing): void {
  const asked = state.asked;
  const hungry =
    asked?.kind === "place" || (asked?.kind === "slots" && asked.slots.some((slot) => slot === "origin" || slot === "place" || slot === "dropOff"));
  const said = understand(message, { today, gazetteer, hungry });
  state.callsInTurn = 0;
  state.historyInTurn = false;
  const heard = interpret(state, said, today);
  state.last = typeof heard === "string" ? { kind: "heard", act: heard, said } : heard;
}

function interpret(state: State, said: Understanding, today: string): Act | Heard {
  const { intents, ids } = said;
  if (ids.cardNumber) return "card";
  if (intents.person) return "person";
  if (intents.outOfScope && intents.verticals.length === 0 && !ids.email) return "scope";
  if (answerQuestion(state, said)) return state.goal.kind === "cancel" ? "cancel" : state.goal.kind === "change" ? "change" : "trip";
  const existing = aboutExisting(state, said);
  if (existing) return existing;
  if (intents.restart) {
    Object.assign(state, {
      ...initialState(),
      bookings: state.bookings,
      bookedFrom: state.bookedFrom,
      searches: state.searches,
      sandboxTold: state.sandboxTold,
      calls: state.calls,
      last: state.last,
    });
    delete state.focus;
    return applyTrip(state, said, today) ? "trip" : "restart";
  }
  const chosen = choose(state, said, today);
  if (chosen) return chosen;
  const data = travellerData(state, said, today);
  if (data) return data;
  if (intents.advice && intents.verticals.length === 0 && !hasContent(said)) return "advice";
  if (intents.advice && said.intents.question && intents.verticals.length === 0) return "advice";
  if (applyTrip(state, said, today)) return "trip";
  return plainReply(state, said);
}

const hasContent = ({ dates, wishes, party, budget }: Understanding): boolean =>
  dates.mentions.length > 0 || dates.nights !== undefined || hasWishes(wishes) || party !== undefined || budget !== undefined;

function plainReply(state: State, { intents }: Understanding): Act {
  if (intents.abandon || (intents.no && state.pending)) return inProgress(state) && !state.pending ? abandon(state) : state.pending ? decline(state) : "no";
  if (intents.book && !intents.no) return "book";
  if (intents.thanks && (!intents.yes || state.asked === null)) return "thanks";
  if (intents.bye) return "bye";
  if (intents.yes) return intents.help ? "help" : "yes";
  if (intents.no) return "no";
  if (intents.help) return "help";
  if (intents.greeting) return "greeting";
  // "I want to travel": something is wanted, and only what is not said.
  return intents.search ? "trip" : "unclear";
}

function abandon(state: State): Act {
  forgetTrip(state);
  state.slots = { flight: {}, hotel: {}, car: {} };
  state.party = noParty();
  return "abandoned";
}
function decline(state: State): Act {
  const tool = state.pending?.tool;
  delete state.pending;
  if (tool !== "cancel_booking" && tool !== "modify_booking") return "declined";
  forgetTrip(state);
  return "kept";
}

// ---- answers to a question with options --------------------------------------------------------------------------------

/** The number of an option: "2", "the second one", "option 1". */
function optionNumber(text: string): number | undefined {
  const match = new RegExp(
    `^\\s*(?:(?:the|option|number|no\\.?|#|it's|i|mean|meant|take|choose|please)\\s*)*(\\d{1,2}|${count}|${ordinalWord}|\\d(?:st|nd|rd|th))(?:\\s*(?:one|option|please|\\)|\\.))*\\s*[.!]?\\s*$`,
  ).exec(text);
  return match ? (toNumber(match[1]!) ?? toOrdinal(match[1]!)) : undefined;
}

function answerQuestion(state: State, said: Understanding): boolean {
  const asked = state.asked;
  switch (asked?.kind) {
    case "place":
      return answerPlace(state, asked, said);
    case "day":
      return answerDay(state, asked, said);
    case "booking": {
      const n = optionNumber(said.text);
      const reference =
        (said.ids.reference && asked.references.includes(said.ids.reference) ? said.ids.reference : undefined) ??
        (n === undefined ? undefined : asked.references[n - 1]);
      const typed = asked.references.find((one) => said.text.includes(one.toLowerCase()));
      const found = reference ?? typed;
      if (!found || (state.goal.kind !== "cancel" && state.goal.kind !== "change")) return false;
      state.goal.reference = found;
      return true;
    }
    case "item": {
      const n = optionNumber(said.text);
      const vertical = said.intents.verticals.find((one) => asked.verticals.includes(one)) ?? (n === undefined ? undefined : asked.verticals[n - 1]);
      if (!vertical || state.goal.kind !== "change") return false;
      state.goal.vertical = vertical;
      return true;
    }
    default:
      return false;
  }
}

function answerPlace(state: State, asked: Extract<Question, { kind: "place" }>, { text, intents, places }: Understanding): boolean {
  const settle = (place: Place | undefined): boolean => {
    if (!place) return false;
    const namesakes = asked.options.some((option) => option !== place && option.name === place.name);
    state.slots[asked.vertical][asked.slot] = { place, ...(namesakes ? { namesakes } : {}) };
    return true;
  };
  const n = optionNumber(text);
  if (n !== undefined) return settle(asked.options[n - 1]);
  if (asked.options.length === 1 && intents.yes) return settle(asked.options[0]);
  if (intents.no && places.length === 0) {
    delete state.slots[asked.vertical][asked.slot];
    return true;
  }
  const named = places.flatMap(({ candidates }) => candidates).filter((place) => asked.options.some((option) => option.code === place.code));
  if (named.length === 1) return settle(named[0]);
  const words = text
    .replace(/[^\p{L}\p{N} ]/gu, " ")
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 12);
  const phrases = words.flatMap((_, at) => [1, 2, 3].map((length) => words.slice(at, at + length).join(" ")));
  const inside = asked.options.filter((option) =>
    phrases.some(
      (phrase) =>
        phrase.length > 1 &&
        (liesIn(option, phrase) ||
          normalise(option.name) === phrase ||
          option.code.toLowerCase() === phrase ||
          option.airports.some((code) => code.toLowerCase() === phrase)),
    ),
  );
  return inside.length === 1 && settle(inside[0]);
}

function answerDay(state: State, asked: Extract<Question, { kind: "day" }>, { text, intents, dates }: Understanding): boolean {
  const settle = (day: string | undefined): boolean => {
    if (!day) return false;
    const slots = state.slots[asked.vertical];
    slots[asked.slot] = { day };
    // Who writes the day first does so in both dates.
    const { end } = slots;
    const same = asked.slot === "start" && end && "said" in end && end.why === "ambiguous" ? end.options[asked.options.indexOf(day)] : undefined;
    if (same) slots.end = { day: same };
    return true;
  };
  const n = optionNumber(text);
  if (n !== undefined) return settle(asked.options[n - 1]);
  if (asked.options.length === 1 && intents.yes && dates.mentions.length === 0) return settle(asked.options[0]);
  const [mention] = dates.mentions;
  const spec = mention?.spec;
  // "April" is enough to tell 3 April from 4 March.
  const months = spec?.kind === "month" ? [spec.month] : spec?.kind === "dayMonth" && spec.year === undefined ? [spec.month] : [];
  const fitting = asked.options.filter(
    (option) => months.includes(monthOf(option)) && (spec?.kind !== "dayMonth" || Number(option.slice(8)) === spec.dayOfMonth),
  );
  return fitting.length === 1 && settle(fitting[0]);
}

// ---- bookings that exist -------------------------------------------------------------------------------------------------

function aboutExisting(state: State, said: Understanding): Act | undefined {
  const { intents, ids, text } = said;
  const vertical = intents.verticals[0];
  const known = state.bookings.some(isActive);
  const open = inProgress(state) && !ids.reference && !/\bbook(?:ing|ed)\b|\breservation\b/.test(text);
  if (intents.cancel && !/\bfree\s+cancell?ation\b/.test(text) && !/\bdon't\s+cancel\b|\bdo\s+not\s+cancel\b|\bnot\s+cancel\b/.test(text)) {
    if (state.goal.kind === "trip" && open && !(known && vertical)) return state.pending ? decline(state) : abandon(state);
    const whole = /\b(?:all|everything|whole|entire|both)\b/.test(text) || ids.reference !== undefined;
    const reference = ids.reference ?? (state.goal.kind === "cancel" ? state.goal.reference : undefined);
    delete state.pending;
    state.goal = { kind: "cancel", whole, ...(reference ? { reference } : {}), ...(vertical ? { vertical } : {}) };
    return "cancel";
  }
  if (intents.change && !(open && state.goal.kind !== "change") && (ids.reference || known || vertical || intents.aboutBooking)) {
    forgetTrip(state);
    state.goal = { kind: "change", wish: said, ready: false, ...(ids.reference ? { reference: ids.reference } : {}), ...(vertical ? { vertical } : {}) };
    return "change";
  }
  const onlyNamed = intents.statusPerhaps && !open && said.places.length === 0 && !hasContent(said) && !/\b(?:plan|book|search|find|need)\b/.test(text);
  if (onlyNamed && !intents.person) {
    state.goal = { kind: "status" };
    return "status";
  }
  if (intents.status && !(intents.search && intents.verticals.length > 0 && hasContent(said))) {
    state.goal = { kind: "status" };
    return "status";
  }
  if (ids.reference && /^\W*[a-z0-9]{6}\W*$/.test(text) && (state.goal.kind === "cancel" || state.goal.kind === "change")) {
    state.goal.reference = ids.reference;
    return state.goal.kind;
  }
  if (ids.reference && !hasContent(said) && intents.verticals.length === 0 && !needsTravellers(state)) {
    state.goal = { kind: "status" };
    return "status";
  }
  return undefined;
}

// ---- choosing --------------------------------------------------------------------------------------------------------

function choose(state: State, said: Understanding, today: string): Heard | undefined {
  const { text, intents } = said;
  const named = intents.verticals.length === 1 ? intents.verticals[0] : undefined;
  const vertical: Vertical | undefined = named && state.found[named] ? named : state.asked?.kind === "choice" ? state.asked.vertical : state.focus;
  const offers = vertical ? state.found[vertical]?.offers : undefined;
  if (!vertical || !offers?.length || /^\s*for\b/.test(text)) return undefined;
  if (named && named !== vertical && !state.found[named]) return undefined;
  const about = readQuestionAbout(text, offers);
  if (about) return { kind: "heard", act: "details", said, offer: about };
  const waiting = state.asked?.kind === "choice" && state.asked.vertical === vertical;
  const explicit =
    /\b(?:option|number|offer|choice)\s*\d|#\s*\d|\b(?:the|that)\s+(?:[\p{L}\p{N}:.-]+\s+){1,4}(?:one|option|offer)\b|\bcheapest\b|\bfastest\b|\bearliest\b/u.test(
      text,
    );
  if (!waiting && !explicit) return undefined;
  // New facts are a new search, unless it is plainly one of the offers that is meant.
  const facts = said.dates.mentions.length + said.places.length + said.wishes.spans.length + (said.party ? 1 : 0) + (said.dates.shift === undefined ? 0 : 1);
  const bare = new RegExp(`^\\W*(?:${count}|\\d{1,2}(?:st|nd|rd|th)?)\\W*$`).test(text);
  if (facts > 0 && !explicit && !bare) return undefined;
  if (intents.belongs && intents.verticals.some((other) => other !== vertical) && !explicit) return undefined;
  const choice = readChoice(
    text.replace(/\b(?:only|ones)\b.*$/, (found) => (found.startsWith("ones") ? "" : found)),
    offers,
  );
  if (!choice) return undefined;
  if ("several" in choice) return waiting ? { kind: "heard", act: "choose", said, several: choice.several } : undefined;
  if ("outOfRange" in choice) return waiting ? { kind: "heard", act: "choose", said, outOfRange: choice.outOfRange } : undefined;
  state.chosen[vertical] = { offer: choice.offer, args: state.found[vertical]!.args };
  state.focus = vertical;
  if (!state.wanted.includes(vertical)) state.wanted.push(vertical);
  delete state.pending;
  const more = intents.verticals.filter((other) => other !== vertical && !state.wanted.includes(other) && !intents.without.includes(other));
  state.wanted.push(...more);
  if (said.ids.email || /\bnames?\b/.test(text)) absorb(state, readTravellers(said.raw, said.ids.spans, today), said);
  return { kind: "heard", act: "choose", said, offer: choice.offer };
}

// ---- names ------------------------------------------------------------------------------------------------------------

function travellerData(state: State, said: Understanding, today: string): Act | undefined {
  const { ids, intents, text, dates } = said;
  const asked = state.asked?.kind === "travellers";
  // Names sent ahead are kept for later.
  if (
    ids.email &&
    inProgress(state) &&
    !needsTravellers(state) &&
    state.goal.kind === "trip" &&
    !hasContent(said) &&
    said.places.length === 0 &&
    intents.verticals.length === 0
  ) {
    absorb(state, readTravellers(said.raw, ids.spans, today), said);
    return "ahead";
  }
  if (!asked && !(needsTravellers(state) || state.asked?.kind === "confirm" || state.asked?.kind === "alter")) return undefined;
  if (intents.verticals.length > 0 && !ids.email) return undefined;
  const corrects = /\b(?:actually|instead|rather|change|cheaper|make\s+(?:it|that)|later|earlier|direct|class)\b/.test(text);
  const data = readTravellers(said.raw, ids.spans, today);
  const full =
    data.names.length > 0 || data.bornOn.length > 0 || data.unclearBirth !== undefined || ids.email !== undefined || ids.phone !== undefined || ids.localPhone;
  if (!asked && !(ids.email || ids.phone || (data.names.length > 0 && /\bnames?\b|\bspelled\b|\bspelling\b|\bshould\s+be\b|\bit's\b|\bis\b/.test(text))))
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

function absorb(state: State, data: TravellerData, { ids }: Understanding): void {
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
    return !known;
  });
  if (fresh.length > 0) {
    const corrected =
      fresh.length === 1 ? state.travellers.findIndex((known) => known.familyName === fresh[0]!.familyName || known.givenName === fresh[0]!.givenName) : -1;
    if (state.travellers.length + fresh.length <= needed) state.travellers.push(...fresh);
    else if (fresh.length === needed) state.travellers = fresh;
    else if (corrected >= 0 && state.travellers.length === needed) state.travellers[corrected] = { ...state.travellers[corrected]!, ...fresh[0]! };
    else state.travellers = [...state.travellers, ...fresh];
  }
  state.tooManyNames = state.travellers.length > needed;
  state.half =
    data.half.length > 0
      ? data.half.filter((one) => !state.travellers.some((known) => normalise(known.givenName).split(" ").includes(normalise(one))))
      : fresh.length > 0
        ? []
        : state.half;
  if (data.unclearBirth) state.unclearBirth = data.unclearBirth;
  else delete state.unclearBirth;
  for (const bornOn of data.bornOn.toReversed()) {
    const without = state.travellers.findLast((traveller) => traveller.bornOn === undefined);
    if (without) without.bornOn = bornOn;
    else if (state.travellers.length === 1 || data.bornOn.length === 1) {
      const last = state.travellers.findLast((traveller) => traveller.bornOn !== undefined);
      if (last) last.bornOn = bornOn;
    }
  }
}
