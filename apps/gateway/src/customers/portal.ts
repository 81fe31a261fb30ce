import { join } from "node:path";
import type { Tool } from "@travelagent/agent-runtime";
import { createPortal, type Portal, type PortalDesk, portalPersonalData, portalTool } from "@travelagent/channel-portal";
import { type Guests, type HttpRoute, route } from "@travelagent/gateway-core";
import { type Booking, type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Address } from "@travelagent/protocol/messages";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import { compareOffers, type Proposal } from "@travelagent/tools-booking/papers";
import type { AgencyOf, Crm } from "@travelagent/tools-crm";
import { ownSecret } from "../configuration/own-file.ts";
import type { CustomersOptions } from "./open-customers.ts";

type PortalParts = CustomersOptions & { crm: Crm; agencyOf: AgencyOf };

export interface OpenedPortal {
  portal: Portal;
  guests: Guests;
  tools: readonly Tool[];
  handlers: Handlers;
  routes: readonly HttpRoute[];
  personalData: PersonalDataStore;
}

const afterCommitMs = 1_000;

/** The page each customer has, over what the agency keeps about them. */
export async function openPortal(parts: PortalParts): Promise<OpenedPortal> {
  const { config, paths, db, crm, sessions, clock, log, publicUrl, gateway } = parts;
  const routed = (address: Address) => route(address, { ...parts.routing(), sessionKeyOf: parts.sessionKeyOf });
  const portal = createPortal({
    db,
    clock,
    log,
    desk: deskOf(parts),
    // As with the web chat, a reply is in the history by the commit that put it into the outbox.
    hub: { deliver: async () => undefined, delivered: async () => true },
    secret: ownSecret(join(paths.credentials, "portal.key")),
    pageUrl: () => `${publicUrl()}/portal`,
    sessionKeyOf: (address) => routed(address).sessionKey,
    linkDays: () => config().channels.portal?.linkDays ?? 7,
    tell: (message) => gateway().tell(message),
    async onOpened({ accountId, sessionKey, customerId }) {
      const { agentId } = routed({ channel: "portal", accountId: "default", chatType: "direct", peerId: accountId });
      await crm.addIdentity(customerId, { channel: "portal", peerId: accountId, verified: true, how: "portal" });
      await sessions.ensure(sessionKey, { channel: "portal", accountId: "default", chatType: "direct", peerId: accountId });
      await sessions.bindCustomer(sessionKey, customerId);
      await gateway().bindCustomer(sessionKey, customerId);
      log.info("a customer opened their page", { agentId, "pii.sessionKey": sessionKey });
    },
  });
  await portal.migrate();

  return {
    portal,
    guests: portal.guests,
    routes: portal.routes,
    // Not before the commit: a page that comes back at once must find itself closed.
    personalData: portalPersonalData(db, (accountIds) => void clock.after(afterCommitMs, () => portal.hangUp(accountIds))),
    tools: [
      portalTool({
        invite: portal.invite,
        customerOf: async ({ customerId, ...turn }) => customerId ?? (await crm.byIdentity(turn.channel, turn.peerId, parts.agencyOf(turn)))?.id ?? null,
      }),
    ],
    handlers: {
      async "portal.invite"({ customerId, conversationId, days, idempotencyKey }, call) {
        if (conversationId !== undefined && (await sessions.get(conversationId))?.customerId !== customerId)
          throw new TravelAgentError("SCOPE_VIOLATION", "this conversation is not that customer's: a link to their page is sent to nobody else");
        const invited = await portal.invite({
          customerId,
          by: call.actor,
          ...(conversationId === undefined ? {} : { sessionKey: conversationId }),
          ...(days === undefined ? {} : { days }),
        });
        if (conversationId !== undefined)
          await gateway().tell({
            id: `portal-invite:${idempotencyKey}`,
            sessionKey: conversationId,
            text: `Your trips, papers and messages on one page: ${invited.url}\nThe link opens in one browser.`,
          });
        return invited;
      },
      "portal.revoke": ({ customerId }) => portal.revoke(customerId),
    },
  };
}

const over: ReadonlySet<Booking["status"]> = new Set(["cancelled", "voided", "refunded", "failed"]);
const bought: ReadonlySet<Booking["status"]> = new Set(["confirmed", "ticketed", "cancellation-pending", "cancelled", "voided", "refunded"]);

function deskOf({ config, crm, bookings, papers, clock }: PortalParts): PortalDesk {
  const lastEnd = ({ items }: Booking) => Math.max(...items.map(({ end }) => Date.parse(end.utc)));
  const firstStart = ({ items }: Booking) => Math.min(...items.map(({ start }) => Date.parse(start.utc)));
  return {
    agency() {
      const { name, email, phone } = config().agency;
      return { name, ...(email === undefined ? {} : { email }), ...(phone === undefined ? {} : { phone }) };
    },

    async customer(id) {
      const customer = await crm.get(id);
      return customer && { name: customer.name, ...(customer.language === undefined ? {} : { language: customer.language }) };
    },

    async trips(customerId) {
      const { bookings: all } = await bookings().list({ customerId, limit: 100 });
      const now = clock.now();
      const isOver = (booking: Booking) => over.has(booking.status) || lastEnd(booking) < now;
      const coming = all.filter((booking) => !isOver(booking)).sort((a, b) => firstStart(a) - firstStart(b));
      const past = all.filter(isOver).sort((a, b) => lastEnd(b) - lastEnd(a));
      return [...coming, ...past].map(asTrip);
    },

    async paper(customerId, tripId, kind) {
      const stored = await bookings().get(tripId);
      if (stored?.order.customerId !== customerId) return null;
      return papers()
        .file(tripId, kind)
        .catch((error: unknown) => {
          if (TravelAgentError.is(error, "NOT_FOUND") || TravelAgentError.is(error, "CONFLICT") || TravelAgentError.is(error, "INVALID_REQUEST")) return null;
          throw error;
        });
    },

    quotes: async (customerId) => (await papers().quotesOf(customerId)).map(asQuote),
    accept: (customerId, quoteId, offerId) => papers().acceptQuote(customerId, quoteId, offerId),
  };
}

function asTrip({ id, reference, status, total, balance, payUrl, payUntil, notice, items, travellers }: Booking) {
  return {
    id,
    reference,
    status,
    total,
    balance,
    ...(payUrl === undefined ? {} : { payUrl }),
    ...(payUntil === undefined ? {} : { payUntil }),
    ...(notice === undefined ? {} : { notice }),
    items: items.map(({ kind, summary, status: itemStatus, start, end, locators, sandbox }) => ({
      kind,
      summary,
      status: itemStatus,
      start,
      end,
      locators,
      sandbox,
    })),
    travellers: travellers.map(({ name }) => name),
    papers: bought.has(status)
      ? (["itinerary", "calendar", "invoice"] as const).slice()
      : status === "held"
        ? (["itinerary", "calendar"] as const).slice()
        : [],
  };
}

function asQuote({ id, title, message, status, expiresAt, offers, accepted }: Proposal) {
  const { titles, rows } = compareOffers(offers);
  return {
    id,
    title,
    ...(message === undefined ? {} : { message }),
    status,
    version: 1,
    expiresAt,
    offers: offers.map((offer, index) => ({
      id: offer.id,
      title: titles[index]!,
      price: offer.price.total,
      sandbox: offer.sandbox,
      facts: rows.filter(({ values }) => values[index]!.length > 0).map(({ label, values }) => ({ label, values: values[index]! })),
      chosen: accepted?.offerId === offer.id,
    })),
  };
}
