import { randomBytes } from "node:crypto";
import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Quote } from "../../supplier.ts";
import type { SupplierMemory } from "./memory.ts";

/** What a token stands for. */
export interface QuoteTerms<V = unknown> {
  action: "cancel" | "change" | "modify";
  reference: string;
  penalty: Money;
  refund: Money;
  due: Money;
  /** What the vendor needs to confirm it, and what must not have changed since. */
  vendor: V;
}

/** Quotes of vendors that hand out none of their own: a token here is good for one action on one order until it expires. */
export interface QuoteBook {
  issue<V>(terms: QuoteTerms<V>, expiresAt?: string): Promise<Quote>;
  /** Raises `SUPPLIER_REJECTED` for a token that is not for this, or is too old. */
  accept<V>(token: string, action: QuoteTerms["action"], reference: string): Promise<QuoteTerms<V>>;
}

const rejected = (code: string, message: string) => new TravelAgentError("SUPPLIER_REJECTED", message, { details: { code } });

/** `validMs` is for vendors that name no end; default 15 minutes. */
export function createQuoteBook(memory: SupplierMemory, clock: Clock, validMs = 15 * 60_000): QuoteBook {
  return {
    async issue(terms, expiresAt = new Date(clock.now() + validMs).toISOString()) {
      const token = randomBytes(18).toString("base64url");
      await memory.put("quote", token, { ...terms, expiresAt });
      const { penalty, refund, due } = terms;
      return { token, penalty, refund, due, expiresAt };
    },
    async accept<V>(token: string, action: QuoteTerms["action"], reference: string) {
      const terms = await memory.get<QuoteTerms<V> & { expiresAt: string }>("quote", token);
      if (!terms || terms.action !== action || terms.reference !== reference)
        throw rejected("invalid_token", `this token does not ${action} this order; ask for a quote first`);
      if (Date.parse(terms.expiresAt) <= clock.now()) throw rejected("quote_expired", "the quote is too old; ask for a new one");
      return terms;
    },
  };
}
