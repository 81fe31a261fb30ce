import { type Action, defineTool, type Tool } from "@travelagent/agent-runtime";
import type { Money } from "@travelagent/protocol";
import type { Bookings } from "../bookings.ts";
import type { PaperDesk } from "../documents/paper-desk.ts";
import { papersOf, passportIn, type TravellerPaper } from "../documents/traveller-papers.ts";
import { formatMoney, sum } from "../money.ts";
import type { Offer } from "../offer.ts";
import { isPaidHere } from "../offer-facts.ts";
import type { PreparedTrip, TripRequest } from "../preparation.ts";
import type { Contact } from "../supplier.ts";
import { sandboxLine, sayTotal, summaryOf, termLines, titleOf } from "../wording.ts";
import { CreateBookingArgs } from "./arguments.ts";
import { bookingOutput } from "./booking-result.ts";
import { claimOffers } from "./claims.ts";
import { documentFacts } from "./document-facts.ts";
import { actionLifeMs, createBookingFacts, figure, travelFacts } from "./facts.ts";
import { budgetOf, recordFacts } from "./record-facts.ts";
import type { BookingResult } from "./results.ts";

const request = (
  args: { offerIds: string[]; travellers: TripRequest["travellers"]; contact: { email: string; phone?: string | undefined } },
  papers: readonly TravellerPaper[][],
): TripRequest => {
  const contact: Contact = { email: args.contact.email, ...(args.contact.phone === undefined ? {} : { phone: args.contact.phone }) };
  return { offerIds: args.offerIds, travellers: args.travellers.map((traveller, index) => ({ ...traveller, papers: papers[index] ?? [] })), contact };
};

/** Everything a yes to this trip covers. */
function actionOf({ offers, travellers, total, existing }: PreparedTrip, contact: Contact, now: number, papers: readonly TravellerPaper[]): Action {
  // A trip that is booked already is described as it was confirmed, so that a second yes finds it instead of buying again.
  const quoted = new Map<string, Money>(
    existing ? existing.order.items.map((item) => [item.offer.id, item.quoted]) : offers.map((offer) => [offer.id, offer.price.total]),
  );
  const price = existing?.order.maxTotal ?? total;
  const later = sum(
    offers.filter((offer) => !isPaidHere(offer)).map((offer) => offer.price.total),
    total.currency,
  );
  const people = travellers.map(
    ({ givenName, familyName, ptc, bornOn }) =>
      `${givenName} ${familyName}${ptc === "ADT" ? "" : ptc === "CHD" ? ", child" : ", infant"}${bornOn === undefined ? "" : `, born ${bornOn}`}`,
  );
  const block = (offer: Offer): string[] =>
    offers.length > 1 ? [`${summaryOf(offer)}: ${formatMoney(offer.price.total)}`, ...termLines(offer)] : termLines(offer);
  return {
    title: existing
      ? `Already booked: ${existing.order.reference}`
      : offers.length === 1
        ? `Book ${titleOf(offers[0]!)}`
        : `Book a trip of ${offers.length} parts`,
    lines: [
      ...(existing ? [`You have this booking already under ${existing.order.reference}; nothing is bought again`] : []),
      ...offers.flatMap(block),
      `Travellers: ${people.join("; ")}`,
      ...(papers.length > 0 ? [`Papers the airline gets: ${papers.map(({ said }) => said).join("; ")}`] : []),
      `Contact: ${contact.email}${contact.phone === undefined ? "" : ` and ${contact.phone}`}`,
      sayTotal(price),
      ...(offers.some((offer) => !isPaidHere(offer)) ? [`Of it paid on the spot: ${formatMoney(later)}`] : []),
      ...(offers.some((offer) => offer.sandbox) ? [sandboxLine] : []),
    ],
    total: price,
    expiresAt: Math.min(now + actionLifeMs, ...(existing ? [] : offers.map((offer) => Date.parse(offer.offerExpiresAt)))),
    subject: {
      offers: offers.map(({ id }) => ({ id, price: quoted.get(id)?.amount ?? null })),
      price: price.amount,
      currency: price.currency,
      travellers: travellers.map(({ givenName, familyName, ptc, bornOn }) => ({ givenName, familyName, ptc, bornOn: bornOn ?? null })),
      contact,
      ...(papers.length > 0 ? { papers: papers.map(({ id, version }) => ({ id, version })) } : {}),
    },
    // What is booked already was paid in time, whatever its offers said.
    facts: { ...travelFacts(offers, travellers, now, existing ? { ticketBy: [] } : {}), total: figure(price), already: existing !== undefined },
  };
}

export const createBooking = (bookings: Bookings, desk?: PaperDesk): Tool =>
  defineTool({
    name: "create_booking",
    description:
      "Book offers of the last searches as one trip for these travellers. The customer is shown everything and asked first. Names as in the passport; birth dates for children and infants.",
    group: "booking",
    args: CreateBookingArgs,
    effect: "write",
    writes: "money",
    facts: createBookingFacts,
    timeoutMs: 75_000,
    claims: ({ offerIds }) => claimOffers(bookings, offerIds),
    async describe(args, { turn, toolCallId, signal, now }) {
      const kept = await papersOf(desk, turn, args.travellers);
      const trip = request(args, kept);
      const prepared = await bookings.prepareBooking(trip, { requestId: `${turn.runId}:${toolCallId}`, signal });
      const action = actionOf(prepared, trip.contact, now, kept.flat());
      const budget = await budgetOf(bookings, trip.offerIds);
      const records = await recordFacts(bookings, { customerId: turn.customerId, ...prepared, except: prepared.existing?.order.id });
      const known = args.travellers.map((traveller, index) => ({ ...traveller, passport: traveller.passport ?? passportIn(kept[index]) }));
      const papers = documentFacts(known, prepared.offers, String(action.facts.lastDate));
      const people = (action.facts.travellers as object[]).map((traveller, index) => ({ ...traveller, ...papers[index] }));
      return { ...action, facts: { ...action.facts, travellers: people, ...records, ...(budget ? { budget: figure(budget) } : {}) } };
    },
    async execute(args, { turn, action, idempotencyKey, signal }) {
      const stored = await bookings.book(
        {
          ...request(args, await papersOf(desk, turn, args.travellers)),
          buyer: {
            sessionKey: turn.sessionKey,
            ...(turn.customerId === undefined ? {} : { customerId: turn.customerId }),
            channel: turn.channel,
            peerId: turn.peerId,
          },
          ...(action?.total ? { maxTotal: action.total } : {}),
        },
        { idempotencyKey, waitMs: 60_000, signal },
      );
      const output = bookingOutput(stored, "booked");
      return action?.facts.already === true ? { ...output, content: { ...(output.content as BookingResult), already: true } } : output;
    },
  });
