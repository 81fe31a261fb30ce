import { decideExisting } from "./existing.ts";
import type { Vertical } from "./intents.ts";
import type { Move, Surroundings } from "./move.ts";
import { forWhom, isComplete, missingData, needsTravellers, nextToChoose } from "./party.ts";
import type { ErrorReading, OfferReading } from "./readings.ts";
import * as say from "./replies.ts";
import { endDay, missingSlots, searchArgs, searchTool, startOf } from "./searching.ts";
import { forgetTrip, type Happening, inProgress, type Question, type Relaxable, type SlotName, type State } from "./state.ts";
import { setFocus } from "./trip.ts";

/** More calls than this for one message means going round in circles. */
const mostCallsInTurn = 6;

/** What to do about the last thing that happened. May settle things in `state`; asked with the same state it decides the same. */
export function decide(state: State, around: Surroundings): Move {
  const { last } = state;
  if (state.callsInTurn >= mostCallsInTurn && last.kind !== "outcome" && last.kind !== "pending")
    return {
      text: say.failureReply(
        "LOOP_LIMIT",
        "I could not finish this in one go; please tell me once more what you need",
        around.tools.has("hand_over_to_person"),
      ),
      asked: null,
    };
  switch (last.kind) {
    case "heard":
      return answer(state, last, around);
    case "found":
      return decideFound(state, last);
    case "pending":
      return { text: say.pendingReply(last.pending), asked: { kind: "confirm" } };
    case "outcome":
      return { text: say.outcomeReply(last.outcome), asked: null };
    case "history":
      return decideExisting(state, around) ?? continueTrip(state, around);
    case "handed":
      return { text: "Of course. I have passed the conversation on, and a colleague takes over from here. Please stay in this chat.", asked: null };
    case "failed":
      return decideFailed(state, last, around);
    case "other":
      return { text: "Done. Is there anything else I can do for your trip?", asked: null };
    case "nothing":
      return { text: say.greeting(around.agencyName), asked: null };
  }
}

function answer(state: State, heard: Extract<Happening, { kind: "heard" }>, around: Surroundings): Move {
  const canHandOver = around.tools.has("hand_over_to_person");
  switch (heard.act) {
    case "trip":
      return needsTravellers(state) ? continueBooking(state, around) : continueTrip(state, around);
    case "choose":
      return decideChoice(state, heard, around);
    case "data":
      return continueBooking(state, around);
    case "ahead":
      return { text: `Thank you, noted.${reminder(state, " ")}` };
    case "book":
      return inProgress(state) ? continueTripOrBooking(state, around) : { text: nothingOpen, asked: null };
    case "cancel":
    case "change":
    case "status":
      return decideExisting(state, around) ?? continueTrip(state, around);
    case "details":
      return { text: say.details(heard.offer!), asked: { kind: "choice", vertical: state.focus ?? "flight" } };
    case "person":
      if (!canHandOver) return { text: "I am sorry, I cannot transfer you from this chat. Please contact the agency directly and a colleague will help you." };
      return { call: { name: "hand_over_to_person", arguments: { reason: heard.said.raw.trim().slice(0, 300) || "the customer asked for a person" } } };
    case "yes":
      return decideYes(state, around);
    case "no":
      return decideNo(state);
    case "declined":
      return { text: "All right, nothing was done. What would you like to change?", asked: { kind: "alter" } };
    case "kept":
      return { text: "All right, your booking stays as it is. Is there anything else I can do for you?", asked: null };
    case "abandoned":
      return { text: "No problem, I have dropped it; nothing was booked. What else can I do for you?", asked: null };
    case "restart":
      return { text: `Let us start afresh. ${say.askVertical(undefined)}`, asked: { kind: "vertical" } };
    case "card":
      return { text: `${say.cardWarning}${reminder(state, " ")}` };
    case "scope":
      return { text: `${say.outOfScope}${reminder(state, " ")}` };
    case "advice":
      return { text: `${say.adviceRefused(canHandOver)}${reminder(state, " ")}` };
    case "greeting":
      return { text: inProgress(state) ? `Hello again!${reminder(state, " ")}` : say.greeting(around.agencyName) };
    case "thanks":
      return { text: `You are welcome!${reminder(state, " ") || " Is there anything else I can do for you?"}` };
    case "bye":
      return { text: "Thank you, and have a good trip!" };
    case "help":
      return { text: `${say.help(around.agencyName)}${reminder(state, "\n")}` };
    case "unclear":
      return { text: reminder(state, "") ? `I am sorry, I did not quite understand.${reminder(state, " ")}` : say.unclear };
  }
}

const nothingOpen = "There is nothing waiting to be confirmed at the moment. Tell me which flight, hotel or car you need and I will look for it.";

/** The open question once more, in a few words. */
function reminder(state: State, before: string): string {
  const { asked } = state;
  if (!asked) return "";
  switch (asked.kind) {
    case "vertical":
      return `${before}${say.askVertical(undefined)}`;
    case "slots": {
      const open = doubt(state, state.focus ?? "flight");
      if (open && "text" in open) return `${before}${open.text}`;
      const missing = missingSlots(state, state.focus ?? "flight");
      return missing.length > 0 ? `${before}${say.askSlots(state.focus ?? "flight", missing, state.slots[state.focus ?? "flight"], state.party)}` : "";
    }
    case "place": {
      const slot = state.slots[asked.vertical][asked.slot];
      return slot && "said" in slot ? `${before}${say.askPlace(slot)}` : "";
    }
    case "day": {
      const slot = state.slots[asked.vertical][asked.slot];
      return slot && "said" in slot ? `${before}${say.askDay(slot, asked.slot)}` : "";
    }
    case "choice":
      return `${before}Answer with the number of the ${say.noun(asked.vertical)} you would like, or tell me what to change.`;
    case "travellers":
      return `${before}${travellerQuestion(state)}`;
    case "confirm":
      return state.pending ? `${before}Answer "yes" to confirm what was shown, or tell me what to change.` : "";
    case "booking":
      return `${before}Please answer with the number or the reference of the booking: ${asked.references.join(", ")}.`;
    case "item":
      return `${before}Please tell me which part: ${asked.verticals.map(say.noun).join(" or ")}.`;
    case "relax":
    case "alter":
      return `${before}Tell me what you would like to change.`;
  }
}

// ---- searching -----------------------------------------------------------------------------------------------------------

function continueTripOrBooking(state: State, around: Surroundings): Move {
  if (state.pending) return { text: 'Answer with a plain "yes" to confirm what was shown, or tell me what to change.', asked: { kind: "confirm" } };
  if (needsTravellers(state)) return continueBooking(state, around);
  const open = nextToChoose(state);
  if (open && state.found[open]) return { text: `Which ${say.noun(open)} shall I book? Answer with its number.`, asked: { kind: "choice", vertical: open } };
  return continueTrip(state, around);
}

/** Asks for what is missing, else searches. */
export function continueTrip(state: State, around: Surroundings): Move {
  const vertical = state.focus;
  if (!vertical) {
    const place = state.slots.flight.place;
    return { text: say.askVertical(place && "place" in place ? place.place : undefined), asked: { kind: "vertical" } };
  }
  return doubt(state, vertical) ?? gap(state, vertical) ?? search(state, vertical, around);
}

function doubt(state: State, vertical: Vertical): Move | undefined {
  const slots = state.slots[vertical];
  for (const name of ["origin", "place", "dropOff"] as const) {
    const slot = slots[name];
    if (slot && "said" in slot && (name !== "origin" || vertical === "flight") && (name !== "dropOff" || vertical === "car")) {
      const text = say.askPlace(slot);
      return { text, asked: slot.options.length > 0 ? { kind: "place", slot: name, vertical, options: slot.options } : { kind: "slots", slots: [name] } };
    }
  }
  for (const name of ["start", "end"] as const) {
    const slot = slots[name];
    if (slot && "said" in slot)
      return {
        text: say.askDay(slot, name),
        asked: slot.options.length > 0 ? { kind: "day", slot: name, vertical, options: slot.options } : { kind: "slots", slots: [name] },
      };
  }
  return undefined;
}

function gap(state: State, vertical: Vertical): Move | undefined {
  const slots = state.slots[vertical];
  const ask = (text: string, names: SlotName[]): Move => ({ text, asked: { kind: "slots", slots: names } });
  const start = startOf(slots);
  const end = endDay(slots);
  if (start && end && (vertical === "flight" ? end < start : end <= start)) {
    delete slots.end;
    return ask(say.endBeforeStart(start, end), ["end"]);
  }
  if (
    vertical === "flight" &&
    slots.origin &&
    slots.place &&
    "place" in slots.origin &&
    "place" in slots.place &&
    slots.origin.place.code === slots.place.place.code
  ) {
    const { place } = slots.place;
    delete slots.place;
    return ask(say.sameEnds(place), ["place"]);
  }
  const missing = missingSlots(state, vertical);
  if (missing.length > 0) return ask(say.askSlots(vertical, missing, slots, state.party), missing);
  const adults = state.party.adults ?? 1;
  const people = adults + state.party.ages.length;
  if (vertical !== "car" && people > 9) return ask(say.tooLarge(people), ["party"]);
  return undefined;
}

function search(state: State, vertical: Vertical, around: Surroundings): Move {
  const name = searchTool[vertical];
  if (!around.tools.has(name))
    return {
      text: `I am sorry, I cannot search for a ${say.noun(vertical)} in this chat.${around.tools.has("hand_over_to_person") ? ' A colleague can: just say "talk to a person".' : ""}`,
      asked: null,
    };
  const currency = state.found[vertical]?.offers[0]?.price.currency ?? around.currency;
  return { call: { name, arguments: searchArgs(state, vertical, currency) } };
}

function decideFound(state: State, { search: result, args }: Extract<Happening, { kind: "found" }>): Move {
  const { vertical, offers } = result;
  const slots = state.slots[vertical];
  const cheaper = slots.below !== undefined;
  delete slots.below;
  delete slots.limit;
  state.focus = vertical;
  if (!state.wanted.includes(vertical)) state.wanted.push(vertical);
  const prefix = state.repair ? say.repairNote(state.repair.code) : "";
  delete state.repair;
  if (offers.length === 0) {
    const before = state.found[vertical]?.offers;
    if (cheaper && before) {
      const cheapest = [...before].sort((a, b) => Number(a.price.amount) - Number(b.price.amount))[0];
      return { text: say.nothingCheaper(cheapest), asked: { kind: "choice", vertical } };
    }
    delete state.found[vertical];
    const relax = relaxable(state, vertical);
    return {
      text: prefix + say.noOffers(result, args, slots, state.party, relax),
      asked: relax ? { kind: "relax", drop: relax } : { kind: "slots", slots: ["start"] },
    };
  }
  const sandboxFirst = !state.sandboxTold && offers.some(({ sandbox }) => sandbox);
  if (sandboxFirst) state.sandboxTold = true;
  const changing = state.goal.kind === "change" ? state.goal.reference : undefined;
  const text = say.offersReply({
    search: result,
    args,
    slots,
    party: state.party,
    sandboxFirst,
    chosen: Object.values(state.chosen).map(({ offer }) => offer),
    ...(changing ? { changing } : {}),
  });
  return { text: prefix + text, asked: { kind: "choice", vertical } };
}

function relaxable(state: State, vertical: Vertical): Relaxable | undefined {
  const slots = state.slots[vertical];
  if (slots.budget) return "budget";
  if (vertical === "flight") return slots.direct ? "direct" : slots.cabin && slots.cabin !== "ECONOMY" ? "cabin" : undefined;
  if (vertical === "hotel") return slots.minStars ? "minStars" : slots.refundable ? "refundable" : undefined;
  return slots.category ? "category" : slots.automatic ? "automatic" : undefined;
}

// ---- choosing and booking --------------------------------------------------------------------------------------------------

function decideChoice(state: State, heard: Extract<Happening, { kind: "heard" }>, around: Surroundings): Move {
  const vertical = state.asked?.kind === "choice" ? state.asked.vertical : (state.focus ?? "flight");
  const choice: Question = { kind: "choice", vertical };
  if (heard.several) return { text: say.severalFit(heard.several), asked: choice };
  if (heard.outOfRange !== undefined) return { text: say.outOfRange(heard.outOfRange, state.found[vertical]?.offers ?? []), asked: choice };
  const offer = heard.offer!;
  if (state.goal.kind === "change" && state.goal.reference) {
    if (!around.tools.has("modify_booking")) return { text: "I am sorry, I cannot change bookings in this chat." };
    return { call: { name: "modify_booking", arguments: { bookingReference: state.goal.reference, newOfferId: offer.offerId } } };
  }
  const next = nextToChoose(state);
  if (next === undefined) return continueBooking(state, around, offer);
  const seen = state.found[next];
  if (seen) {
    state.focus = next;
    return {
      text: `${say.chosenNote(offer)} Which ${say.noun(next)} would you like with it? Answer with its number, or say "no ${next}".`,
      asked: { kind: "choice", vertical: next },
    };
  }
  setFocus(state, next);
  const move = continueTrip(state, around);
  return "call" in move ? move : { ...move, text: `${say.chosenNote(offer)} ${move.text}` };
}

function travellerQuestion(state: State): string {
  const carOnly = state.wanted.length === 1 && state.wanted[0] === "car";
  return say.askTravellers(missingData(state), state.travellers.length, carOnly);
}

function continueBooking(state: State, around: Surroundings, offer?: OfferReading): Move {
  if (!needsTravellers(state)) return continueTrip(state, around);
  const missing = missingData(state);
  if (!isComplete(missing)) {
    const notes = [
      offer ? say.chosenNote(offer) : "",
      state.unclearBirth && missing.births.length > 0 ? say.unclearBirthNote(state.unclearBirth) : "",
      state.localPhone && state.phone === undefined ? say.localPhoneNote : "",
      travellerQuestion(state) + (offer && state.wanted.length === 1 ? say.addMore(state.wanted[0]!) : ""),
    ];
    return { text: notes.filter(Boolean).join(" "), asked: { kind: "travellers" } };
  }
  if (!around.tools.has("create_booking")) return { text: "I am sorry, I cannot book in this chat. A colleague can take it from here.", asked: null };
  const whom = forWhom(state)!;
  const travellers = state.travellers
    .map(({ givenName, familyName, bornOn }) => ({ givenName, familyName, ...(bornOn ? { bornOn } : {}) }))
    .slice(0, whom.adults + whom.ages.length);
  const contact = { email: state.email!, ...(state.phone ? { phone: state.phone } : {}) };
  return {
    call: { name: "create_booking", arguments: { offerIds: state.wanted.map((vertical) => state.chosen[vertical]!.offer.offerId), travellers, contact } },
  };
}

// ---- yes and no ------------------------------------------------------------------------------------------------------------

function decideYes(state: State, around: Surroundings): Move {
  const { asked, pending } = state;
  if (pending) {
    if (pending.kind === "approval") return { text: "Thank you. A colleague still has to approve it; you will hear from us as soon as it is decided." };
    const expired = Date.parse(pending.expiresAt) <= around.now;
    if (!expired)
      return { text: 'To be sure: please answer with a plain "yes" to confirm exactly what was shown, or tell me what to change.', asked: { kind: "confirm" } };
    delete state.pending;
    state.chosen = {};
    if (inProgress(state) && state.focus) {
      state.repair = { code: "OFFER_EXPIRED", title: pending.title };
      return continueTrip(state, around);
    }
    return { text: "The confirmation has expired, so nothing was done. Tell me what you would like, and I will prepare it again.", asked: null };
  }
  switch (asked?.kind) {
    case "relax": {
      const slots = state.slots[state.focus ?? "flight"];
      delete slots[asked.drop];
      return continueTrip(state, around);
    }
    case "choice": {
      const offers = state.found[asked.vertical]?.offers ?? [];
      return {
        text:
          offers.length > 1
            ? `Which one shall it be? Answer with a number from ${offers[0]!.number} to ${offers.at(-1)!.number}.`
            : "Answer with its number to take it.",
        asked,
      };
    }
    case "alter":
    case "confirm":
      return needsTravellers(state) ? continueBooking(state, around) : { text: nothingOpen, asked: null };
    case undefined:
      return inProgress(state) ? continueTripOrBooking(state, around) : { text: nothingOpen, asked: null };
    default:
      return { text: reminder(state, "").trim() || nothingOpen };
  }
}

function decideNo(state: State): Move {
  const { asked } = state;
  if (asked?.kind === "relax") return { text: "All right. Would other dates or another place work for you?", asked: { kind: "slots", slots: ["start"] } };
  if (asked?.kind === "day") {
    delete state.slots[asked.vertical][asked.slot];
    return { text: "Which date do you mean then?", asked: { kind: "slots", slots: [asked.slot] } };
  }
  if (!inProgress(state)) {
    state.goal = { kind: "trip" };
    return { text: "All right. If you need anything for a trip, I am here.", asked: null };
  }
  return { text: "All right. What would you like to change: dates, place, number of travellers, or the price?", asked: asked ?? { kind: "alter" } };
}

// ---- failures ----------------------------------------------------------------------------------------------------------------

const goneOffer = new Set(["OFFER_EXPIRED", "OFFER_NOT_FOUND", "PRICE_CHANGED", "SOLD_OUT"]);

function decideFailed(state: State, { tool, args, error }: Extract<Happening, { kind: "failed" }>, around: Surroundings): Move {
  const canHandOver = around.tools.has("hand_over_to_person");
  if (goneOffer.has(error.code) && (tool === "create_booking" || tool === "modify_booking")) {
    const again = searchAgain(state, args, error);
    if (again && around.tools.has(searchTool[again.vertical])) return { call: { name: searchTool[again.vertical], arguments: again.args } };
  }
  if (tool === "cancel_booking" || tool === "modify_booking") {
    const reference = typeof args.bookingReference === "string" ? args.bookingReference : undefined;
    forgetTrip(state);
    if (error.code === "NOT_FOUND" || error.code === "SCOPE_VIOLATION") return { text: say.noSuchBooking(reference), asked: null };
  }
  if (error.code === "OUTCOME_UNKNOWN" && tool === "create_booking") forgetTrip(state);
  if (tool === "hand_over_to_person")
    return { text: "I am sorry, I could not reach a colleague just now. Please contact the agency directly, or try again in a moment.", asked: null };
  return { text: say.failureReply(error.code, error.message, canHandOver), asked: inProgress(state) ? { kind: "alter" } : null };
}

/** The search an offer came from, run once more because the offer is gone. */
function searchAgain(state: State, args: Record<string, unknown>, error: ErrorReading): { vertical: Vertical; args: Record<string, unknown> } | undefined {
  const ids = [error.offerId, ...(Array.isArray(args.offerIds) ? args.offerIds : []), args.newOfferId].filter((id) => typeof id === "string");
  const id = ids.find((one) => state.searches.has(one));
  const origin = id === undefined ? undefined : state.searches.get(id);
  if (!origin) return undefined;
  const title = state.chosen[origin.vertical]?.offer.title ?? "";
  delete state.chosen[origin.vertical];
  state.repair = { code: error.code, title };
  state.focus = origin.vertical;
  return origin;
}
