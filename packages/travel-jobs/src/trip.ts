import type { BookingStatus, Money, TravelTime } from "@travelagent/protocol";

/** A booking as the jobs see it: what was bought, when it begins, what is still to be paid. */
export interface Trip {
  id: string;
  /** Six letters and digits a customer can read out. */
  reference: string;
  customerId: string;
  sessionKey: string;
  status: BookingStatus;
  /** What is still to be paid through the agency; negative when the agency owes. Partial payments and refunds are counted. */
  due: Money;
  /** The customer. */
  name: string;
  /** When that has to be paid, milliseconds. Absent where nothing is due. */
  dueAt?: number;
  /** The provider's own page on which it is paid, while there is one. */
  payUrl?: string;
  /** ISO UTC; what was not paid by then is given up. */
  payUntil?: string;
  /** Why a person has to look at it. */
  attention?: string;
  items: TripItem[];
  travellers: TripTraveller[];
  /** Milliseconds. */
  createdAt: number;
  updatedAt: number;
}

export interface TripTraveller {
  id: string;
  givenName: string;
  familyName: string;
  /** Ids in the vault of papers that were given for this booking. */
  papers: readonly string[];
}

/** One thing that was bought. */
export interface TripItem {
  /** 1, 2, … */
  no: number;
  kind: "flight" | "hotel" | "car";
  supplier: string;
  /** The supplier's own name of it. */
  supplierReference?: string;
  locators: readonly string[];
  status: BookingStatus;
  /** Held, confirmed or ticketed. */
  booked: boolean;
  /** No real travel. */
  sandbox: boolean;
  /** One line for a person. */
  summary: string;
  start: TravelTime;
  end: TravelTime;
  /** What it costs. */
  total: Money;
  /** Ticketing or payment has to be done by then: an instant, or a date or wall clock as the supplier's office reads it. */
  timeLimit?: string;
  /** IANA zone of the supplier's office. */
  timeLimitZone: string;
  /** Where it goes, in words. */
  destination: string;
  /** Countries that are entered, with the days of entry and leaving: ISO 3166-1, YYYY-MM-DD. */
  stays: readonly { country: string; entry: string; exit: string }[];
  /** It leaves the country it begins in. */
  international: boolean;
  /** Flights as they are now, in order. */
  flights: readonly TripFlight[];
  /** Tickets and vouchers, by number. */
  documents: readonly string[];
  /** The supplier moved its flights and nobody has answered. */
  openChange?: "minor" | "major";
  /** It was held, and the hold ran out. */
  lapsed?: boolean;
  /** What came back, once cancelled. */
  refund?: Money;
}

export interface TripFlight {
  /** `LH1123`. */
  flight: string;
  from: string;
  to: string;
  departure: TravelTime;
  arrival: TravelTime;
}

/** The bookings of the agency. Reads only. */
export interface Trips {
  /** Those made at or after `createdSince`, newest first, some at a time. */
  page(query: { createdSince: number; cursor?: string }): Promise<{ trips: Trip[]; nextCursor?: string }>;
  get(id: string): Promise<Trip | null>;
  /** By the six letters and digits. */
  byReference(reference: string): Promise<Trip | null>;
}

/** When the first thing that still stands begins, milliseconds. */
export const startOfTrip = (trip: Pick<Trip, "items">): number =>
  Math.min(...trip.items.filter(({ booked }) => booked).map(({ start }) => Date.parse(start.utc)));
export const endOfTrip = (trip: Pick<Trip, "items">): number => Math.max(...trip.items.filter(({ booked }) => booked).map(({ end }) => Date.parse(end.utc)));

/** Paid for or issued, and not given back: what a traveller counts on. */
export const isSure = ({ status }: Pick<TripItem, "status">): boolean => status === "confirmed" || status === "ticketed";
