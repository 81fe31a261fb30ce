import type { Money } from "@travelagent/protocol";
import { compareMoney, toMoney } from "./amounts.ts";
import { addDays, daysBetween } from "./calendar.ts";
import type { Place } from "./gazetteer.ts";
import type { Vertical } from "./intents.ts";
import { afterLanding, beforeReturn } from "./offer-times.ts";
import { endOf, type PlaceSlot, type SlotName, type Slots, type State } from "./state.ts";

export const searchTool: Record<Vertical, string> = { flight: "search_flights", hotel: "search_hotels", car: "search_cars" };

/** For cars, when no time was said and no flight tells. */
const usualTime = "10:00";

/** As many as a search shows at once. */
export const mostOffers = 20;

const placeIn = (slot: PlaceSlot | undefined): Place | undefined => (slot && "place" in slot ? slot.place : undefined);
export const startOf = ({ start }: Slots): string | undefined => (start && "day" in start ? start.day : undefined);
export const endDay = (slots: Slots): string | undefined => endOf(slots, addDays);

/** What is not known yet for a search of this kind; empty when it can be run. */
export function missingSlots(state: State, vertical: Vertical): SlotName[] {
  const slots = state.slots[vertical];
  const missing: SlotName[] = [];
  if (!slots.place) missing.push("place");
  if (vertical === "flight" && !slots.origin) missing.push("origin");
  if (!slots.start) missing.push("start");
  const needsEnd = vertical !== "flight" || slots.roundTrip === true;
  if (needsEnd && !slots.end && slots.nights === undefined) missing.push("end");
  if (vertical === "car") return missing;
  const { adults, agesMissing, unsplit } = state.party;
  if (unsplit !== undefined || agesMissing > 0) missing.push("ages");
  if (adults === undefined && unsplit === undefined) missing.push("party");
  return missing;
}

function maxTotal(state: State, slots: Slots, currency: string, nights: number): Money | undefined {
  const { budget, below } = slots;
  if (!budget) return below;
  const people = (state.party.adults ?? 1) + state.party.ages.length;
  const wished = toMoney(
    budget.amount,
    budget.currency ?? currency,
    budget.per === "person" ? people : budget.per === "night" ? Math.max(1, nights) * (slots.rooms ?? 1) : 1,
  );
  return below && compareMoney(below, wished) < 0 ? below : wished;
}

/** Arguments of the search tool. Only when nothing is missing. `currency` is for budgets without one. */
export function searchArgs(state: State, vertical: Vertical, currency: string): Record<string, unknown> {
  const slots = state.slots[vertical];
  const start = startOf(slots)!;
  const end = endDay(slots);
  // Of many more some leave when it is wished.
  const wide = slots.limit ?? (vertical === "flight" && (slots.leave || slots.refundable) ? mostOffers : undefined);
  const limit = wide === undefined ? {} : { limit: wide };
  const budget = maxTotal(state, slots, currency, end ? daysBetween(start, end) : 1);
  const common = { ...(budget ? { maxTotal: budget } : {}), ...limit };
  const ages = state.party.ages.length > 0 ? { childrenAges: [...state.party.ages] } : {};
  const adults = state.party.adults ?? 1;
  const place = placeIn(slots.place)!.code;
  switch (vertical) {
    case "flight":
      return {
        origin: placeIn(slots.origin)!.code,
        destination: place,
        departureDate: start,
        ...(end && slots.roundTrip !== false ? { returnDate: end } : {}),
        adults,
        ...ages,
        ...(slots.cabin ? { cabin: slots.cabin } : {}),
        ...(slots.direct ? { directOnly: true } : {}),
        ...common,
      };
    case "hotel":
      return {
        place,
        checkIn: start,
        checkOut: end!,
        ...(slots.rooms ? { rooms: slots.rooms } : {}),
        adults,
        ...ages,
        ...(slots.minStars ? { minStars: slots.minStars } : {}),
        ...(slots.refundable ? { refundableOnly: true } : {}),
        ...common,
      };
    case "car": {
      const dropOff = placeIn(slots.dropOff)?.code;
      const flight = state.chosen.flight;
      const landing = flight && flight.args.departureDate === start && flight.args.destination === place ? afterLanding(flight.offer) : undefined;
      const leaving = flight && flight.args.returnDate === end && dropOff === undefined ? beforeReturn(flight.offer) : undefined;
      return {
        pickUp: place,
        ...(dropOff && dropOff !== place ? { dropOff } : {}),
        pickUpAt: `${start}T${slots.pickUpTime ?? landing ?? usualTime}`,
        dropOffAt: `${end!}T${slots.dropOffTime ?? slots.pickUpTime ?? leaving ?? usualTime}`,
        ...(slots.driverAge ? { driverAge: slots.driverAge } : {}),
        ...(slots.category ? { category: slots.category } : {}),
        ...(slots.automatic ? { automaticOnly: true } : {}),
        ...common,
      };
    }
  }
}
