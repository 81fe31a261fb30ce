import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { Attachment } from "@travelagent/protocol/messages";
import * as z from "zod";
import type { Bookings } from "../bookings.ts";
import { claimBooking, claimOffers } from "../tools/claims.ts";
import type { PaperKind } from "./links.ts";
import type { Proposal } from "./proposals.ts";

export interface PaperToolParts {
  bookings: Bookings;
  /** Makes a link to a paper of a booking. */
  share(orderId: string, kind: PaperKind): Promise<{ url: string; expiresAt: string }>;
  /** Puts the paper, as it is now, among the files of the conversation. Absent where no files are kept: only links are shared. */
  attach?(orderId: string, kind: PaperKind, sessionKey: string): Promise<Attachment>;
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
export function paperTools({ bookings, share, attach, quote }: PaperToolParts): Tool[] {
  return [
    defineTool({
      name: "share_itinerary",
      description:
        "The itinerary (PDF), the calendar file, or the invoice of this customer's booking: as a link, or as a file in this conversation when they ask for one.",
      group: "booking",
      args: z.strictObject({
        bookingReference: z.string().regex(/^[A-Z0-9]{6}$/),
        paper: z.enum(["itinerary", "calendar", "invoice"]).optional().describe("default itinerary"),
        as: z.enum(["link", "file"]).optional().describe("default link, which always shows the booking as it is when it is opened"),
      }),
      effect: "write",
      writes: "personal-data",
      timeoutMs: 15_000,
      claims: async ({ bookingReference }) => [await claimBooking(bookings, bookingReference)],
      async execute({ bookingReference, paper = "itinerary", as = "link" }, { turn }) {
        const stored = await bookings.byReference(bookingReference);
        if (!stored) throw new TravelAgentError("NOT_FOUND", `there is no booking ${bookingReference}; check its six letters and digits`);
        const link = await share(stored.order.id, paper);
        if (as === "link" || !attach || turn.chatType === "group") return { content: { status: "shared", paper, ...link } };
        const attachment = await attach(stored.order.id, paper, turn.sessionKey);
        return { content: { status: "attached", paper, fileName: attachment.fileName, ...link }, attachments: [attachment] };
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
