import type { Money } from "@travelagent/protocol";
import type { SupplierDesk } from "./desk.ts";
import type { Cabin, CarOffer, CarQuery, FlightOffer, FlightQuery, HotelOffer, HotelQuery, Journey, Offer, PassengerType } from "./offer.ts";
import type { Delivery } from "./payment.ts";

export interface Traveller {
  /** "1", "2", … within one booking. */
  id: string;
  givenName: string;
  familyName: string;
  ptc: PassengerType;
  /** YYYY-MM-DD. Required for children and infants. */
  bornOn?: string;
  /** As in the passport. Some suppliers and Secure Flight ask for it. */
  gender?: "M" | "F" | "X";
  /** Papers of this traveller that are kept in the vault: by id, never by number. */
  documents?: PaperRef[];
}

/** A paper in the vault. */
export interface PaperRef {
  id: string;
  kind: PaperKind;
}

export type PaperKind = "passport" | "identity-card" | "visa" | "residence-permit" | "driving-licence" | "known-traveller" | "loyalty" | "insurance";

/** A paper as a supplier wants it. For the request of one call: it is kept nowhere and said in no error. */
export interface OpenedPaper {
  kind: PaperKind;
  number: string;
  /** That issued it, ISO 3166-1 alpha-2, as `nationality`. */
  country?: string;
  nationality?: string;
  /** YYYY-MM-DD. */
  expiresOn?: string;
  issuedOn?: string;
  /** Airline or programme of a loyalty number: `TP`. */
  issuer?: string;
}

export interface Contact {
  email: string;
  /** E.164. */
  phone?: string;
}

export interface SupplierCall {
  signal: AbortSignal;
  /** Travels in logs on both sides. */
  requestId: string;
  /** Opens the papers of a traveller for this call; each opening is on record. Absent: there are none to open. */
  papers?(traveller: Pick<Traveller, "documents">): Promise<OpenedPaper[]>;
}

export interface BookRequest<O extends Offer = Offer> {
  offer: O;
  travellers: readonly Traveller[];
  contact: Contact;
  /** Ours, unique for this purchase, at most 28 characters: the same key again returns the first order and buys nothing. */
  key: string;
  /** Booking above it is refused with `PRICE_CHANGED`. */
  maxTotal: Money;
}

/** What the supplier's own records say. */
export interface SupplierOrder {
  reference: string;
  /** The `key` it was booked with. */
  key: string;
  status: "held" | "confirmed" | "ticketed" | "cancelled";
  locators: string[];
  total: Money;
  paymentTimeLimit?: string;
  documents: { type: "ETKT" | "VOUCHER"; number: string; travellerId?: string }[];
  /** Set when cancelled. */
  refund?: Money;
  penalty?: Money;
  /** What the supplier pays the agency for it; zero or absent once cancelled. */
  commission?: Money;
  /** Flights as the supplier has them now, where it says; they differ from the offer's after a schedule change. */
  journeys?: Journey[];
  /** The supplier's id of a change of its own that waits for the customer's answer. */
  changeToAnswer?: string;
}

/** A change that keeps the travel itself. What is absent stays as it is. */
export interface OrderChange {
  /** All of them as they shall be: same number, same ids. */
  travellers?: readonly Traveller[];
  cabin?: Cabin;
  /** Checked bags of all travellers together, and how many of them are paid for. */
  checkedBags?: { total: number; paid: number };
  /** Means of payment on file at the supplier, where it takes the money itself. */
  method?: string;
}

export type Reprice<O extends Offer = Offer> =
  | { status: "available"; offer: O }
  /** `offer` carries the new price under the same id. */
  | { status: "price-changed"; offer: O; was: Money }
  | { status: "sold-out" }
  | { status: "expired" };

/** First half of a cancellation or change: what it costs. The second half takes `token` and refuses when it expired. */
export interface Quote {
  token: string;
  /** Kept by supplier and airline. */
  penalty: Money;
  /** Cancel: what comes back. Change: zero or more. */
  refund: Money;
  /** Change: what is to be paid on top; zero for a cancellation. */
  due: Money;
  /** ISO UTC. */
  expiresAt: string;
}

/**
 * One kind of travel at one supplier. Raises `SUPPLIER_UNAVAILABLE` when surely nothing happened, `OUTCOME_UNKNOWN` when a
 * write may have happened (the caller then asks `find`), `OFFER_EXPIRED`, `PRICE_CHANGED` (details: the new price),
 * `SOLD_OUT`, `SUPPLIER_REJECTED` (details: the supplier's own code). Never retries a write.
 */
export interface VerticalSupplier<Q, O extends Offer> {
  search(query: Q, call: SupplierCall): Promise<O[]>;
  reprice(offer: O, call: SupplierCall): Promise<Reprice<O>>;
  /** Absent where nothing can be held. Costs nothing; the order lapses at its `paymentTimeLimit`. */
  hold?(request: BookRequest<O>, call: SupplierCall): Promise<SupplierOrder>;
  /** Buys. */
  book(request: BookRequest<O>, call: SupplierCall): Promise<SupplierOrder>;
  /** Turns a held or confirmed order into tickets. Absent where booking is all there is. */
  ticket?(reference: string, key: string, call: SupplierCall): Promise<SupplierOrder>;
  /** Read-back by our key; null when the supplier never heard of it. */
  find(key: string, call: SupplierCall): Promise<SupplierOrder | null>;
  /**
   * A person found the purchase of `key` whose reply was lost, at the supplier itself, under this reference: from now on it is that order.
   * Raises `SUPPLIER_REJECTED` when it cannot be. Absent where `read` shows orders whose reply never came, also those that are cancelled by now.
   */
  adopt?(reference: string, key: string, call: SupplierCall): Promise<SupplierOrder>;
  read(reference: string, call: SupplierCall): Promise<SupplierOrder>;
  quoteCancel(reference: string, call: SupplierCall): Promise<Quote>;
  /** The same key again returns the first outcome. */
  cancel(reference: string, token: string, key: string, call: SupplierCall): Promise<SupplierOrder>;
  /** Exchange for another offer of the same supplier and kind. Absent where only cancel and rebook is possible. */
  quoteChange?(reference: string, to: O, call: SupplierCall): Promise<Quote>;
  change?(reference: string, to: O, token: string, key: string, call: SupplierCall): Promise<SupplierOrder>;
  /** What a change of names, cabin or bags costs. Absent where the supplier cannot. */
  quoteModify?(reference: string, change: OrderChange, call: SupplierCall): Promise<Quote>;
  modify?(reference: string, change: OrderChange, token: string, key: string, call: SupplierCall): Promise<SupplierOrder>;
  /**
   * Says yes to a change of the supplier's own, `changeToAnswer` of the order. Of one that is accepted already it returns the order.
   * Raises `SUPPLIER_REJECTED` when another change came since. Absent where only a person can.
   */
  acceptChange?(reference: string, change: string, call: SupplierCall): Promise<SupplierOrder>;
}

/** Something happened at the supplier that nobody here caused. A hint: what is true is read with `read`. */
export interface SupplierNews {
  /** The supplier's id of the event; the same event may come again. */
  id: string;
  kind: "schedule-change" | "cancelled" | "ticketed" | "changed" | "failed";
  vertical: Offer["vertical"];
  /** The supplier's reference of the order, or our key of it. */
  reference: string;
}

/** How a supplier tells news. Each ability is absent where the supplier has none. */
export interface SupplierEvents {
  /** Reads a webhook. Raises `UNAUTHORIZED` for a wrong or old signature; an event that concerns no order is no news. */
  receive?(delivery: Delivery, signal: AbortSignal): Promise<SupplierNews[]>;
  /** What happened since `cursor`, oldest first; without one, from now on. */
  poll?(cursor: string | undefined, call: SupplierCall): Promise<{ news: SupplierNews[]; cursor: string }>;
}

/** A supplier with the kinds of travel it has. */
export interface Supplier {
  readonly id: string;
  /** False for sandboxes: no real money, no real travel. */
  readonly live: boolean;
  readonly flights?: VerticalSupplier<FlightQuery, FlightOffer>;
  readonly hotels?: VerticalSupplier<HotelQuery, HotelOffer>;
  readonly cars?: VerticalSupplier<CarQuery, CarOffer>;
  readonly events?: SupplierEvents;
  /** What it can do for customers of its own. Absent where it only sells offers. */
  readonly desk?: SupplierDesk;
}
