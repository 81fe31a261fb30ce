import type { Money } from "@travelagent/protocol";
import type { Place } from "./gazetteer.ts";
import type { Vertical } from "./intents.ts";
import type { NameReading } from "./names.ts";
import type { BookingReading, ErrorReading, OfferReading, OutcomeReading, PendingReading, SearchReading } from "./readings.ts";
import type { Understanding } from "./understanding.ts";
import type { Cabin, CarCategory } from "./wishes.ts";

/** A place that is settled, or what was said and what it could mean. */
export type PlaceSlot =
  | { place: Place /** Others have the same name. */; namesakes?: true }
  | { said: string; options: Place[]; guessed: boolean /** A country, with its cities. */; country?: true };
export type DaySlot = { day: string } | { said: string; why: "ambiguous" | "around" | "past" | "month" | "invalid"; options: string[]; month?: number };

/** The request for one kind of travel. `place` is the destination of a flight, the town of a hotel, the pick-up of a car. */
export interface Slots {
  origin?: PlaceSlot;
  place?: PlaceSlot;
  dropOff?: PlaceSlot;
  start?: DaySlot;
  end?: DaySlot;
  nights?: number;
  roundTrip?: boolean;
  budget?: { amount: string; currency?: string; per: "total" | "person" | "night" };
  /** "cheaper": only offers up to this sum, for one search. */
  below?: Money;
  cabin?: Cabin;
  direct?: boolean;
  minStars?: number;
  refundable?: boolean;
  rooms?: number;
  category?: CarCategory;
  automatic?: boolean;
  driverAge?: number;
  pickUpTime?: string;
  dropOffTime?: string;
  limit?: number;
  /** When a flight is to leave. */
  leave?: { after?: string; before?: string; said: string };
}

export interface Party {
  adults?: number;
  ages: number[];
  /** Children whose age is not known yet. */
  agesMissing: number;
  /** People of whom it is not known who is a child. */
  unsplit?: number;
}

export type SlotName = "origin" | "place" | "dropOff" | "start" | "end" | "party" | "ages";
export type Relaxable = "direct" | "budget" | "minStars" | "refundable" | "automatic" | "category" | "cabin";

/** What was asked last: the key to short answers. */
export type Question =
  | { kind: "vertical" }
  | { kind: "slots"; slots: SlotName[] }
  | { kind: "place"; slot: "origin" | "place" | "dropOff"; vertical: Vertical; options: Place[] }
  | { kind: "day"; slot: "start" | "end"; vertical: Vertical; options: string[] }
  | { kind: "choice"; vertical: Vertical }
  | { kind: "relax"; drop: Relaxable }
  | { kind: "travellers" }
  | { kind: "confirm" }
  | { kind: "booking"; references: string[] }
  | { kind: "item"; verticals: Vertical[] }
  /** Whether to bring in a colleague. */
  | { kind: "person" }
  | { kind: "alter" };

export type Goal =
  | { kind: "trip" }
  | { kind: "status" }
  | { kind: "cancel"; reference?: string; vertical?: Vertical; whole?: boolean }
  | { kind: "change"; reference?: string; vertical?: Vertical; wish: Understanding; ready: boolean };

export type Act =
  | "trip"
  | "choose"
  | "data"
  | "details"
  | "card"
  | "scope"
  | "language"
  | "emergency"
  | "mail"
  | "terms"
  | "upset"
  | "person"
  | "restart"
  | "cancel"
  | "ahead"
  | "abandoned"
  | "kept"
  | "status"
  | "change"
  | "declined"
  | "yes"
  | "no"
  | "book"
  | "greeting"
  | "thanks"
  | "bye"
  | "help"
  | "advice"
  | "returning"
  | "unclear";

/** The last thing that happened: what the next move answers. */
export type Happening =
  | { kind: "nothing" }
  | { kind: "heard"; act: Act; said: Understanding; offer?: OfferReading; several?: OfferReading[]; outOfRange?: number }
  | { kind: "found"; search: SearchReading; args: Record<string, unknown> }
  | { kind: "pending"; pending: PendingReading }
  | { kind: "outcome"; outcome: OutcomeReading }
  | { kind: "history"; bookings: BookingReading[] }
  | { kind: "handed" }
  | { kind: "claimed" }
  /** Another agent has it from the next message on, and that message. */
  | { kind: "handed-off" }
  | { kind: "taken-up" }
  /** A colleague decided on what was pending; an approval comes with its result. */
  | { kind: "decided" }
  | { kind: "failed"; tool: string; args: Record<string, unknown>; error: ErrorReading }
  | { kind: "other" };

export interface Searched {
  vertical: Vertical;
  args: Record<string, unknown>;
}

/** The conversation so far, as the concierge understands it. Made anew from the transcript for each turn. */
export interface State {
  goal: Goal;
  /** The kind of travel being talked about. */
  focus?: Vertical;
  /** All kinds this trip is to have, in the order wished. */
  wanted: Vertical[];
  /** Kinds of the trip that was completed last. */
  completed: Vertical[];
  slots: Record<Vertical, Slots>;
  party: Party;
  /** The last offers of each kind, as shown. */
  found: Partial<Record<Vertical, { offers: OfferReading[]; args: Record<string, unknown> }>>;
  chosen: Partial<Record<Vertical, { offer: OfferReading; args: Record<string, unknown> }>>;
  /** The search each offer came from. */
  searches: Map<string, Searched>;
  travellers: NameReading[];
  half: string[];
  unclearBirth?: string;
  localPhone: boolean;
  email?: string;
  phone?: string;
  pending?: PendingReading;
  bookings: BookingReading[];
  /** Booking reference to the searches it was made from. */
  bookedFrom: Map<string, Searched[]>;
  asked: Question | null;
  last: Happening;
  /** Several journeys were wished; the first is being arranged. */
  firstLeg?: true;
  /** Why a search is run again. */
  repair?: { code: string; title: string };
  sandboxTold: boolean;
  /** Tool calls so far in the transcript, and since the customer's last message. */
  calls: number;
  callsInTurn: number;
  historyInTurn: boolean;
  /** Another agent was given the conversation since the customer's last message. */
  handedOff?: true;
}

export const noParty = (): Party => ({ ages: [], agesMissing: 0 });

export const initialState = (): State => ({
  goal: { kind: "trip" },
  wanted: [],
  completed: [],
  slots: { flight: {}, hotel: {}, car: {} },
  party: noParty(),
  found: {},
  chosen: {},
  searches: new Map(),
  travellers: [],
  half: [],
  localPhone: false,
  bookings: [],
  bookedFrom: new Map(),
  asked: null,
  last: { kind: "nothing" },
  sandboxTold: false,
  calls: 0,
  callsInTurn: 0,
  historyInTurn: false,
});

/** Something is being arranged that is not booked yet. */
export const inProgress = (state: State): boolean => state.wanted.length > 0;

export function forgetTrip(state: State): void {
  state.goal = { kind: "trip" };
  delete state.focus;
  delete state.pending;
  delete state.repair;
  state.wanted = [];
  state.found = {};
  state.chosen = {};
  state.asked = null;
}

const gone = new Set(["cancelled", "voided", "refunded", "failed", "cancellation-pending"]);
export const isActive = (booking: BookingReading): boolean => !gone.has(booking.status);

/** The day a stay or journey ends, when known. */
export function endOf(slots: Slots, add: (from: string, days: number) => string): string | undefined {
  if (slots.end && "day" in slots.end) return slots.end.day;
  if (slots.nights !== undefined && slots.start && "day" in slots.start) return add(slots.start.day, slots.nights);
  return undefined;
}
