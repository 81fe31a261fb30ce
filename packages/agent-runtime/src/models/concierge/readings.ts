import type { Booking, Money } from "@travelagent/protocol";
import type { ToolResultMessage } from "@travelagent/protocol/messages";
import type { Vertical } from "./intents.ts";

/** What the dialogue reads of tool results: only what it uses, checked, since it comes from outside of this package. */

export interface OfferReading {
  number: number;
  offerId: string;
  supplier: string;
  title: string;
  lines: string[];
  price: Money;
  tags: string[];
  /** What its supplier wants to know beyond names and e-mail address: `bornOn`, `gender`, `phone`. */
  requires: string[];
  sandbox: boolean;
}

export interface SearchReading {
  vertical: Vertical;
  offers: OfferReading[];
  /** Suppliers that did not answer. */
  missing: number;
  asked: number;
}

export interface PendingReading {
  kind: "confirmation" | "approval";
  tool: string;
  title: string;
  total?: Money;
  penalty?: Money;
  /** What a yes covers, one fact a line. */
  lines: string[];
  expiresAt: string;
}

export interface OutcomeReading {
  status: "booked" | "held" | "changed" | "cancelled" | "awaiting-payment" | "unknown" | "needs-person";
  booking: BookingReading;
  penalty?: Money;
  refund?: Money;
  note?: string;
}

export type BookingReading = Pick<Booking, "reference" | "status"> & {
  items: { kind: Vertical; summary: string; status: string; start: string; end: string; sandbox: boolean }[];
  total?: Money;
  travellers: number;
  paymentTimeLimit?: string;
};

export interface ErrorReading {
  code: string;
  message: string;
  offerId?: string;
}

type Fields = Record<string, unknown>;
const fields = (value: unknown): Fields => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {});
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const array = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const strings = (value: unknown): string[] => array(value).filter((item) => typeof item === "string");

function money(value: unknown): Money | undefined {
  const { amount, currency } = fields(value);
  return typeof amount === "string" && /^-?\d+(\.\d+)?$/.test(amount) && typeof currency === "string" ? { amount, currency } : undefined;
}

const vertical = (value: unknown): Vertical | undefined => (value === "flight" || value === "hotel" || value === "car" ? value : undefined);

/** The JSON of a tool result, or an empty record. */
export function contentOf(result: ToolResultMessage): Fields {
  try {
    return fields(JSON.parse(result.content.map((block) => block.text).join("")));
  } catch {
    return {};
  }
}

export function readError(content: Fields, result: ToolResultMessage): ErrorReading | undefined {
  const error = fields(content.error);
  if (!result.isError && content.error === undefined) return undefined;
  const offerId = text(fields(error.details).offerId);
  return { code: text(error.code) || "INTERNAL", message: text(error.message) || "something went wrong on our side", ...(offerId ? { offerId } : {}) };
}

function offer(value: unknown, index: number): OfferReading | undefined {
  const read = fields(value);
  const price = money(read.price);
  const offerId = text(read.offerId);
  if (!price || !offerId) return undefined;
  const number = typeof read.number === "number" ? read.number : index + 1;
  return {
    number,
    offerId,
    supplier: text(read.supplier),
    title: text(read.title),
    lines: strings(read.lines),
    price,
    tags: strings(read.tags),
    requires: strings(read.requires),
    sandbox: read.sandbox === true,
  };
}

export function readSearch(content: Fields): SearchReading | undefined {
  const kind = vertical(content.vertical);
  if (!kind || !Array.isArray(content.offers)) return undefined;
  const suppliers = array(content.suppliers).map(fields);
  return {
    vertical: kind,
    offers: content.offers.map(offer).filter((one) => one !== undefined),
    missing: suppliers.filter(({ status }) => status !== "ok").length,
    asked: suppliers.length,
  };
}

export function readPending(content: Fields): PendingReading | undefined {
  if (content.status !== "confirmation-required" && content.status !== "approval-required") return undefined;
  const total = money(content.total);
  const penalty = money(content.penalty);
  return {
    kind: content.status === "confirmation-required" ? "confirmation" : "approval",
    tool: text(content.tool),
    title: text(content.title),
    lines: strings(content.lines),
    expiresAt: text(content.expiresAt),
    ...(total ? { total } : {}),
    ...(penalty ? { penalty } : {}),
  };
}

function readBooking(value: unknown): BookingReading | undefined {
  const read = fields(value);
  const reference = text(read.reference);
  if (!reference) return undefined;
  const total = money(read.total);
  const limit = text(read.paymentTimeLimit);
  return {
    reference,
    status: text(read.status) as Booking["status"],
    items: array(read.items).flatMap((value) => {
      const item = fields(value);
      const kind = vertical(item.kind);
      return kind
        ? [
            {
              kind,
              summary: text(item.summary),
              status: text(item.status),
              start: text(fields(item.start).local),
              end: text(fields(item.end).local),
              sandbox: item.sandbox === true,
            },
          ]
        : [];
    }),
    travellers: array(read.travellers).length,
    ...(total ? { total } : {}),
    ...(limit ? { paymentTimeLimit: limit } : {}),
  };
}

const outcomes = new Set<unknown>(["booked", "held", "changed", "cancelled", "awaiting-payment", "unknown", "needs-person"]);

export function readOutcome(content: Fields): OutcomeReading | undefined {
  const booking = readBooking(content.booking);
  if (!booking || !outcomes.has(content.status)) return undefined;
  const penalty = money(content.penalty);
  const refund = money(content.refund);
  const note = text(content.note);
  return {
    status: content.status as OutcomeReading["status"],
    booking,
    ...(penalty ? { penalty } : {}),
    ...(refund ? { refund } : {}),
    ...(note ? { note } : {}),
  };
}

export const readHistory = (content: Fields): BookingReading[] | undefined =>
  Array.isArray(content.bookings) ? content.bookings.map(readBooking).filter((one) => one !== undefined) : undefined;
