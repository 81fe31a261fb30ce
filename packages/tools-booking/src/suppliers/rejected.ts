import { TravelAgentError } from "@travelagent/protocol";

/** A refusal by the adapter itself: `code` is for programs, the message tells a person what to do. */
export const rejected = (code: string, message: string): TravelAgentError => new TravelAgentError("SUPPLIER_REJECTED", message, { details: { code } });

export const offerTooOld = (): TravelAgentError => new TravelAgentError("OFFER_EXPIRED", "the offer is no longer valid; search again for a new one");

/** The code a refusal carries, the vendor's or ours. */
export const codeWithin = (error: unknown): unknown => (TravelAgentError.is(error) ? (error.details as { code?: unknown } | undefined)?.code : undefined);
