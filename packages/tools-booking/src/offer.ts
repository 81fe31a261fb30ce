import type { Money, TravelTime } from "@travelagent/protocol";

/** Vocabulary: NDC / IATA where it has a word, see `docs/vocabulary.md`. */
export type Cabin = "ECONOMY" | "PREMIUM_ECONOMY" | "BUSINESS" | "FIRST";
/** Passenger type codes: adult, child 2–11, infant on a lap. */
export type PassengerType = "ADT" | "CHD" | "INF";

export interface Price {
  total: Money;
  base: Money;
  taxes: Money;
  fees: Money;
  /** Sums to `total`. */
  perPassenger: { ptc: PassengerType; count: number; each: Money }[];
}

/** `null` where the supplier does not say. */
export interface Condition {
  allowed: boolean | null;
  penalty?: Money;
}

/** Of every traveller the birth date and the gender; of the contact the telephone number. */
export type TravellerNeed = "bornOn" | "gender" | "phone";

interface OfferBase {
  /** Ours: unique over all suppliers and searches. */
  id: string;
  supplier: string;
  /** True when this is no real travel. Shown to every customer. */
  sandbox: boolean;
  /** What the supplier needs to find it again; opaque to everybody else. */
  supplierRef: string;
  price: Price;
  /** ISO UTC; afterwards only a new search helps. */
  offerExpiresAt: string;
  /** ISO UTC; pay or ticket by then when held. */
  paymentTimeLimit?: string;
  seatsRemaining?: number;
  /** What its supplier wants to know of travellers and contact beyond names and an e-mail address, so that it is asked before the yes. */
  requires?: readonly TravellerNeed[];
  conditions: { refund: Condition; change: Condition };
  /**
   * The supplier sells to a customer of its own: it takes the money from what that customer has on file there, and checks travellers
   * by its own rules. Absent where the money goes through us.
   */
  paidTo?: "supplier";
}

export interface Endpoint {
  airport: string;
  city: string;
  terminal?: string;
  time: TravelTime;
}

export interface Segment {
  id: string;
  marketingCarrier: string;
  carrierName: string;
  /** Digits alone; the carrier is beside it. */
  flightNumber: string;
  operatingCarrier: string;
  departure: Endpoint;
  arrival: Endpoint;
  /** Minutes. */
  duration: number;
  equipment: string;
}

/** One direction of travel. */
export interface Journey {
  origin: string;
  destination: string;
  /** Minutes, connections included. */
  duration: number;
  segments: Segment[];
}

export interface FareComponent {
  segmentId: string;
  cabin: Cabin;
  /** RBD. */
  bookingClass: string;
  fareBasisCode: string;
  fareBrand: string;
  /** `checkedPieces` is null where the supplier does not say, `checkedKg` is there where it counts weight. */
  baggage: { carryOn: string; checkedPieces: number | null; checkedKg?: number };
}

export interface FlightOffer extends OfferBase {
  vertical: "flight";
  journeys: Journey[];
  fareComponents: FareComponent[];
  validatingCarrier: string;
  passengers: { ptc: PassengerType; count: number }[];
}

/** Cancelling at or after `from` costs `penalty`; ascending, the first step starts `now`. */
export interface CancellationStep {
  from: "now" | string;
  penalty: Money;
}

export interface HotelOffer extends OfferBase {
  vertical: "hotel";
  property: {
    id: string;
    name: string;
    stars: number;
    address: string;
    city: string;
    latitude: number;
    longitude: number;
    timeZone: string;
    distanceToCentreKm: number;
  };
  room: { name: string; beds: string };
  ratePlan: { code: string; name: string; board: "RO" | "BB" | "HB" | "FB" | "AI"; paymentType: "PREPAID" | "PAY_AT_PROPERTY" };
  checkIn: TravelTime;
  checkOut: TravelTime;
  nights: number;
  rooms: number;
  guests: { adults: number; childrenAges: number[] };
  /** To be paid on the spot, not in `price`. */
  mandatoryFees?: Money;
  cancellation: CancellationStep[];
}

export interface CarOffer extends OfferBase {
  vertical: "car";
  vendor: { code: string; name: string };
  /** Four letters, ACRISS. */
  vehicle: { acriss: string; category: string; transmission: "automatic" | "manual"; seats: number; bags: number; exampleModel: string };
  pickUp: { locationCode: string; address: string; time: TravelTime };
  dropOff: { locationCode: string; address: string; time: TravelTime };
  mileage: string;
  fuelPolicy: string;
  paymentType: "PREPAID" | "PAY_AT_COUNTER";
  deposit?: Money;
  cancellation: CancellationStep[];
}

export type Offer = FlightOffer | HotelOffer | CarOffer;

export interface FlightQuery {
  /** City or airport code. */
  origin: string;
  destination: string;
  /** YYYY-MM-DD at the place of departure. */
  departureDate: string;
  returnDate?: string;
  adults: number;
  /** On the date of departure; below 2 travels on a lap. */
  childrenAges: number[];
  cabin: Cabin;
  directOnly: boolean;
  maxTotal?: Money;
  currency: string;
  /** Most offers wanted. */
  limit: number;
}

export interface HotelQuery {
  /** City code, or an airport's for its city. */
  place: string;
  checkIn: string;
  checkOut: string;
  rooms: number;
  adults: number;
  childrenAges: number[];
  minStars?: number;
  refundableOnly: boolean;
  maxTotal?: Money;
  currency: string;
  limit: number;
}

export interface CarQuery {
  pickUp: string;
  dropOff: string;
  /** Local wall clock, YYYY-MM-DDTHH:mm. */
  pickUpAt: string;
  dropOffAt: string;
  driverAge: number;
  category?: string;
  automaticOnly: boolean;
  /** Only these rental companies, by their two-letter codes such as `ZE` for Hertz. Absent: all. */
  vendors?: string[];
  maxTotal?: Money;
  currency: string;
  limit: number;
}
