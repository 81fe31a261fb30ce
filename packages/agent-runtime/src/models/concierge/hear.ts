import { answerQuestion } from "./answering.ts";
import { readChoice, readQuestionAbout } from "./choice.ts";
import type { Gazetteer } from "./gazetteer.ts";
import type { Vertical } from "./intents.ts";
import { readTravellers } from "./names.ts";
import { forWhom, missingData, needsTravellers } from "./party.ts";
import { claimOf } from "./returning.ts";
import { type Act, forgetTrip, type Happening, initialState, inProgress, isActive, noParty, type State } from "./state.ts";
import { count, ordinalWord } from "./text.ts";
import { absorb, travellerData } from "./traveller-data.ts";
import { applyTrip } from "./trip.ts";
import { hasContent, type Understanding, understand } from "./understanding.ts";

interface Hearing {
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
  delete state.handedOff;
  state.historyInTurn = false;
  const heard = interpret(state, said, today);
  state.last = typeof heard === "string" ? { kind: "heard", act: heard, said } : heard;
}

function interpret(state: State, said: Understanding, today: string): Act | Heard {
  const { intents, ids } = said;
  if (ids.cardNumber) return "card";
  if (intents.person) return "person";
  if (intents.emergency) return "emergency";
  if (claimOf(said)) return "returning";
  if (intents.foreign && !ids.email) return "language";
  if (intents.upset && intents.verticals.length === 0 && !intents.cancel && !hasContent(said)) return "upset";
  if (intents.outOfScope && intents.verticals.length === 0 && !ids.email) return "scope";
  if (answerQuestion(state, said)) return state.goal.kind === "cancel" ? "cancel" : state.goal.kind === "change" ? "change" : "trip";
  if (intents.mail && !ids.email) return "mail";
  // A question about what waits for a yes: the answer stands in what was shown.
  if (state.pending && intents.question && asksTerms.test(said.text) && !intents.cancel && !intents.change) return "terms";
  const grown = olderChild(state, said);
  if (grown) return grown;
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
  if (applyTrip(state, said, today)) {
    if (ids.email) namedAhead(state, said, today);
    return "trip";
  }
  return plainReply(state, said);
}

const asksTerms =
  /\b(?:refund(?:able|ed)?|get\s+back|cost|fees?|penalt|bags?|luggage|baggage|included|include|breakfast|total|price|changeable|terminal|airport|time|when|details?|flexible|meal)\b/;

/** A child whose birth date gives another age than was searched for: "yes" or the age itself asks for a new search. */
function olderChild(state: State, { intents, text, ids }: Understanding): Act | undefined {
  if (state.asked?.kind !== "travellers" || !needsTravellers(state) || ids.email) return undefined;
  const { mismatch, births } = missingData(state);
  const expected = births[0];
  if (!mismatch || expected === undefined) return undefined;
  if (!intents.yes && !new RegExp(`^\\D*\\b${mismatch.age}\\b\\D*$`).test(text)) return undefined;
  const whom = forWhom(state)!;
  const at = whom.ages.indexOf(expected);
  state.party = { adults: whom.adults, ages: whom.ages.with(at, mismatch.age), agesMissing: 0 };
  state.chosen = {};
  return "trip";
}

/** Who travels and how to reach them, sent along with the request. */
function namedAhead(state: State, said: Understanding, today: string): void {
  const { namesAt, ids } = said;
  const hidden = namesAt === undefined ? [] : [{ start: 0, end: namesAt }, ...ids.spans];
  absorb(state, namesAt === undefined ? { names: [], half: [], bornOn: [], genders: [] } : readTravellers(said.raw, hidden, today), said);
}

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
  // "I need to come back a day later" after a booking speaks of that booking.
  const moves =
    known &&
    !inProgress(state) &&
    said.dates.shift !== undefined &&
    /\b(?:come|return|back|fly|leave|depart|go|stay|arrive|check)\b/.test(text) &&
    said.places.every(({ role }) => role === undefined);
  // "I want to fly on 7 May instead", with nothing else being arranged.
  const instead = known && !inProgress(state) && intents.replace && said.dates.mentions.length > 0 && said.places.length === 0;
  if ((intents.change || moves || instead) && !(open && state.goal.kind !== "change") && (ids.reference || known || vertical || intents.aboutBooking)) {
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
  // "Take it" after details were given means the offer they were about.
  const discussed = state.last.kind === "heard" && state.last.act === "details" ? state.last.offer : undefined;
  const superlative = /\b(?:cheapest|fastest|quickest|earliest)\b/.test(text);
  // After the choice: "actually number 2", "I meant the third".
  const again =
    !waiting &&
    (state.asked?.kind === "travellers" || state.asked?.kind === "confirm" || state.asked?.kind === "alter") &&
    /\b(?:actually|instead|rather|meant?|prefer|sorry|wait|changed?|switch|no|hm+)\b/.test(text) &&
    new RegExp(`\\b(?:${ordinalWord}|\\d{1,2}(?:st|nd|rd|th)?)\\b`).test(text);
  const explicit =
    again ||
    /\b(?:option|number|offer|choice)\s*\d|#\s*\d|\b(?:the|that)\s+(?:[\p{L}\p{N}:.-]+\s+){1,4}(?:one|option|offer)\b|\bcheapest\b|\bfastest\b|\bearliest\b/u.test(
      text,
    );
  if (!waiting && !explicit) return undefined;
  // New facts are a new search, unless it is plainly one of the offers that is meant.
  const facts = said.dates.mentions.length + said.places.length + said.wishes.spans.length + (said.party ? 1 : 0) + (said.dates.shift === undefined ? 0 : 1);
  const bare = new RegExp(`^\\W*(?:${count}|\\d{1,2}(?:st|nd|rd|th)?)\\W*$`).test(text);
  if (facts > 0 && !explicit && !bare) return undefined;
  // "The cheapest SUV" among others asks for a search.
  if (facts > 0 && superlative) return undefined;
  if (intents.belongs && intents.verticals.some((other) => other !== vertical) && !explicit) return undefined;
  const takes =
    discussed && /\b(?:take|book|choose|want|have|reserve)\s+(?:it|that|this)\b|\b(?:that|this)\s+one\b|^\s*(?:yes|ok|okay|sure|perfect|great)\b/.test(text);
  const choice = takes ? { offer: discussed } : readChoice(text, offers);
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
