import type { Money } from "@travelagent/protocol";
import type { FlightOffer } from "./offer.ts";
import type { Contact, SupplierCall, SupplierOrder, Traveller } from "./supplier.ts";
import type { TravellerInput } from "./travellers.ts";

/** Exactly these flights, where a search is not needed. For a change, what is absent stays as it is. */
export interface Itinerary {
  origin?: string | undefined;
  destination?: string | undefined;
  tripType?: "one-way" | "round-trip" | undefined;
  /** The supplier's own name of a cabin or fare, such as `basic_economy`. */
  cabin?: string | undefined;
  flights?: { flight: string; date: string; cabin?: string | undefined }[] | undefined;
  /** One for each traveller, where somebody asked for different ones. */
  travellerCabins?: string[] | undefined;
  /** The same for their flights. */
  travellerFlights?: string[][] | undefined;
  checkedBags?: { total: number; paid: number } | undefined;
  insurance?: boolean | undefined;
  /** Means of payment on file at the supplier. Without an amount: whatever is due. */
  payments?: { method: string; amount?: Money | undefined }[] | undefined;
}

/** What is proposed, before anybody decided about it. */
export type Proposal =
  | { kind: "book"; customerId: string; itinerary: Itinerary; travellers: readonly TravellerInput[] }
  | { kind: "change"; reference: string; itinerary: Itinerary; travellers?: readonly TravellerInput[] | undefined }
  | { kind: "cancel"; reference: string; refundTo?: string | undefined; refundAmount?: Money | undefined; flights?: readonly string[] | undefined }
  | { kind: "compensate"; reference: string; customerId?: string | undefined; cause: string; amount: Money };

/** Somebody the supplier knows. */
export interface DeskCustomer {
  id: string;
  name: string;
  email: string;
  membership?: string;
  paymentMethods: { id: string; kind: string; balance?: Money }[];
  bookings: string[];
}

/** A booking as the supplier has it, whoever made it. */
export interface DeskBooking {
  order: SupplierOrder;
  offer: FlightOffer;
  travellers: Traveller[];
  contact: Contact;
  customerId: string;
  /** ISO UTC. */
  createdAt: string;
}

/** A certificate or voucher given as a gesture. */
export interface Compensation {
  reference: string;
  amount: Money;
  form: string;
}

/**
 * What a supplier can do that sells to customers of its own, such as an airline: it knows them, their means of payment and their
 * bookings, sells exactly the flights one names, and compensates. `reference` is always the supplier's.
 */
export interface SupplierDesk {
  customer(id: string, call: SupplierCall): Promise<DeskCustomer | null>;
  retrieve(reference: string, call: SupplierCall): Promise<DeskBooking | null>;
  /**
   * What the supplier's records say about a proposal, for policy rules: worked out from the record alone, never from what somebody
   * claims. Does not raise for a proposal that makes no sense; the facts show it.
   */
  assess(proposal: Proposal, call: SupplierCall): Promise<Record<string, unknown>>;
  /** An offer for exactly this; the same proposal gives the same id. Raises `SUPPLIER_REJECTED` for what cannot be sold. */
  compose(proposal: Extract<Proposal, { kind: "book" | "change" }>, call: SupplierCall): Promise<FlightOffer>;
  /** Absent where nobody is compensated. The same `key` again gives the first one. */
  compensate?(request: { reference: string; cause: string; amount: Money; key: string }, call: SupplierCall): Promise<Compensation>;
  /** The one given before for the same cause, if any. */
  compensated?(reference: string, cause: string, call: SupplierCall): Promise<Compensation | null>;
}
