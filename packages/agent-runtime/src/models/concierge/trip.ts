import { justBelow } from "./amounts.ts";
import { longMonths } from "./calendar.ts";
import type { Vertical } from "./intents.ts";
import { departureTime } from "./offer-times.ts";
import type { PlaceMention } from "./places.ts";
import { noParty, type PlaceSlot, type Slots, type State } from "./state.ts";
import { count, toNumber } from "./text.ts";
import { applyDates, toDaySlot } from "./trip-days.ts";
import { applyParty } from "./trip-party.ts";
import type { Understanding } from "./understanding.ts";

/** Takes up what a message says about the trip. Returns whether it said anything. */
export function applyTrip(state: State, said: Understanding, today: string): boolean {
  const chosenBefore = { ...state.chosen };
  const verticals = applyVerticals(state, said);
  const focus = state.focus ?? inferVertical(state, said);
  if (focus && !state.focus) setFocus(state, focus);
  const startsAnew = state.focus !== undefined && restates(state, state.focus, said);
  if (startsAnew) state.slots[state.focus!] = {};
  const partyChanged = applyParty(state, said);
  const slots = state.slots[state.focus ?? "flight"];
  const changes = [
    verticals,
    applyPlaces(state, slots, said),
    applyDates(slots, state.firstLeg ? { ...said.dates, mentions: said.dates.mentions.slice(0, 1) } : said.dates, today, {
      ...(state.focus ? { focus: state.focus } : {}),
      endOnly: asksOnly(state, "end"),
    }),
    applyTimes(slots, said),
    applyLeave(state, slots, said),
    applyTonight(state, slots, said),
    partyChanged,
    applyWishes(state, said),
    applyBareNumber(state, slots, said, today),
  ];
  const changed = changes.some(Boolean);
  if (changed) {
    delete state.pending;
    // Leaving a part of the trip out leaves the choice of the others as it was.
    const onlyLess = said.intents.without.length > 0 && said.intents.verticals.length === 0 && !changes.slice(1).some(Boolean);
    if (onlyLess) for (const vertical of state.wanted) if (chosenBefore[vertical]) state.chosen[vertical] = chosenBefore[vertical];
    if (state.focus && !onlyLess) delete state.chosen[state.focus];
    // Offers of all kinds were for the people before.
    if (partyChanged) state.chosen = {};
    if (state.goal.kind === "cancel" || state.goal.kind === "status") state.goal = { kind: "trip" };
  }
  return changed;
}

/** Talks of another kind from now on; what is not known of it is taken from the one before. */
export function setFocus(state: State, vertical: Vertical): void {
  const before = state.focus ?? state.completed.at(-1);
  state.focus = vertical;
  if (!state.wanted.includes(vertical)) state.wanted.push(vertical);
  const slots = state.slots[vertical];
  const sources = [before, ...state.wanted, ...state.completed].filter((other): other is Vertical => other !== undefined && other !== vertical);
  if (slots.place !== undefined && slots.start !== undefined) return;
  // What was said before any kind was named is kept with the flight.
  if (sources.length === 0 && vertical !== "flight") sources.push("flight");
  for (const source of sources) inherit(slots, state.slots[source], vertical);
}

function inherit(to: Slots, from: Slots, vertical: Vertical): void {
  if (from.place && !to.place) to.place = from.place;
  if (from.start && !to.start) {
    to.start = from.start;
    if (to.end === undefined && to.nights === undefined) {
      if (from.end) to.end = from.end;
      else if (from.nights !== undefined) to.nights = from.nights;
    }
  }
  if (vertical === "flight" && from.origin && !to.origin) to.origin = from.origin;
}

function applyVerticals(state: State, { intents, places, text }: Understanding): boolean {
  const { without, replace, belongs } = intents;
  // "Going from Madrid to Rome, with a rental car" is a flight as well.
  const travels =
    state.focus === undefined &&
    intents.verticals.length > 0 &&
    places.some(({ role }) => role === "from") &&
    places.some(({ role }) => role === "to") &&
    /\b(?:go|going|travel|travell?ing|trip|get)\b/.test(text);
  const verticals = travels && !intents.verticals.includes("flight") ? ["flight" as const, ...intents.verticals] : intents.verticals;
  const dropped = without.filter((vertical) => state.wanted.includes(vertical));
  for (const vertical of dropped) {
    state.wanted = state.wanted.filter((other) => other !== vertical);
    delete state.chosen[vertical];
    delete state.found[vertical];
    if (state.focus === vertical) delete state.focus;
  }
  if (dropped.length > 0 && verticals.length === 0 && state.focus === undefined && state.wanted[0]) state.focus = state.wanted[0];
  if (verticals.length === 0) return dropped.length > 0;
  if (state.goal.kind === "change" && !(state.goal.vertical && verticals.includes(state.goal.vertical))) state.goal = { kind: "trip" };
  if (state.wanted.length === 0 && state.completed.length > 0 && !belongs) {
    const again = verticals.some((vertical) => state.completed.includes(vertical)) || places.length > 1;
    if (again) {
      state.slots = { flight: {}, hotel: {}, car: {} };
      state.party = noParty();
      state.travellers = [];
      state.completed = [];
    }
  }
  const fresh = verticals.filter((vertical) => !state.wanted.includes(vertical));
  if (replace && fresh.length > 0) {
    const before = state.focus;
    for (const vertical of state.wanted.filter((other) => !verticals.includes(other))) {
      delete state.chosen[vertical];
      delete state.found[vertical];
    }
    state.wanted = before ? [before] : [];
    setFocus(state, fresh[0]!);
    state.wanted = [...verticals];
  } else if (fresh.length > 0) {
    const target = fresh[0]!;
    // Of several named at once the first comes first; the others follow when it is chosen.
    if (state.completed.includes(target)) state.slots[target] = {};
    setFocus(state, target);
    for (const vertical of fresh) if (!state.wanted.includes(vertical)) state.wanted.push(vertical);
  } else if (!verticals.includes(state.focus!)) setFocus(state, verticals[0]!);
  return true;
}

function inferVertical(state: State, { wishes, places, text }: Understanding): Vertical | undefined {
  if (state.wanted[0]) return state.wanted[0];
  if (places.length > 0 && /\b(?:get|getting)\s+to\b/.test(text)) return "flight";
  if (wishes.category !== undefined || wishes.automatic !== undefined || wishes.driverAge !== undefined) return "car";
  if (wishes.minStars !== undefined || wishes.rooms !== undefined) return "hotel";
  if (wishes.cabin !== undefined || wishes.direct !== undefined || wishes.roundTrip || wishes.oneWay) return "flight";
  const roles = new Set(places.map(({ role }) => role));
  if (places.length >= 2 || roles.has("from")) return "flight";
  return undefined;
}

/** A request that names place and day again is a new one, not a correction of the old. */
function restates(state: State, vertical: Vertical, { intents, places, dates }: Understanding): boolean {
  const slots = state.slots[vertical];
  if (!slots.place && !slots.start) return false;
  return (
    intents.search &&
    intents.verticals.includes(vertical) &&
    places.length >= (vertical === "flight" ? 2 : 1) &&
    dates.mentions.length > 0 &&
    state.found[vertical] !== undefined
  );
}

const asksOnly = (state: State, slot: "end" | "origin"): boolean => {
  if (state.asked?.kind === "day") return state.asked.slot === slot;
  if (state.asked?.kind === "place") return state.asked.slot === slot;
  return state.asked?.kind === "slots" && state.asked.slots.includes(slot) && !state.asked.slots.includes(slot === "end" ? "start" : "place");
};

// ---- places ----------------------------------------------------------------------------------------------------------

function toSlot(state: State, { candidates, guessed, said, country }: PlaceMention): PlaceSlot {
  if (country && candidates.length > 1) return { said, options: candidates, guessed, country };
  if (candidates.length === 1 && !guessed) return { place: candidates[0]! };
  // Which London it is needs to be asked only once.
  for (const { origin, place, dropOff } of Object.values(state.slots))
    for (const slot of [origin, place, dropOff])
      if (!guessed && slot && "place" in slot && candidates.some(({ code }) => code === slot.place.code)) return slot;
  return { said, options: candidates, guessed };
}

/** "Madrid to Rome, then Rome to Paris": more than there and back. */
const severalLegs = (places: readonly PlaceMention[]): boolean => {
  const goals = new Set(places.filter(({ role }) => role === "to").map(({ candidates }) => candidates[0]?.code));
  return places.length > 2 && goals.size > 1 && !goals.has(places[0]?.candidates[0]?.code);
};

function applyPlaces(state: State, slots: Slots, said: Understanding): boolean {
  let { places } = said;
  if (places.length === 0) return false;
  const set = (name: "origin" | "place" | "dropOff", mention: PlaceMention, into = slots): boolean => {
    // An unknown word does not overwrite a place that is settled.
    const settled = into[name] !== undefined && "place" in into[name];
    if (mention.guessed && mention.candidates.length === 0 && settled) return false;
    // "Barcelona, Spain" said in two messages: the country of a settled place adds nothing.
    const before = into[name];
    if (mention.country && before && "place" in before && mention.candidates.some(({ country }) => country === before.place.country)) return false;
    into[name] = toSlot(state, mention);
    return true;
  };
  const vertical = state.focus ?? "flight";
  if (vertical === "flight" && severalLegs(places)) {
    state.firstLeg = true;
    slots.roundTrip = false;
    delete slots.end;
    places = places.slice(0, 2);
  }
  if (vertical === "car") return places.map((mention, index) => set(carSlot(mention, index, places), mention)).some(Boolean);
  if (vertical === "hotel") {
    const main =
      places.find(({ role }) => role === "in") ?? places.find(({ role }) => role === "to") ?? places.find(({ role }) => role === undefined) ?? places[0]!;
    const origin = places.find((mention) => mention !== main && mention.role === "from");
    if (origin) set("origin", origin, state.slots.flight);
    return set("place", main);
  }
  return flightPlaces(state, places)
    .map(([name, mention]) => set(name, mention))
    .some(Boolean);
}

const carSlot = (mention: PlaceMention, index: number, all: readonly PlaceMention[]): "place" | "dropOff" =>
  mention.role === "dropOff" ||
  (mention.role === "to" && index > 0 && all.some((other) => other.role === "from" || other.role === "pickUp" || other.role === "in"))
    ? "dropOff"
    : "place";

function flightPlaces(state: State, places: readonly PlaceMention[]): ["origin" | "place", PlaceMention][] {
  const from = places.find(({ role }) => role === "from");
  const to = places.find(({ role }) => role === "to") ?? places.find(({ role }) => role === "in");
  const bare = places.filter((mention) => mention !== from && mention !== to);
  const made: ["origin" | "place", PlaceMention][] = [];
  if (from) made.push(["origin", from]);
  if (to) made.push([!from && to.role === "in" && asksOnly(state, "origin") ? "origin" : "place", to]);
  for (const mention of bare) {
    const taken = new Set(made.map(([name]) => name));
    if (taken.size === 2) break;
    if (taken.has("origin")) made.push(["place", mention]);
    else if (taken.has("place") || (bare.length > 1 && !taken.has("origin")) || asksOnly(state, "origin")) made.push(["origin", mention]);
    else made.push(["place", mention]);
  }
  return made;
}

function applyTimes(slots: Slots, { times }: Understanding): boolean {
  if (times.length === 0) return false;
  const end = times.find(({ role }) => role === "end") ?? times[1];
  const start = times.find((time) => time !== end && time.role !== "end");
  if (start) slots.pickUpTime = start.time;
  if (end) slots.dropOffTime = end.time;
  return true;
}

/** When the flight is to leave: "later" counts from the offer being talked of. */
function applyLeave(state: State, slots: Slots, { leave }: Understanding): boolean {
  if (!leave || state.focus !== "flight") return false;
  if (!("than" in leave)) {
    slots.leave = leave;
    return true;
  }
  const from = departureTime(state.chosen.flight?.offer ?? state.found.flight?.offers[0]);
  if (!from) return false;
  slots.leave = leave.than === "later" ? { after: addMinute(from), said: `after ${from}` } : { before: from, said: `before ${from}` };
  return true;
}

const addMinute = (time: string): string => {
  const minutes = Math.min(Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) + 1, 24 * 60 - 1);
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
};

/** A hotel "tonight" or "for Friday night" is for one night. */
function applyTonight(state: State, slots: Slots, { text, dates }: Understanding): boolean {
  if (state.focus !== "hotel" || slots.end || slots.nights !== undefined || dates.nights !== undefined) return false;
  if (!/\btonight\b|\b(?:tomorrow|\w+day|the|over)\s*night\b/.test(text)) return false;
  slots.nights = 1;
  return true;
}

const bareNumber = new RegExp(
  `^[\\s,.;!]*(?:(?:and|ok|okay|so|then|well|oh|sorry|no|yes|make|say|that|i|mean|meant|can|could|you|do|search|book|how|about|what|try|with|for|just|only|we|are|will|be|it|it's|is|there|of|us|about|nights?)[\\s,]+)*(${count})(?:[\\s,]+(?:please|of|us|in|total|thanks|and|then|instead|nights?))*[\\s.,;!?]*$`,
);

function applyBareNumber(state: State, slots: Slots, { rest, party, dates }: Understanding, today: string): boolean {
  const asked = state.asked?.kind === "slots" ? state.asked.slots : [];
  const n = toNumber(bareNumber.exec(rest)?.[1] ?? "");
  if (n === undefined || n < 1 || asked.includes("ages")) return false;
  const name = asked.find((slot) => slot === "start" || slot === "end");
  const before = name ? slots[name] : undefined;
  if (name && before && "said" in before && before.month !== undefined && n <= 31) {
    slots[name] = toDaySlot(
      { spec: { kind: "dayMonth", dayOfMonth: n, month: before.month }, said: `${n} ${longMonths[before.month - 1]}`, span: { start: 0, end: 0 } },
      today,
    ).slot;
    return true;
  }
  // The first of what was asked is answered first.
  if (asked.includes("end") && !asked.includes("start") && dates.nights === undefined && state.focus !== "flight" && n <= 60) {
    slots.nights = n;
    delete slots.end;
    return true;
  }
  if (asked.includes("party") && !party && n <= 30) {
    state.party = { ages: [], agesMissing: 0, adults: n };
    return true;
  }
  return false;
}

// ---- wishes ----------------------------------------------------------------------------------------------------------

function applyWishes(state: State, { wishes, budget, dates }: Understanding): boolean {
  const { flight, hotel, car } = state.slots;
  const slots = state.slots[state.focus ?? "flight"];
  if (wishes.cabin !== undefined) flight.cabin = wishes.cabin;
  if (wishes.direct !== undefined) flight.direct = wishes.direct;
  if (wishes.minStars !== undefined) hotel.minStars = wishes.minStars;
  if (wishes.refundable !== undefined) (state.focus === "flight" ? flight : hotel).refundable = wishes.refundable;
  if (wishes.rooms !== undefined) hotel.rooms = wishes.rooms;
  if (wishes.category !== undefined) car.category = wishes.category;
  if (wishes.automatic !== undefined) car.automatic = wishes.automatic;
  if (wishes.driverAge !== undefined) car.driverAge = wishes.driverAge;
  if (wishes.roundTrip) flight.roundTrip = true;
  if (wishes.oneWay) {
    flight.roundTrip = false;
    if (state.focus === "flight" && !dates.mentions.some(({ role }) => role === "end")) {
      delete flight.end;
      delete flight.nights;
    }
  }
  if (wishes.dropBudget) delete slots.budget;
  if (budget) slots.budget = { amount: budget.amount, per: budget.per, ...(budget.currency ? { currency: budget.currency } : {}) };
  const shown = state.focus ? state.found[state.focus]?.offers : undefined;
  if (wishes.cheaper && shown?.length && !budget) {
    const lowest = [...shown].sort((a, b) => Number(a.price.amount) - Number(b.price.amount))[0]!;
    const below = justBelow(lowest.price);
    if (below) slots.below = below;
  }
  if (wishes.moreOffers && shown?.length) slots.limit = 20;
  return budget !== undefined || wishes.spans.length > 0;
}
