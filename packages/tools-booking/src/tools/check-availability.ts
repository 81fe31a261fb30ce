import { defineTool, type Tool } from "@travelagent/agent-runtime";
import type { Bookings } from "../bookings.ts";
import { CheckAvailabilityArgs } from "./arguments.ts";
import { claimOffers } from "./claims.ts";
import type { AvailabilityResult } from "./results.ts";

export const checkAvailability = (bookings: Bookings): Tool =>
  defineTool({
    name: "check_availability",
    description: "Ask the supplier whether an offer of an earlier search can still be booked, and at which price. Books nothing.",
    group: "booking",
    args: CheckAvailabilityArgs,
    effect: "read",
    claims: ({ offerId }) => claimOffers(bookings, [offerId]),
    async execute({ offerId }, { turn, toolCallId, signal }) {
      const { outcome, was } = await bookings.checkAvailability(offerId, { requestId: `${turn.runId}:${toolCallId}`, signal });
      if (outcome.status === "sold-out" || outcome.status === "expired") return { content: { status: outcome.status, offerId } satisfies AvailabilityResult };
      const { price, offerExpiresAt } = outcome.offer;
      const changed = price.total.amount !== was.amount || price.total.currency !== was.currency;
      const content: AvailabilityResult = {
        status: changed ? "price-changed" : "available",
        offerId,
        price: price.total,
        ...(changed ? { was } : {}),
        expiresAt: offerExpiresAt,
      };
      return { content };
    },
  });
