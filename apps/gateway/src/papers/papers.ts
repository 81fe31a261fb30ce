import type { Tool } from "@travelagent/agent-runtime";
import type { GatewayConfig } from "@travelagent/config";
import type { HttpRoute } from "@travelagent/gateway-core";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { MediaStore } from "@travelagent/protocol/media";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import type { Bookings } from "@travelagent/tools-booking";
import {
  type Buyer,
  compareOffers,
  createInvoices,
  createPaperLinks,
  createProposals,
  type IssuedInvoice,
  type PaperKind,
  type PaperLink,
  type Proposal,
  paperTools,
} from "@travelagent/tools-booking/papers";
import { type PaperFile, paperOf } from "./booking-papers.ts";
import { paperRoutes } from "./paper-routes.ts";

type Stored = NonNullable<Awaited<ReturnType<Bookings["get"]>>>;

export interface PapersOptions {
  config: () => GatewayConfig;
  bookings: Bookings;
  db: Database;
  clock: Clock;
  log: Logger;
  /** Where customers reach this gateway, without a slash at the end. */
  publicUrl(): string;
  /** Where files that go out with a message are kept. */
  media?: Pick<MediaStore, "save">;
  /** Whose conversation it is, where that is known. */
  customerOf(sessionKey: string): Promise<string | undefined>;
  /** How the customer is called on an invoice nobody named a buyer for. */
  buyerOf(customerId: string): Promise<Buyer | undefined>;
  /** The agent of a conversation is told something, once for each id. */
  note(note: { id: string; sessionKey: string; text: string }): Promise<unknown>;
  /** A quote was made. May come again for the same one; must not throw. */
  onQuote?(quote: Pick<Proposal, "id" | "sessionKey" | "createdAt">): void;
}

/** Itineraries, invoices, calendars and quotes: for people of the agency by method, for customers by link. */
export interface Papers {
  tools: readonly Tool[];
  handlers: Handlers;
  routes: readonly HttpRoute[];
  /** A link to a paper of the booking as it is when it is opened. Raises `NOT_FOUND` for a booking that is not there. */
  share(orderId: string, kind: PaperKind): Promise<{ url: string; expiresAt: string }>;
  /** The paper itself, as it is now; an invoice is issued when there is none. Raises `NOT_FOUND`. */
  file(orderId: string, kind: PaperKind): Promise<PaperFile>;
  /** Newest first. */
  quotesOf(customerId: string): Promise<Proposal[]>;
  /** The choice of a customer who is signed in. Raises `NOT_FOUND` for a quote of somebody else; else as the quote page. */
  acceptQuote(customerId: string, id: string, offerId: string): Promise<void>;
  /** Tells agents of choices that a crash kept from them. Safe at any time. */
  resume(): Promise<void>;
}

const dayMs = 86_400_000;
const linkDays = 90;
const quoteDays = 7;

export async function openPapers({
  config,
  bookings,
  db,
  clock,
  log,
  publicUrl,
  buyerOf,
  customerOf,
  note,
  media,
  onQuote = () => undefined,
}: PapersOptions): Promise<Papers> {
  const invoices = createInvoices({ db, clock });
  const links = createPaperLinks({ db, clock });
  const proposals = createProposals({ db, clock });
  for (const store of [invoices, links, proposals]) await store.migrate();
  await links.prune();

  const must = async (id: string): Promise<Stored> => {
    const stored = (await bookings.get(id)) ?? (await bookings.byReference(id));
    if (!stored) throw new TravelAgentError("NOT_FOUND", `there is no booking ${id}`);
    return stored;
  };

  async function file(orderId: string, kind: PaperKind, number?: string) {
    const stored = await must(orderId);
    const papers = kind === "invoice" ? await invoices.ofOrder(stored.order.id) : [];
    return paperOf(kind, stored, papers, { config: config(), now: clock.now(), ...(number === undefined ? {} : { number }) });
  }

  async function issue(stored: Stored, buyer?: Buyer): Promise<IssuedInvoice[]> {
    const { contact, travellers, customerId } = stored.order;
    const first = travellers[0];
    const known = buyer ?? (await buyerOf(customerId)) ?? { name: first ? `${first.givenName} ${first.familyName}` : contact.email, email: contact.email };
    return invoices.issue(stored, known);
  }

  async function share(orderId: string, kind: PaperKind, { number, days = linkDays }: { number?: string; days?: number } = {}) {
    const stored = await must(orderId);
    if (kind === "invoice") await issue(stored);
    await file(stored.order.id, kind, number);
    const expiresAt = new Date(clock.now() + days * dayMs).toISOString();
    const link: PaperLink = { orderId: stored.order.id, kind, expiresAt, ...(number === undefined ? {} : { number }) };
    return { url: `${publicUrl()}/documents/${await links.create(link)}`, expiresAt };
  }

  async function quote(request: {
    sessionKey: string;
    customerId?: string;
    offerIds: readonly string[];
    title?: string;
    message?: string;
    expiresAt?: string;
    supersedes?: string;
  }) {
    const customerId = request.customerId ?? (await customerOf(request.sessionKey));
    const owner = { sessionKey: request.sessionKey, ...(customerId === undefined ? {} : { customerId }) };
    const offers = await bookings.giveOffers(request.offerIds, owner);
    const { proposal, token } = await proposals.create({
      ...owner,
      title: request.title ?? "Your travel options",
      ...(request.message === undefined ? {} : { message: request.message }),
      offers,
      expiresAt: request.expiresAt ?? new Date(clock.now() + quoteDays * dayMs).toISOString(),
      ...(request.supersedes === undefined ? {} : { supersedes: request.supersedes }),
    });
    onQuote(proposal);
    return { proposal, url: `${publicUrl()}/quotes/${token}` };
  }

  /** The agent hears which offer was chosen, and goes on to the booking, which asks for a yes of its own. */
  const tellOfChoice = ({ id, sessionKey, accepted, title, offers }: Proposal) => {
    const { summary, over } = choiceOf(offers, accepted!);
    const next = over
      ? "Its price no longer stands: search for the same travel again and show the customer what it costs now."
      : "Go on with booking it: collect what is missing about the travellers, then call create_booking, which asks for the final yes.";
    return note({
      id: `quote:${id}`,
      sessionKey,
      text: `The customer accepted an offer on the page of the quote "${title}": offer ${accepted!.offerId} (${summary}). ${next}`,
    });
  };

  async function told({ proposal }: { proposal: Proposal }): Promise<Proposal> {
    await tellOfChoice(proposal).catch((error: unknown) => log.error("an agent could not be told of an accepted quote", { quote: proposal.id, error }));
    return proposal;
  }
  const accept = async (token: string, offerId: string): Promise<Proposal> => told(await proposals.accept(token, offerId));

  const handlers: Handlers = {
    "bookings.document": async ({ id, kind, number }) => {
      const { name, mimeType, bytes } = await file(id, kind, number);
      return { name, mimeType, data: Buffer.from(bytes).toString("base64") };
    },
    "bookings.invoice": async ({ id, buyer }) => ({ invoices: (await issue(await must(id), buyer as Buyer | undefined)).map((paper) => ({ ...paper })) }),
    "bookings.share": ({ id, kind, number, days }) => share(id, kind, { ...(number === undefined ? {} : { number }), ...(days === undefined ? {} : { days }) }),
    "quotes.create": async ({ sessionKey, offerIds, title, message, expiresAt, supersedes }) => {
      const { proposal, url } = await quote({
        sessionKey,
        offerIds,
        ...(title === undefined ? {} : { title }),
        ...(message === undefined ? {} : { message }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
        ...(supersedes === undefined ? {} : { supersedes }),
      });
      return { quote: shown(proposal), url };
    },
    "quotes.list": async (params) => {
      const { sessionKey, customerId, limit = 50 } = params ?? {};
      const found = await proposals.list({ ...(sessionKey === undefined ? {} : { sessionKey }), ...(customerId === undefined ? {} : { customerId }), limit });
      return { quotes: found.map(shown) };
    },
    "quotes.withdraw": async ({ id }) => ({ quote: shown(await proposals.withdraw(id)) }),
  };

  return {
    tools: paperTools({
      bookings,
      share: (orderId, kind) => share(orderId, kind),
      quote,
      ...(media
        ? {
            async attach(orderId, kind, sessionKey) {
              const { bytes, name, mimeType } = await file(orderId, kind);
              return media.save(sessionKey, { bytes: Buffer.from(bytes), fileName: name, declaredType: mimeType });
            },
          }
        : {}),
    }),
    handlers,
    share: (orderId, kind) => share(orderId, kind),
    async file(orderId, kind) {
      if (kind === "invoice") await issue(await must(orderId));
      return file(orderId, kind);
    },
    quotesOf: (customerId) => proposals.list({ customerId, limit: 50 }),
    async acceptQuote(customerId, id, offerId) {
      await told(await proposals.acceptAs(customerId, id, offerId));
    },
    routes: paperRoutes({
      config,
      open: proposals.open,
      accept,
      async paper(token) {
        const link = await links.open(token);
        return link && file(link.orderId, link.kind, link.number);
      },
    }),
    async resume() {
      for (const proposal of await proposals.list({ limit: 200 })) {
        if (clock.now() - Date.parse(proposal.createdAt) < dayMs) onQuote(proposal);
        if (proposal.status === "accepted" && clock.now() - Date.parse(proposal.accepted!.at) < dayMs)
          await tellOfChoice(proposal).catch((error: unknown) => log.error("an agent could not be told of an accepted quote", { quote: proposal.id, error }));
      }
    },
  };
}

/** The chosen offer in one line, and whether its price had ended when it was chosen. */
function choiceOf(offers: Proposal["offers"], { offerId, at }: NonNullable<Proposal["accepted"]>): { summary: string; over: boolean } {
  const offer = offers.find(({ id }) => id === offerId)!;
  const { titles } = compareOffers([offer]);
  return { summary: `${titles[0]}, ${offer.price.total.amount} ${offer.price.total.currency}`, over: Date.parse(offer.offerExpiresAt) <= Date.parse(at) };
}

/** Without what only suppliers understand. */
const shown = ({ offers, ...proposal }: Proposal) => ({ ...proposal, offers: offers.map(({ supplierRef: _, ...offer }) => offer) });
