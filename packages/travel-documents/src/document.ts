import type { Money, TravelTime } from "@travelagent/protocol";

/** Whoever stands on the letterhead. */
export interface Agency {
  name: string;
  /** Lines of the postal address. */
  address?: readonly string[];
  email?: string;
  phone?: string;
  /** On invoices, where the law asks for it. */
  taxId?: string;
  /** How to pay by transfer, one line each. */
  bank?: readonly string[];
}

export interface ItineraryItem {
  kind: "flight" | "hotel" | "car";
  /** `LH1123 Barcelona BCN → Frankfurt FRA`. */
  title: string;
  start: TravelTime;
  end: TravelTime;
  /** Facts for the traveller, one a line: terminal, bags, board, what it costs to cancel. */
  lines: readonly string[];
  /** What to show at the counter. */
  locators: readonly string[];
  /** Ticket and voucher numbers. */
  documents?: readonly string[];
  /** For the map and the calendar. */
  place?: string;
  /** `confirmed`, `cancelled`, as the traveller should read it. */
  status: string;
}

/** A trip as somebody carries it. */
export interface Itinerary {
  reference: string;
  title: string;
  agency: Agency;
  travellers: readonly string[];
  items: readonly ItineraryItem[];
  total?: Money;
  /** Shown at the end: passports, rights, whom to call. */
  notes?: readonly string[];
  /** ISO UTC. */
  issuedAt: string;
  /** BCP 47; dates are written its way. Default `en-GB`. */
  locale?: string;
  /** Nothing of it is real travel; written across the top. */
  sandbox?: boolean;
}

export interface InvoiceLine {
  description: string;
  quantity: number;
  unit: Money;
  /** Quantity × unit, tax included. */
  total: Money;
}

/** An invoice, or with `correctsNumber` a credit note. All amounts are in one currency. */
export interface Invoice {
  number: string;
  /** Of a credit note: the invoice it takes back. */
  correctsNumber?: string;
  /** YYYY-MM-DD. */
  issuedOn: string;
  dueOn?: string;
  reference: string;
  agency: Agency;
  buyer: { name: string; address?: readonly string[]; taxId?: string; email?: string };
  lines: readonly InvoiceLine[];
  /** Taxes contained in the lines, where they are shown. A travel agent under the margin scheme shows none. */
  taxes?: readonly { label: string; amount: Money }[];
  total: Money;
  paid: Money;
  /** Still to be paid; negative when the buyer gets money back. */
  balance: Money;
  notes?: readonly string[];
  locale?: string;
  sandbox?: boolean;
}
