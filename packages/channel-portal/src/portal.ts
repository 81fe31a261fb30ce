import type { ChannelAdapter } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { Address } from "@travelagent/protocol/messages";
import { type Clock, type Database, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { accountOf, ensureAccount } from "./accounts.ts";
import { type PortalHub, portalAdapter, portalAddress } from "./adapter.ts";
import type { PortalDesk } from "./desk.ts";
import { type PortalRoute, portalCookie } from "./http.ts";
import { linkSigner } from "./link-signature.ts";
import { createPortalLinks } from "./links.ts";
import { portalRoutes } from "./routes.ts";
import { portalMigrations } from "./tables.ts";
import { createVisits } from "./visits.ts";

export interface PortalOptions {
  db: Database;
  desk: PortalDesk;
  hub: PortalHub;
  /** Signs links: at least 32 characters, kept over restarts. With another one every link that is out ends. */
  secret: string;
  /** Where customers reach the page, without a slash at the end: `https://travel.example.com/portal`. */
  pageUrl(): string;
  /** Into the session of the conversation it lives in. */
  sessionKeyOf(address: Address): string;
  /** The conversation of this account is this customer's from now on. Called at each opening, before anything is written in it. */
  onOpened(portal: { accountId: string; sessionKey: string; customerId: string }): Promise<void>;
  /** Sends a customer a text in the conversation the last link went to. */
  tell(message: { id: string; sessionKey: string; text: string }): Promise<void>;
  /** For how long a link can be opened. Default 7 days. */
  linkDays?: () => number;
  clock?: Clock;
  log?: Logger;
}

/** A browser's customer, for a gateway that lets visitors in by name. */
export interface PortalGuest {
  id: string;
  address: Address;
  name: string;
  sessionKey: string;
  /** Milliseconds. */
  until: number;
}

/** The page of each customer: trips, papers, quotes, payments and a conversation, opened by a signed link. */
export interface Portal {
  adapter: ChannelAdapter;
  routes: PortalRoute[];
  /** Brings the tables up to date and forgets what is over. Before anything else. */
  migrate(): Promise<void>;
  /**
   * A link to the customer's page, which one browser can open. `sessionKey`: the conversation it is sent in, where a new one is sent
   * when somebody asks with the old one. Raises `NOT_FOUND` for a customer who is gone.
   */
  invite(request: { customerId: string; by: string; sessionKey?: string; days?: number }): Promise<{ url: string; expiresAt: string }>;
  /** Closes every page and link of the customer now. */
  revoke(customerId: string): Promise<{ links: number; pages: number }>;
  /** Ends what is open of these accounts. Whoever may still come in comes back by themselves. */
  hangUp(accountIds: readonly string[]): void;
  /** Who comes in with the cookie of the page. */
  guests: {
    cookie: string;
    verify(cookie: string): Promise<PortalGuest | undefined>;
    onEnded(listener: (guestId: string) => void): () => void;
  };
}

const minuteMs = 60_000;
/** Asking for new links again and again sends one message in this time. */
const renewEveryMs = 10 * minuteMs;

export function createPortal(options: PortalOptions): Portal {
  const { db, desk, hub, pageUrl, sessionKeyOf, onOpened, tell, linkDays = () => 7, clock = systemClock, log = silentLogger } = options;
  const links = createPortalLinks({ db, clock, signer: linkSigner(options.secret) });
  const visits = createVisits({ db, clock });
  const listeners = new Set<(guestId: string) => void>();

  const link = async (accountId: string, by: string, { sessionKey, days = linkDays() }: { sessionKey?: string; days?: number } = {}) => {
    const { token, expiresAt } = await links.create({ accountId, by, days, ...(sessionKey === undefined ? {} : { sessionKey }) });
    // Behind the `#`: no server, proxy or other site gets to see it.
    return { url: `${pageUrl()}#${token}`, expiresAt: new Date(expiresAt).toISOString() };
  };

  const hangUp = (accountIds: readonly string[]): void => {
    for (const id of accountIds) for (const listener of listeners) listener(id);
  };

  async function renew(token: string): Promise<void> {
    const old = await links.find(token);
    if (old?.sessionKey === undefined) return;
    const last = (await links.lastMade(old.accountId)) ?? 0;
    const now = clock.now();
    if (now - last < renewEveryMs) return;
    const { url } = await link(old.accountId, "renewal", { sessionKey: old.sessionKey });
    await tell({
      id: `portal-renewal:${old.accountId}:${Math.floor(now / renewEveryMs)}`,
      sessionKey: old.sessionKey,
      text: `Here is a new link to your travel page: ${url}\nIt opens in one browser. If you did not ask for it, leave it unopened.`,
    }).catch((error: unknown) => log.warn("a new link to the portal could not be sent", { error: String(error) }));
  }

  return {
    adapter: portalAdapter(hub),
    routes: portalRoutes({
      desk,
      links,
      visits,
      clock,
      renew,
      async onOpened(accountId) {
        const account = await accountOf(db, accountId);
        if (account) await onOpened({ accountId, customerId: account.customerId, sessionKey: sessionKeyOf(portalAddress(accountId)) });
      },
    }),

    async migrate() {
      await db.migrate("portal", portalMigrations);
      await links.prune();
      await visits.prune();
    },

    async invite({ customerId, by, sessionKey, days }) {
      if (!(await desk.customer(customerId))) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
      const account = await ensureAccount(db, clock, customerId);
      return link(account.id, by, { ...(sessionKey === undefined ? {} : { sessionKey }), ...(days === undefined ? {} : { days }) });
    },

    async revoke(customerId) {
      const accounts = await db.all<{ id: string }>("select id from portal_account where customer_id = ?", customerId);
      const ended = await db.transaction(async (tx) => {
        let [gone, pages] = [0, 0];
        for (const { id } of accounts) {
          gone += (await tx.run("update portal_link set revoked_at = ? where account_id = ? and revoked_at is null and opened_at is null", clock.now(), id))
            .changes;
          await tx.run("update portal_link set revoked_at = ? where account_id = ? and revoked_at is null", clock.now(), id);
          pages += (await tx.run("delete from portal_visit where account_id = ?", id)).changes;
        }
        return { links: gone, pages };
      });
      hangUp(accounts.map(({ id }) => id));
      return ended;
    },

    hangUp,

    guests: {
      cookie: portalCookie,
      async verify(cookie) {
        const visit = await visits.of(cookie);
        const customer = visit && (await desk.customer(visit.customerId));
        if (!customer) return undefined;
        const address = portalAddress(visit.id);
        return { id: visit.id, address, name: customer.name, sessionKey: sessionKeyOf(address), until: visit.until };
      },
      onEnded(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  };
}
