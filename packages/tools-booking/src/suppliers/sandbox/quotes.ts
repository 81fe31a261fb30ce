import type { Money } from "@travelagent/protocol";
import type { Quote } from "../../supplier.ts";
import type { OrderRecord } from "./order-record.ts";
import { rejected } from "./product.ts";
import type { Seal } from "./seal.ts";

const validMs = 15 * 60_000;

/** What a token says once opened. It is for one version of the order, so nothing can happen to the order in between. */
interface QuoteContent {
  action: "cancel" | "change";
  reference: string;
  version: number;
  penalty: Money;
  refund: Money;
  due: Money;
  expiresAt: number;
  /** Of a change: the reference of the offer it is for. */
  to?: string;
}

export function makeQuote(seal: Seal, order: OrderRecord, now: number, content: Pick<QuoteContent, "action" | "penalty" | "refund" | "due" | "to">): Quote {
  const { penalty, refund, due } = content;
  const expiresAt = now + validMs;
  const sealed: QuoteContent = { ...content, reference: order.reference, version: order.version, expiresAt };
  return { token: seal.seal(sealed), penalty, refund, due, expiresAt: new Date(expiresAt).toISOString() };
}

/** Raises `SUPPLIER_REJECTED` for a token that is not for this action on this order as it is now. */
export function acceptQuote(seal: Seal, token: string, action: QuoteContent["action"], order: OrderRecord, now: number): QuoteContent {
  const quote = seal.open<QuoteContent>(token);
  if (!quote || quote.action !== action || quote.reference !== order.reference) {
    throw rejected("invalid_token", `this token does not ${action} this order; ask for a quote first`);
  }
  if (quote.version !== order.version) throw rejected("quote_outdated", "the order changed since the quote; ask for a new one");
  if (quote.expiresAt <= now) throw rejected("quote_expired", "the quote is too old; ask for a new one");
  return quote;
}
