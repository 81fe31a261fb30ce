import { askDay, askPlace, askSlots, askVertical, tooLarge } from "./ask.ts";
import { travellerQuestion } from "./continue-booking.ts";
import { doubt } from "./continue-trip.ts";
import { missingSlots } from "./searching.ts";
import type { State } from "./state.ts";
import { noun } from "./wording.ts";

/** The open question once more, in a few words. */
export function reminder(state: State, before: string): string {
  const { asked } = state;
  if (!asked) return "";
  switch (asked.kind) {
    case "vertical":
      return `${before}${askVertical(undefined)}`;
    case "slots": {
      const open = doubt(state, state.focus ?? "flight");
      if (open && "text" in open) return `${before}${open.text}`;
      const missing = missingSlots(state, state.focus ?? "flight");
      const people = (state.party.adults ?? 1) + state.party.ages.length;
      if (missing.length === 0 && people > 9 && state.focus !== "car") return `${before}${tooLarge(people)}`;
      return missing.length > 0 ? `${before}${askSlots(state.focus ?? "flight", missing, state.slots[state.focus ?? "flight"], state.party, true)}` : "";
    }
    case "place": {
      const slot = state.slots[asked.vertical][asked.slot];
      return slot && "said" in slot ? `${before}${askPlace(slot)}` : "";
    }
    case "day": {
      const slot = state.slots[asked.vertical][asked.slot];
      return slot && "said" in slot ? `${before}${askDay(slot, asked.slot)}` : "";
    }
    case "choice":
      return `${before}Answer with the number of the ${noun(asked.vertical)} you would like, or tell me what to change.`;
    case "travellers":
      return `${before}${travellerQuestion(state)}`;
    case "confirm":
      return state.pending ? `${before}Answer "yes" to confirm what was shown, or tell me what to change.` : "";
    case "booking":
      return `${before}Please answer with the number or the reference of the booking: ${asked.references.join(", ")}.`;
    case "item":
      return `${before}Please tell me which part: ${asked.verticals.map(noun).join(" or ")}.`;
    case "person":
      return "";
    case "relax":
    case "alter":
      return `${before}Tell me what you would like to change.`;
  }
}
