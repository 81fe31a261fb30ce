import { daysBetween } from "./calendar.ts";
import type { Gazetteer, Place } from "./gazetteer.ts";
import { elsewhere } from "./hand-off.ts";
import type { Vertical } from "./intents.ts";
import type { Move, Surroundings } from "./move.ts";
import { readPlaces } from "./places.ts";
import type { BookingReading } from "./readings.ts";
import * as say from "./replies.ts";
import { forgetTrip, type Goal, isActive, noParty, type Searched, type Slots, type State } from "./state.ts";
import { composed, normalise } from "./text.ts";
import { setFocus } from "./trip.ts";
import { applyDates } from "./trip-days.ts";

/** Cancelling, changing and telling about bookings. Undefined once everything for a new search is known. */
export function decideExisting(state: State, around: Surroundings): Move | undefined {
  const { goal } = state;
  switch (goal.kind) {
    case "status":
      return decideStatus(state, around);
    case "cancel":
      return decideCancel(state, goal, around);
    case "change":
      return decideChange(state, goal, around);
    case "trip":
      return undefined;
  }
}

const history: Move = { call: { name: "get_booking_history", arguments: {} } };
const canLook = (state: State, { tools }: Surroundings): boolean => tools.has("get_booking_history") && !state.historyInTurn;

function decideStatus(state: State, around: Surroundings): Move {
  if (canLook(state, around)) return history;
  const said = state.last.kind === "heard" ? state.last.said.ids.reference : undefined;
  state.goal = { kind: "trip" };
  if (!state.historyInTurn && state.bookings.length === 0) return { text: "I am sorry, I cannot look up bookings in this chat." };
  return { text: say.statusReply(said ? state.bookings.filter(({ reference }) => reference === said) : state.bookings) };
}

/** Which booking is meant: the one named, the only one, or a question. */
function find(state: State, goal: Extract<Goal, { kind: "cancel" | "change" }>, around: Surroundings): { booking: BookingReading } | Move {
  const { reference, vertical } = goal;
  const named = reference === undefined ? undefined : state.bookings.find((booking) => booking.reference === reference);
  if (named) return { booking: named };
  const active = state.bookings.filter(isActive);
  if ((reference !== undefined || active.length === 0 || !state.historyInTurn) && canLook(state, around) && !(reference === undefined && active.length === 1))
    return history;
  if (reference !== undefined || active.length === 0) {
    forgetTrip(state);
    return { text: say.noSuchBooking(reference), asked: null };
  }
  const fitting = vertical ? active.filter(({ items }) => items.some(({ kind }) => kind === vertical)) : active;
  const candidates = fitting.length > 0 ? fitting : active;
  if (candidates.length === 1) {
    goal.reference = candidates[0]!.reference;
    return { booking: candidates[0]! };
  }
  return { text: say.askBooking(candidates, goal.kind), asked: { kind: "booking", references: candidates.map((booking) => booking.reference) } };
}

function decideCancel(state: State, goal: Extract<Goal, { kind: "cancel" }>, around: Surroundings): Move {
  // A reference that was typed is checked by the tool; looking it up first would only cost time.
  if (!around.tools.has("cancel_booking"))
    return elsewhere("cancel_booking", around, state, { text: "I am sorry, I cannot cancel bookings in this chat. A colleague can help you." });
  const found = goal.reference && !state.bookings.some(({ reference }) => reference === goal.reference) ? undefined : find(state, goal, around);
  if (found && !("booking" in found)) return found;
  if (found) {
    const kinds = new Set(found.booking.items.map(({ kind }) => kind));
    if (goal.vertical && !goal.whole && kinds.size > 1) return { text: say.wholeOnly(found.booking), asked: null };
    if (!isActive(found.booking)) {
      state.goal = { kind: "trip" };
      return { text: say.statusReply([found.booking]), asked: null };
    }
  }
  return { call: { name: "cancel_booking", arguments: { bookingReference: found?.booking.reference ?? goal.reference! } } };
}

function decideChange(state: State, goal: Extract<Goal, { kind: "change" }>, around: Surroundings): Move | undefined {
  if (!around.tools.has("modify_booking"))
    return elsewhere("modify_booking", around, state, { text: "I am sorry, I cannot change bookings in this chat. A colleague can help you." });
  const found = find(state, goal, around);
  if (!("booking" in found)) return found;
  const { booking } = found;
  const kinds = [...new Set(booking.items.map(({ kind }) => kind))];
  const vertical = goal.vertical && kinds.includes(goal.vertical) ? goal.vertical : kinds.length === 1 ? kinds[0] : undefined;
  if (!vertical)
    return kinds.length === 0
      ? { text: say.noSuchBooking(booking.reference), asked: null }
      : { text: say.askItem(booking.reference, kinds), asked: { kind: "item", verticals: kinds } };
  goal.reference = booking.reference;
  goal.vertical = vertical;
  if (goal.ready) return undefined;
  goal.ready = true;
  fillFromBooking(state, booking, vertical, around.gazetteer);
  setFocus(state, vertical);
  const slots = state.slots[vertical];
  const { dates, wishes, leave } = goal.wish;
  if (wishes.cabin) slots.cabin = wishes.cabin;
  if (vertical === "flight" && leave && !("than" in leave)) slots.leave = leave;
  // "Move the pick-up to the 4th" leaves the return where it is.
  const oneEnd = /\b(?:pick[\s-]*up|check[\s-]*in|outbound)\b/.test(goal.wish.text);
  const endOnly = dates.mentions.length > 0 && dates.mentions.every(({ role }) => role === "end");
  if (applyDates(slots, dates, around.today, { focus: vertical, endOnly, keepLength: !oneEnd }) || wishes.cabin) return undefined;
  return { text: say.askNewDate(booking.reference, vertical), asked: { kind: "slots", slots: ["start"] } };
}

/** The request a booking came from: as it was searched in this conversation, else as far as the booking tells. */
function fillFromBooking(state: State, booking: BookingReading, vertical: Vertical, gazetteer: Gazetteer): void {
  const searched = state.bookedFrom.get(booking.reference)?.find((one) => one.vertical === vertical);
  const item = booking.items.find(({ kind }) => kind === vertical)!;
  state.slots[vertical] = searched ? fromSearch(searched, gazetteer) : fromItem(item, vertical, gazetteer);
  const adults = searched?.args.adults;
  const ages = searched?.args.childrenAges;
  state.party = {
    ...noParty(),
    adults: typeof adults === "number" ? adults : Math.max(1, booking.travellers),
    ages: Array.isArray(ages) ? ages.filter((age) => typeof age === "number") : [],
  };
}

function placeOf(code: unknown, gazetteer: Gazetteer): { place: Place } | undefined {
  if (typeof code !== "string") return undefined;
  const place = gazetteer.find(code.toLowerCase()).find((one) => one.code === code || one.airports.includes(code));
  return place ? { place: { ...place, code } } : undefined;
}

const dayPart = (value: unknown): string | undefined => (typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value) ? value.slice(0, 10) : undefined);
const timePart = (value: unknown): string | undefined => (typeof value === "string" ? /T(\d{2}:\d{2})/.exec(value)?.[1] : undefined);

function fromSearch({ args }: Searched, gazetteer: Gazetteer): Slots {
  const origin = placeOf(args.origin, gazetteer);
  const place = placeOf(args.destination ?? args.place ?? args.pickUp, gazetteer);
  const dropOff = placeOf(args.dropOff, gazetteer);
  const start = dayPart(args.departureDate ?? args.checkIn ?? args.pickUpAt);
  const end = dayPart(args.returnDate ?? args.checkOut ?? args.dropOffAt);
  const pickUpTime = timePart(args.pickUpAt);
  const dropOffTime = timePart(args.dropOffAt);
  const { cabin, directOnly, minStars, rooms, category, automaticOnly, driverAge, refundableOnly } = args as Record<string, never>;
  return {
    ...(origin ? { origin } : {}),
    ...(place ? { place } : {}),
    ...(dropOff ? { dropOff } : {}),
    ...(start ? { start: { day: start } } : {}),
    ...(end ? { end: { day: end } } : {}),
    ...(pickUpTime ? { pickUpTime } : {}),
    ...(dropOffTime ? { dropOffTime } : {}),
    ...(cabin ? { cabin } : {}),
    ...(directOnly ? { direct: true } : {}),
    ...(minStars ? { minStars } : {}),
    ...(rooms ? { rooms } : {}),
    ...(category ? { category } : {}),
    ...(automaticOnly ? { automatic: true } : {}),
    ...(driverAge ? { driverAge } : {}),
    ...(refundableOnly ? { refundable: true } : {}),
  };
}

function fromItem(item: BookingReading["items"][number], vertical: Vertical, gazetteer: Gazetteer): Slots {
  const codes = [...item.summary.matchAll(/\b[A-Z]{3}\b/g)].flatMap(([code]) => placeOf(code, gazetteer) ?? []);
  const raw = composed(item.summary);
  const named =
    codes.length > 0
      ? codes
      : readPlaces(normalise(raw), raw, gazetteer).flatMap(({ candidates, guessed }) =>
          candidates.length === 1 && !guessed ? [{ place: candidates[0]! }] : [],
        );
  const start = dayPart(item.start);
  const end = dayPart(item.end);
  const [first, second] = named;
  // A flight that ends days later is there and back.
  const stays = start && end && (vertical !== "flight" || daysBetween(start, end) >= 2);
  return {
    ...(vertical === "flight" ? { ...(first ? { origin: first } : {}), ...(second ? { place: second } : {}) } : first ? { place: first } : {}),
    ...(start ? { start: { day: start } } : {}),
    ...(stays ? { end: { day: end } } : {}),
    ...(vertical === "car"
      ? { ...(timePart(item.start) ? { pickUpTime: timePart(item.start)! } : {}), ...(timePart(item.end) ? { dropOffTime: timePart(item.end)! } : {}) }
      : {}),
  };
}
