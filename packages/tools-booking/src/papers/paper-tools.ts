import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import type { Bookings } from "../bookings.ts";
import { claimBooking, claimOffers } from "../tools/claims.ts";
import type { PaperKind } from "./links.ts";
import type { Proposal } from "./proposals.ts";

export interface PaperToolParts {
  bookings: Bookings;
  /** Makes a link to a paper of a booking. */
  share(orderId: string, kind: PaperKind): Promise<{ url: string; expiresAt: string }>;
  /** Makes a page of offers for the customer of a conversation. */
  quote(request: {
    sessionKey: string;
    customerId?: string;
    offerIds: readonly string[];
    title?: string;
    message?: string;
  }): Promise<{ proposal: Proposal; url: string }>;
}

/** Papers for the customer of the conversation: links that open without signing in, and end. */
export function paperTools({ bookings, share, quote }: PaperToolParts): Tool[] {
  return [
    defineTool({
      name: "share_itinerary",
      description: "A link for this customer to the itinerary (PDF), the calendar file, or the invoice of their booking.",
      group: "booking",
      args: z.strictObject({
        bookingReference: z.string().regex(/^[A-Z0-9]{6}$/),
        paper: z.enum(["itinerary", "calendar", "invoice"]).optional().describe("default itinerary"),
      }),
      effect: "write",
      writes: "personal-data",
      timeoutMs: 15_000,
      claims: async ({ bookingReference }) => [await claimBooking(bookings, bookingReference)],
      async execute({ bookingReference, paper = "itinerary" }) {
        const stored = await bookings.byReference(bookingReference);
        if (!stored) throw new TravelAgentError("NOT_FOUND", `there is no booking ${bookingReference}; check its six letters and digits`);
        return { content: { status: "shared", paper, ...(await share(stored.order.id, paper)) } };
      },
    }),
    defineTool({
      name: "share_quote",
      description:
        "A page with offers of the last searches side by side (price for everybody, taxes, bags, conditions), which the customer can open, forward and accept from. Nothing is booked by it.",
      group: "booking",
      args: z.strictObject({
        offerIds: z.array(z.string().min(1).max(100)).min(1).max(6),
        title: z.string().trim().min(1).max(120).optional(),
        message: z.string().trim().min(1).max(1000).optional().describe("a line for the customer above the offers"),
      }),
      effect: "write",
      writes: "conversation",
      timeoutMs: 15_000,
      claims: ({ offerIds }) => claimOffers(bookings, offerIds),
      async execute({ offerIds, title, message }, { turn }) {
        const { proposal, url } = await quote({
          sessionKey: turn.sessionKey,
          ...(turn.customerId === undefined ? {} : { customerId: turn.customerId }),
          offerIds,
          ...(title === undefined ? {} : { title }),
          ...(message === undefined ? {} : { message }),
        });
        return { content: { status: "shared", quoteId: proposal.id, url, expiresAt: proposal.expiresAt } };
      },
    }),
  ];
}
