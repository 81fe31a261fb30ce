import type { Claim } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";

/**
 * What is known from the conversation itself, written down by the program that holds it and by no model: the reason the customer
 * gave, what they complained about and asked for.
 */
export type ConversationFacts = Record<string, unknown>;
export type ReadConversation = (turn: TurnScope) => Promise<ConversationFacts>;

/** What the tools state on top where a supplier has a desk; the parts under `desk` are those of `SupplierDesk.assess`. */
export const directFactNames: readonly string[] = [
  "possible",
  "problem",
  "already",
  "reason",
  "cause",
  "form",
  "amount",
  "desk.membership",
  "desk.cabin",
  "desk.travellers",
  "desk.incompleteTravellers",
  "desk.refundElsewhere",
  "desk.refundOther",
  "desk.partly",
  ...["status", "cabin", "tripType", "insured", "travellers", "bags.total", "bags.paid", "hoursSinceBooking", "flown", "cancelledByAirline", "delayed"].map(
    (name) => `desk.booking.${name}`,
  ),
  ...["cabins", "startsAtOrigin", "connected", "endsWhereDue", "inOrder", "together", "bags.total", "bags.paid", "total"].map((name) => `desk.trip.${name}`),
  ...["known", "kept", "flown", "status", "seats", "price"].map((name) => `desk.trip.legs[].${name}`),
  ...["flights", "cabin", "otherRoute", "otherTripType", "insurance", "bags", "travellers", "dropsFlown"].map((name) => `desk.change.${name}`),
  ...["certificates", "creditCards", "giftCards", "total", "due", "asDue"].map((name) => `desk.payment.${name}`),
  ...["kind", "amount", "balance", "covers"].map((name) => `desk.payment.means[].${name}`),
  ...["reason", "complaint", "customerAsked", "changedOrCancelled", "bagsWanted"].map((name) => `conversation.${name}`),
];

/** A customer's id among the arguments: nobody acts for another one. */
export const claimCustomer = (id: string | undefined): Claim[] => (id === undefined ? [] : [{ kind: "customer", id, owner: { customerId: id } }]);

/** Refusals of a proposal that rules may look at, instead of ending it before they are asked. */
const saysNo: ReadonlySet<string> = new Set(["SUPPLIER_REJECTED", "SOLD_OUT", "OFFER_EXPIRED", "PRICE_CHANGED", "INVALID_REQUEST", "CONFLICT", "NOT_FOUND"]);

export interface Impossible {
  problem: TravelAgentError;
}

/** What `work` gives, or why it is not possible. Failures that are nobody's answer are raised. */
export async function tryOut<T>(work: () => Promise<T>): Promise<T | Impossible> {
  try {
    return await work();
  } catch (error) {
    if (TravelAgentError.is(error) && saysNo.has(error.code)) return { problem: error };
    throw error;
  }
}

export const isImpossible = (outcome: unknown): outcome is Impossible => typeof outcome === "object" && outcome !== null && "problem" in outcome;
