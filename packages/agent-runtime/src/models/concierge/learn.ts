import type { ToolCallBlock, ToolResultMessage } from "@travelagent/protocol/messages";
import {
  type BookingReading,
  contentOf,
  type OutcomeReading,
  readError,
  readHistory,
  readOutcome,
  readPending,
  readSearch,
  type SearchReading,
} from "./readings.ts";
import { forgetTrip, type State } from "./state.ts";

/** Folds a tool's result into the conversation. `call` is absent when the transcript was cut before it. */
export function learn(state: State, result: ToolResultMessage, call: ToolCallBlock | undefined): void {
  const args = call?.arguments ?? {};
  const content = contentOf(result);
  const error = readError(content, result);
  if (error) {
    delete state.pending;
    state.last = { kind: "failed", tool: result.toolName, args, error };
    return;
  }
  const pending = readPending(content);
  if (pending) {
    state.pending = pending;
    state.last = { kind: "pending", pending };
    return;
  }
  switch (result.toolName) {
    case "search_flights":
    case "search_hotels":
    case "search_cars": {
      const search = readSearch(content);
      if (search) learnOffers(state, search, args);
      else state.last = { kind: "other" };
      return;
    }
    case "create_booking":
    case "modify_booking":
    case "cancel_booking": {
      const outcome = readOutcome(content);
      if (outcome) learnOutcome(state, outcome, args);
      else state.last = { kind: "other" };
      return;
    }
    case "get_booking_history": {
      const bookings = readHistory(content) ?? [];
      state.bookings = bookings;
      state.historyInTurn = true;
      state.last = { kind: "history", bookings };
      return;
    }
    case "link_customer":
      state.last = { kind: "claimed" };
      return;
    case "hand_over_to_person":
      state.last = { kind: "handed" };
      return;
    case "hand_off_to_agent":
      state.handedOff = true;
      state.last = { kind: "handed-off" };
      return;
    default:
      state.last = { kind: "other" };
  }
}

function learnOffers(state: State, search: SearchReading, args: Record<string, unknown>): void {
  const { vertical, offers } = search;
  for (const offer of offers) state.searches.set(offer.offerId, { vertical, args });
  if (offers.length > 0) {
    state.found[vertical] = { offers, args };
    delete state.chosen[vertical];
  }
  state.last = { kind: "found", search, args };
}

const upsert = (bookings: BookingReading[], booking: BookingReading): BookingReading[] => [
  ...bookings.filter(({ reference }) => reference !== booking.reference),
  booking,
];

function learnOutcome(state: State, outcome: OutcomeReading, args: Record<string, unknown>): void {
  const { booking } = outcome;
  const ids = [...(Array.isArray(args.offerIds) ? args.offerIds : []), args.newOfferId].filter((id) => typeof id === "string");
  const searches = ids.flatMap((id) => state.searches.get(id) ?? []);
  const before = state.bookedFrom.get(booking.reference) ?? [];
  if (searches.length > 0)
    state.bookedFrom.set(booking.reference, [...before.filter(({ vertical }) => !searches.some((search) => search.vertical === vertical)), ...searches]);
  state.bookings = upsert(state.bookings, booking);
  if (state.wanted.length > 0) state.completed = [...state.wanted];
  forgetTrip(state);
  state.last = { kind: "outcome", outcome };
}
