import type { Money } from "@travelagent/protocol";
import type { Trip, TripItem, Trips } from "./trip.ts";

/** Writes to customers by template; what they want to hear and their quiet hours are its business. */
export interface Messages {
  /** Durable when it resolves; the same id again sends nothing. Raises `NOT_FOUND` for a conversation that is not there. */
  send(message: {
    id: string;
    template: string;
    sessionKey: string;
    values: Readonly<Record<string, unknown>>;
  }): Promise<{ status: "scheduled" | "sent" | "refused" | "failed"; reason?: string }>;
}

/** What people of the agency have to do. */
export interface Tasks {
  /** The same key again makes nothing. */
  open(task: { key: string; sessionKey: string; customerId?: string; text: string; dueAt: number; note?: string }): Promise<{ id: string }>;
  /** How many are open, and how many of them are late. */
  count(): Promise<{ open: number; overdue: number }>;
}

/** What the same travel costs now. */
export type PriceNow = { status: "priced"; price: Money; offerId?: string } | { status: "gone" };

/** What moving a booking to the price of now would bring, after everything it costs. */
export interface Move {
  how: "change" | "cancel-and-rebook";
  /** What the customer keeps. */
  saving: Money;
  /** Penalties and fees. */
  cost: Money;
}

/** A flight somebody watches. */
export interface WatchedFlight {
  /** City or airport codes. */
  origin: string;
  destination: string;
  /** YYYY-MM-DD. */
  departureDate: string;
  returnDate?: string;
  adults: number;
  currency: string;
}

/** Asks suppliers for prices. Never buys, holds or changes anything. Each method is at most the named number of calls of a supplier. */
export interface Prices {
  /** One call of the item's supplier. */
  priceNow(trip: Trip, item: TripItem, signal: AbortSignal): Promise<PriceNow>;
  /** Up to three calls. Null where it cannot be moved, or nobody knows what that costs. */
  move(trip: Trip, item: TripItem, signal: AbortSignal): Promise<Move | null>;
  /** One call of each supplier named by `askedFor`. The offers may be bought from that conversation. Null when nothing flies. */
  cheapest(watch: WatchedFlight, owner: { sessionKey: string; customerId?: string }, signal: AbortSignal): Promise<{ price: Money; summary: string } | null>;
  /** Suppliers that a search for a flight asks. */
  askedFor(): readonly string[];
}

/** Reads bookings at their suppliers; what differs goes the way of all supplier news. */
export interface ReadBack {
  /** One call. `applied`: something differed and is being dealt with. `later`: it is worked on, or the supplier does not answer. */
  read(trip: Trip, item: TripItem): Promise<"same" | "applied" | "later">;
  /** Asks suppliers that list what is new, and deals with what was heard. */
  hear(): Promise<void>;
}

/** Papers of travellers. No number ever comes out of it. */
export interface Papers {
  /** Passports and identity cards of this customer and who travels with them. */
  list(customerId: string): Promise<readonly TravelPaper[]>;
}

export interface TravelPaper {
  id: string;
  kind: string;
  holder: { givenName: string; familyName: string };
  /** That issued it, ISO 3166-1. */
  country?: string;
  /** YYYY-MM-DD. */
  expiresOn?: string;
}

/** Pages of customers. */
export interface Links {
  /** The itinerary, behind a link that ends by itself. */
  itinerary(tripId: string): Promise<string>;
  /** The invoice with the ways to pay it, or the itinerary where there is none. */
  invoice(tripId: string): Promise<string>;
  /** Where a customer of that conversation writes, sends documents or answers. */
  conversation(trip: Pick<Trip, "sessionKey">): Promise<string>;
}

export interface TravelJobServices {
  trips: Trips;
  prices: Prices;
  messages: Messages;
  tasks: Tasks;
  readBack: ReadBack;
  links: Links;
  /** Absent: papers are not looked at. */
  papers?: Papers;
  /** Resolves when customers are not waiting for the machine, or after a while in any case. Absent: never waits. */
  customersFirst?(signal: AbortSignal): Promise<void>;
}
