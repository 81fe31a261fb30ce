import type { Booking, Money } from "@travelagent/protocol";

/** A trip as its customer sees it: without what only the agency and its suppliers need. */
export interface PortalTrip extends Pick<Booking, "id" | "reference" | "status" | "total" | "balance" | "payUrl" | "payUntil" | "notice"> {
  items: Pick<Booking["items"][number], "kind" | "summary" | "status" | "start" | "end" | "locators" | "sandbox">[];
  travellers: string[];
  /** Papers that can be had now. */
  papers: PaperKind[];
}

export type PaperKind = "itinerary" | "calendar" | "invoice";

export interface PortalPaper {
  name: string;
  mimeType: string;
  bytes: Uint8Array;
}

/** Offers to choose from. */
export interface PortalQuote {
  id: string;
  title: string;
  message?: string;
  status: "open" | "accepted" | "withdrawn" | "expired" | "superseded";
  /** 2 for one that replaces another, and so on. */
  version: number;
  /** ISO UTC. */
  expiresAt: string;
  offers: { id: string; title: string; price: Money; sandbox: boolean; facts: { label: string; values: string[] }[]; chosen: boolean }[];
}

/** What the page shows beside the conversation. Every call names the customer, and nothing of another one is ever given. */
export interface PortalDesk {
  /** Null for a customer who is gone. `language`: BCP 47. */
  customer(customerId: string): Promise<{ name: string; language?: string } | null>;
  agency(): { name: string; email?: string; phone?: string };
  /** Coming ones first, then those that are over, newest first. */
  trips(customerId: string): Promise<PortalTrip[]>;
  /** Null for a trip that is not this customer's, and for a paper that cannot be had. */
  paper(customerId: string, tripId: string, kind: PaperKind): Promise<PortalPaper | null>;
  /** Newest first. */
  quotes(customerId: string): Promise<PortalQuote[]>;
  /** Raises `NOT_FOUND` for a quote that is not this customer's; else as the quote page does: `OFFER_EXPIRED`, `CONFLICT`, `OFFER_NOT_FOUND`. */
  accept(customerId: string, quoteId: string, offerId: string): Promise<void>;
}
