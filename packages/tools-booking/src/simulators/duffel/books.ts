import type { Money } from "@travelagent/protocol";
import type { CarOffer, FlightOffer, HotelOffer } from "../../offer.ts";
import type { World } from "../kit/index.ts";
import type { TestRoute } from "./test-routes.ts";

export interface SoldService {
  id: string;
  passenger: string;
  /** Numbers of the slices it is for. */
  slice: number;
  price: Money;
  quantity: number;
}

export interface RequestDoc {
  id: string;
  booked: boolean;
  offers: string[];
}

export interface PassengerDoc {
  id: string;
  type: "adult" | "child" | "infant_without_seat";
  age: number | null;
}

export interface OfferDoc {
  id: string;
  request: string;
  createdAt: number;
  /** What the world sells. */
  offer: FlightOffer;
  /** What is shown of it: on a test route with other airports. */
  shown: FlightOffer;
  route?: TestRoute;
  passengers: PassengerDoc[];
  /** On top of the world's price. */
  extra: Money;
  /** Of the last read; earlier ids are void. */
  services: SoldService[];
}

/** A change of the airline, of the first slice. */
export interface AirlineChange {
  id: string;
  createdAt: number;
  actionTaken: string | null;
  actionTakenAt: number | null;
  minutes: number;
}

export interface OrderDoc {
  id: string;
  offerId: string;
  /** The world's reference. */
  world: string;
  type: "instant" | "hold";
  createdAt: number;
  metadata: Record<string, string>;
  shown: FlightOffer;
  route?: TestRoute;
  /** In the order in which they were given. */
  passengers: (PassengerDoc & { details: Record<string, unknown> })[];
  services: SoldService[];
  /** Of the last read of available services. */
  offered: SoldService[];
  extra: Money;
  paidAt?: number;
  cancelledAt?: number;
  /** The newest cancellation: older ones cannot be confirmed. */
  cancellation?: string;
  /** Grows when the flights change, and with it the ids of slices and segments. */
  version: number;
  changes: AirlineChange[];
}

export interface PendingDoc {
  offerId: string;
  body: Record<string, unknown>;
}

export interface CancellationDoc {
  id: string;
  order: string;
  token: string;
  refund: Money;
  refundTo: "balance" | "awaiting_payment" | "airline_credits";
  createdAt: number;
  expiresAt: string;
  confirmedAt?: number;
}

export interface ChangeDoc {
  id: string;
  order: string;
  to: FlightOffer;
  shown: FlightOffer;
  /** Minor units, with a sign. */
  amount: Money;
  penalty: Money;
  newTotal: Money;
  token: string;
  expiresAt: string;
  createdAt: number;
  confirmedAt?: number;
}

export interface StayResultDoc {
  id: string;
  rates: { id: string; offer: HotelOffer; bookable: boolean }[];
  rooms: number;
  guests: unknown[];
  checkIn: string;
  checkOut: string;
}
export interface RateDoc<O> {
  id: string;
  offer: O;
  search: string;
  extra: Money;
}
export interface QuoteDoc<O> {
  id: string;
  rate: string;
  offer: O;
  total: Money;
  used: boolean;
}
export interface BookingDoc<O> {
  id: string;
  quote: string;
  world: string;
  offer: O;
  total: Money;
  createdAt: number;
  cancelledAt?: number;
  reference: string;
  given: Record<string, unknown>;
  metadata: Record<string, string> | null;
}

export function duffelBooks(world: World) {
  const shelf = <T>(name: string) => world.shelf<T>("duffel", name);
  return {
    requests: shelf<RequestDoc>("offer-request"),
    offers: shelf<OfferDoc>("offer"),
    orders: shelf<OrderDoc>("order"),
    pending: shelf<PendingDoc>("pending"),
    cancellations: shelf<CancellationDoc>("cancellation"),
    changeOffers: shelf<ChangeDoc>("change-offer"),
    changes: shelf<ChangeDoc>("change"),
    stayResults: shelf<StayResultDoc>("stay-result"),
    stayRates: shelf<RateDoc<HotelOffer>>("stay-rate"),
    stayQuotes: shelf<QuoteDoc<HotelOffer>>("stay-quote"),
    stayBookings: shelf<BookingDoc<HotelOffer>>("stay-booking"),
    carRates: shelf<RateDoc<CarOffer>>("car-rate"),
    carQuotes: shelf<QuoteDoc<CarOffer>>("car-quote"),
    carBookings: shelf<BookingDoc<CarOffer>>("car-booking"),
  };
}

export type DuffelBooks = ReturnType<typeof duffelBooks>;

const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** `off_0000…`, as Duffel makes its ids. */
export const idMaker = (world: World) => (prefix: string) => world.newId(`${prefix}_0000`, 18, signs);
