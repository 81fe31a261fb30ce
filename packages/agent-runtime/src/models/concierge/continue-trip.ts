import { askDay, askPlace, askSlots, askVertical, endBeforeStart, sameEnds, tooLarge } from "./ask.ts";
import type { Vertical } from "./intents.ts";
import type { Move, Surroundings } from "./move.ts";
import { noOffers, nothingCheaper, offersReply } from "./offer-replies.ts";
import { placeName } from "./places.ts";
import { repairNote } from "./replies.ts";
import { endDay, missingSlots, searchArgs, searchTool, startOf } from "./searching.ts";
import type { Happening, Relaxable, SlotName, State } from "./state.ts";
import { noun } from "./wording.ts";

/** Asks for what is missing, else searches. */
export function continueTrip(state: State, around: Surroundings): Move {
  const vertical = state.focus;
  if (!vertical) {
    const place = state.slots.flight.place;
    const name = place && ("place" in place ? placeName(place.place) : place.country ? place.options[0]?.countryName : undefined);
    return { text: askVertical(name), asked: { kind: "vertical" } };
  }
  return doubt(state, vertical) ?? gap(state, vertical) ?? search(state, vertical, around);
}

/** Something said that could be meant in several ways, or in none. */
export function doubt(state: State, vertical: Vertical): Move | undefined {
  const slots = state.slots[vertical];
  for (const name of ["origin", "place", "dropOff"] as const) {
    const slot = slots[name];
    if (slot && "said" in slot && (name !== "origin" || vertical === "flight") && (name !== "dropOff" || vertical === "car")) {
      const text = askPlace(slot);
      return { text, asked: slot.options.length > 0 ? { kind: "place", slot: name, vertical, options: slot.options } : { kind: "slots", slots: [name] } };
    }
  }
  for (const name of ["start", "end"] as const) {
    const slot = slots[name];
    if (slot && "said" in slot)
      return {
        text: askDay(slot, name),
        asked: slot.options.length > 0 ? { kind: "day", slot: name, vertical, options: slot.options } : { kind: "slots", slots: [name] },
      };
  }
  return undefined;
}

function gap(state: State, vertical: Vertical): Move | undefined {
  const slots = state.slots[vertical];
  const need = (text: string, names: SlotName[]): Move => ({ text, asked: { kind: "slots", slots: names } });
  const start = startOf(slots);
  const end = endDay(slots);
  if (start && end && (vertical === "flight" ? end < start : end <= start)) {
    delete slots.end;
    return need(endBeforeStart(start, end), ["end"]);
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
    return need(sameEnds(place), ["place"]);
  }
  const missing = missingSlots(state, vertical);
  if (missing.length > 0) return need(askSlots(vertical, missing, slots, state.party, state.asked?.kind === "slots"), missing);
  const adults = state.party.adults ?? 1;
  const people = adults + state.party.ages.length;
  if (vertical !== "car" && people > 9) return need(tooLarge(people), ["party"]);
  return undefined;
}

function search(state: State, vertical: Vertical, around: Surroundings): Move {
  const name = searchTool[vertical];
  if (!around.tools.has(name))
    return {
      text: `I am sorry, I cannot search for a ${noun(vertical)} in this chat.${around.tools.has("hand_over_to_person") ? ' A colleague can: just say "talk to a person".' : ""}`,
      asked: null,
    };
  const currency = state.found[vertical]?.offers[0]?.price.currency ?? around.currency;
  return { call: { name, arguments: searchArgs(state, vertical, currency) } };
}

/** What to say of a search's result. */
export function decideFound(state: State, { search: result, args }: Extract<Happening, { kind: "found" }>): Move {
  const { vertical, offers } = result;
  const slots = state.slots[vertical];
  const cheaper = slots.below !== undefined;
  delete slots.below;
  delete slots.limit;
  state.focus = vertical;
  if (!state.wanted.includes(vertical)) state.wanted.push(vertical);
  const prefix = `${state.repair ? repairNote(state.repair.code) : ""}${state.firstLeg ? "I arrange one journey at a time, so here is the first; then tell me the next. " : ""}`;
  delete state.repair;
  delete state.firstLeg;
  if (offers.length === 0) {
    const before = state.found[vertical]?.offers;
    if (cheaper && before) {
      const cheapest = [...before].sort((a, b) => Number(a.price.amount) - Number(b.price.amount))[0];
      return { text: nothingCheaper(cheapest), asked: { kind: "choice", vertical } };
    }
    delete state.found[vertical];
    const relax = relaxable(state, vertical);
    return {
      text: prefix + noOffers(result, args, slots, state.party, relax),
      asked: relax ? { kind: "relax", drop: relax } : { kind: "slots", slots: ["start"] },
    };
  }
  const sandboxFirst = !state.sandboxTold && offers.some(({ sandbox }) => sandbox);
  if (sandboxFirst) state.sandboxTold = true;
  const changing = state.goal.kind === "change" ? state.goal.reference : undefined;
  const text = offersReply({
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
