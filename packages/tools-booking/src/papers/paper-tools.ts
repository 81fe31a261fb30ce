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
    supersedes?: string;
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
        "A page with offers of the last searches side by side (price for everybody, taxes, bags, conditions), which the customer can open, forward and accept from. Nothing is booked by it. When it replaces an earlier quote of this conversation, say so in `supersedes`: the customer can no longer accept that one.",
      group: "booking",
      args: z.strictObject({
        offerIds: z.array(z.string().min(1).max(100)).min(1).max(6),
        title: z.string().trim().min(1).max(120).optional(),
        message: z.string().trim().min(1).max(1000).optional().describe("a line for the customer above the offers"),
        supersedes: z.string().min(1).max(100).optional().describe("quoteId of the earlier quote of this conversation that it replaces"),
      }),
      effect: "write",
      writes: "conversation",
      timeoutMs: 15_000,
      claims: ({ offerIds }) => claimOffers(bookings, offerIds),
      async execute({ offerIds, title, message, supersedes }, { turn }) {
        const { proposal, url } = await quote({
          sessionKey: turn.sessionKey,
          ...(turn.customerId === undefined ? {} : { customerId: turn.customerId }),
          offerIds,
          ...(title === undefined ? {} : { title }),
          ...(message === undefined ? {} : { message }),
          ...(supersedes === undefined ? {} : { supersedes }),
        });
        return { content: { status: "shared", quoteId: proposal.id, version: proposal.version, url, expiresAt: proposal.expiresAt } };
      },
    }),
  ];
}
