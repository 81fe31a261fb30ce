import { askVertical } from "./ask.ts";
import { continueBooking, continueTripOrBooking, decideChoice } from "./continue-booking.ts";
import { continueTrip, decideFound } from "./continue-trip.ts";
import { decideExisting } from "./existing.ts";
import { handedOff, handOffFailed } from "./hand-off.ts";
import type { Vertical } from "./intents.ts";
import type { Move, Surroundings } from "./move.ts";
import { details } from "./offer-replies.ts";
import { needsTravellers } from "./party.ts";
import type { ErrorReading } from "./readings.ts";
import { reminder } from "./reminder.ts";
import * as say from "./replies.ts";
import { claimAsked, decideReturning } from "./returning.ts";
import { searchTool } from "./searching.ts";
import { forgetTrip, type Happening, inProgress, type State } from "./state.ts";

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
    case "claimed":
      return claimAsked(state);
    case "handed-off":
      return handedOff;
    case "taken-up":
      return takeUp(state, around);
    case "decided":
      return decideDenied(state);
    case "failed":
      return decideFailed(state, last, around);
    case "other":
      return { text: "Done. Is there anything else I can do for your trip?", asked: null };
    case "nothing":
      return { text: say.greeting(around.agencyName), asked: null };
  }
}

/** What another agent began. */
function takeUp(state: State, around: Surroundings): Move {
  if (state.goal.kind !== "trip") return decideExisting(state, around) ?? continueTrip(state, around);
  return inProgress(state) ? continueTripOrBooking(state, around) : { text: say.ability };
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
      return { text: details(heard.offer!), asked: { kind: "choice", vertical: state.focus ?? "flight" } };
    case "person":
      return handOver(state, around);
    case "returning":
      return decideReturning(state, heard.said, around);
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
      return { text: `Let us start afresh. ${askVertical(undefined)}`, asked: { kind: "vertical" } };
    case "card":
      return { text: `${say.cardWarning}${reminder(state, " ")}` };
    case "emergency":
      return { text: say.emergency };
    case "mail":
      return { text: `${say.noMail}${reminder(state, " ")}` };
    case "terms":
      return { text: `${state.pending!.lines.join("\n")}\n${say.pendingReply(state.pending!)}`.trim(), asked: { kind: "confirm" } };
    case "language":
      return { text: `${say.englishOnly}${reminder(state, " ")}` };
    case "upset":
      return canHandOver
        ? { text: say.sorry, asked: { kind: "person" } }
        : { text: "I am sorry about that. Tell me what went wrong and I will do what I can." };
    case "scope":
      return { text: `${say.outOfScope}${reminder(state, " ")}` };
    case "advice":
      return reminder(state, "") || !canHandOver
        ? { text: `${say.adviceRefused(canHandOver)}${reminder(state, " ")}` }
        : { text: say.adviceRefused(canHandOver), asked: { kind: "person" } };
    case "greeting":
      return { text: inProgress(state) ? `Hello again!${reminder(state, " ")}` : say.greeting(around.agencyName) };
    case "thanks":
      return { text: `You are welcome!${reminder(state, " ") || " Is there anything else I can do for you?"}` };
    case "bye":
      return { text: "Thank you, and have a good trip!" };
    case "help":
      return { text: `${say.help(around.agencyName)}${reminder(state, "\n")}` };
    case "unclear":
      if (state.pending) return { text: `I am sorry, I did not quite understand. ${say.pendingReply(state.pending)}` };
      return { text: reminder(state, "") ? `I am sorry, I did not quite understand.${reminder(state, " ")}` : say.unclear };
  }
}

const nothingOpen = "There is nothing waiting to be confirmed at the moment. Tell me which flight, hotel or car you need and I will look for it.";

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
    case "person":
      return handOver(state, around);
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

function handOver(state: State, around: Surroundings): Move {
  const said = state.last.kind === "heard" ? state.last.said.raw.trim().slice(0, 300) : "";
  return around.tools.has("hand_over_to_person")
    ? { call: { name: "hand_over_to_person", arguments: { reason: said || "the customer asked for a person" } } }
    : { text: "I am sorry, I cannot transfer you from this chat. Please contact the agency directly and a colleague will help you." };
}

function decideDenied(state: State): Move {
  if (!state.pending) return { text: reminder(state, "").trim() || say.ability };
  delete state.pending;
  return {
    text: "I am sorry, my colleague did not approve it, so nothing was done. Tell me what to change and I will prepare it again.",
    asked: { kind: "alter" },
  };
}

function decideNo(state: State): Move {
  const { asked } = state;
  if (asked?.kind === "person") return { text: `All right. What can I do for you?${reminder(state, " ")}`, asked: null };
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
  if (tool === "hand_off_to_agent") return { text: handOffFailed, asked: null };
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
