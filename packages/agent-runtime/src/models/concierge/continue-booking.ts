import { continueTrip } from "./continue-trip.ts";
import { elsewhere } from "./hand-off.ts";
import type { Move, Surroundings } from "./move.ts";
import { outOfRange, severalFit } from "./offer-replies.ts";
import { forWhom, isComplete, missingData, needsTravellers, nextToChoose } from "./party.ts";
import type { OfferReading } from "./readings.ts";
import * as say from "./replies.ts";
import type { Happening, Question, State } from "./state.ts";
import { setFocus } from "./trip.ts";
import { noun } from "./wording.ts";

/** The next step of whatever is open. */
export function continueTripOrBooking(state: State, around: Surroundings): Move {
  if (state.pending) return { text: 'Answer with a plain "yes" to confirm what was shown, or tell me what to change.', asked: { kind: "confirm" } };
  if (needsTravellers(state)) return continueBooking(state, around);
  const open = nextToChoose(state);
  if (open && state.found[open]) return { text: `Which ${noun(open)} shall I book? Answer with its number.`, asked: { kind: "choice", vertical: open } };
  return continueTrip(state, around);
}

/** After a choice: the next kind of travel, or the travellers. */
export function decideChoice(state: State, heard: Extract<Happening, { kind: "heard" }>, around: Surroundings): Move {
  const vertical = state.asked?.kind === "choice" ? state.asked.vertical : (state.focus ?? "flight");
  const choice: Question = { kind: "choice", vertical };
  if (heard.several) return { text: severalFit(heard.several), asked: choice };
  if (heard.outOfRange !== undefined) return { text: outOfRange(heard.outOfRange, state.found[vertical]?.offers ?? []), asked: choice };
  const offer = heard.offer!;
  if (state.goal.kind === "change" && state.goal.reference) {
    if (!around.tools.has("modify_booking")) return elsewhere("modify_booking", around, state, { text: "I am sorry, I cannot change bookings in this chat." });
    return { call: { name: "modify_booking", arguments: { bookingReference: state.goal.reference, newOfferId: offer.offerId } } };
  }
  const next = nextToChoose(state);
  if (next === undefined) return continueBooking(state, around, offer);
  const seen = state.found[next];
  if (seen) {
    state.focus = next;
    return {
      text: `${say.chosenNote(offer)} Which ${noun(next)} would you like with it? Answer with its number, or say "no ${next}".`,
      asked: { kind: "choice", vertical: next },
    };
  }
  setFocus(state, next);
  const move = continueTrip(state, around);
  return "call" in move ? move : { ...move, text: `${say.chosenNote(offer)} ${move.text}` };
}

/** What is still missing for a booking, as a question. */
export function travellerQuestion(state: State): string {
  const carOnly = state.wanted.length === 1 && state.wanted[0] === "car";
  return say.askTravellers(missingData(state), state.travellers.length, carOnly);
}

/** Asks for what a booking lacks, else prepares it. */
export function continueBooking(state: State, around: Surroundings, offer?: OfferReading): Move {
  if (!needsTravellers(state)) return continueTrip(state, around);
  const missing = missingData(state);
  if (!isComplete(missing)) {
    const notes = [
      offer ? say.chosenNote(offer) : "",
      state.unclearBirth && missing.births.length > 0 ? say.unclearBirthNote(state.unclearBirth) : "",
      state.localPhone && state.phone === undefined && !missing.phone ? say.localPhoneNote : "",
      missing.email && state.last.kind === "heard" && state.last.said.raw.includes("@") ? "That e-mail address is not complete." : "",
      travellerQuestion(state) + (offer && state.wanted.length === 1 ? say.addMore(state.wanted[0]!) : ""),
    ];
    return { text: notes.filter(Boolean).join(" "), asked: { kind: "travellers" } };
  }
  if (!around.tools.has("create_booking"))
    return elsewhere("create_booking", around, state, { text: "I am sorry, I cannot book in this chat. A colleague can take it from here.", asked: null });
  const whom = forWhom(state)!;
  const travellers = state.travellers
    .map(({ givenName, familyName, bornOn, gender }) => ({ givenName, familyName, ...(bornOn ? { bornOn } : {}), ...(gender ? { gender } : {}) }))
    .slice(0, whom.adults + whom.ages.length);
  const contact = { email: state.email!, ...(state.phone ? { phone: state.phone } : {}) };
  return {
    call: { name: "create_booking", arguments: { offerIds: state.wanted.map((vertical) => state.chosen[vertical]!.offer.offerId), travellers, contact } },
  };
}
