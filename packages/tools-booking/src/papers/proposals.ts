import { randomBytes } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Migration, Row, Tx } from "@travelagent/protocol/ports";
import type { Offer } from "../offer.ts";
import { hashOfToken, newLinkToken } from "./link-token.ts";

/** Offers shown to somebody by a link of their own, to choose from at leisure. */
export interface Proposal {
  id: string;
  sessionKey: string;
  customerId?: string;
  title: string;
  /** A word of the agency's people to the customer. */
  message?: string;
  offers: Offer[];
  /** `superseded`: a newer version took its place. */
  status: "open" | "accepted" | "withdrawn" | "expired" | "superseded";
  /** 1 for the first; a quote that takes the place of another counts on. */
  version: number;
  /** The quote whose place it took. */
  supersedes?: string;
  /** The quote that took its place. */
  supersededBy?: string;
  /** ISO UTC. Nobody can accept after it. */
  expiresAt: string;
  createdAt: string;
  accepted?: { offerId: string; at: string };
}

export type NewProposal = Pick<Proposal, "sessionKey" | "customerId" | "title" | "message" | "offers" | "expiresAt"> & {
  /**
   * The quote of the same conversation that the new one takes the place of, in one commit: from then on nobody can accept it. Raises
   * `NOT_FOUND` for one that is not of this conversation, `CONFLICT` when it was accepted or has a newer version already.
   */
  supersedes?: string;
};

export interface Proposals {
  migrate(): Promise<void>;
  /** The token stands in the link and is not stored: only its hash is. */
  create(proposal: NewProposal): Promise<{ proposal: Proposal; token: string }>;
  /** Null for a token that is none. */
  open(token: string): Promise<Proposal | null>;
  get(id: string): Promise<Proposal | null>;
  list(filter: { sessionKey?: string; customerId?: string; limit: number }): Promise<Proposal[]>;
  /**
   * The customer's choice. The same choice again changes nothing. Raises `OFFER_EXPIRED` when it is too late, `CONFLICT` when it was
   * withdrawn, another offer was accepted, or a newer version was sent (`details.reason` is `superseded`), `OFFER_NOT_FOUND` for one that
   * is not in it.
   */
  accept(token: string, offerId: string): Promise<{ proposal: Proposal; first: boolean }>;
  /** The same for a customer who is signed in and has no token. Raises `NOT_FOUND` for a quote of somebody else. */
  acceptAs(customerId: string, id: string, offerId: string): Promise<{ proposal: Proposal; first: boolean }>;
  /** Nobody can accept it any more. Raises `NOT_FOUND`, and `CONFLICT` when it was accepted or superseded. */
  withdraw(id: string): Promise<Proposal>;
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
create table booking_proposal (
  id text primary key,
  token_hash text not null unique,
  session_key text not null,
  customer_id text,
  status text not null,
  document text not null,
  expires_at bigint not null,
  created_at bigint not null
);
create index booking_proposal_session on booking_proposal (session_key, created_at);
create index booking_proposal_customer on booking_proposal (customer_id, created_at);
`,
  },
];

export function createProposals({ db, clock }: { db: Database; clock: Clock }): Proposals {
  const read = (row: Row | undefined): Proposal | null => {
    if (!row) return null;
    // Those from before there were versions are all first ones.
    const proposal: Proposal = { version: 1, ...(JSON.parse(String(row.document)) as Omit<Proposal, "version">), status: row.status as Proposal["status"] };
    return proposal.status === "open" && Date.parse(proposal.expiresAt) <= clock.now() ? { ...proposal, status: "expired" } : proposal;
  };
  const byToken = async (token: string) => read(await db.get("select status, document from booking_proposal where token_hash = ?", hashOfToken(token)));
  const byId = async (id: string) => read(await db.get("select status, document from booking_proposal where id = ?", id));

  /** Moves an open one on; false when somebody else did meanwhile. */
  const settle = async ({ id }: Proposal, after: Proposal): Promise<boolean> => {
    const { changes } = await db.transaction((tx) =>
      tx.run("update booking_proposal set status = ?, document = ? where id = ? and status = 'open'", after.status, JSON.stringify(after), id),
    );
    return changes > 0;
  };

  async function choose(find: () => Promise<Proposal | null>, offerId: string): Promise<{ proposal: Proposal; first: boolean }> {
    const proposal = await find();
    if (!proposal) throw new TravelAgentError("NOT_FOUND", "this link is not valid; ask for a new one");
    if (proposal.accepted) {
      if (proposal.accepted.offerId === offerId) return { proposal, first: false };
      throw new TravelAgentError("CONFLICT", "another offer of this quote was accepted already; write to us to change it");
    }
    if (proposal.status === "superseded")
      throw new TravelAgentError("CONFLICT", "a newer version of this quote was sent to you; open that one, or write to us", {
        details: { reason: "superseded" },
      });
    if (proposal.status === "withdrawn") throw new TravelAgentError("CONFLICT", "this quote was replaced or taken back; write to us for the current one");
    if (proposal.status === "expired") throw new TravelAgentError("OFFER_EXPIRED", "this quote has expired; write to us for today's prices");
    if (!proposal.offers.some(({ id }) => id === offerId)) throw new TravelAgentError("OFFER_NOT_FOUND", "this offer is not part of the quote");
    const after: Proposal = { ...proposal, status: "accepted", accepted: { offerId, at: new Date(clock.now()).toISOString() } };
    return (await settle(proposal, after)) ? { proposal: after, first: true } : choose(find, offerId);
  }

  /** The version that follows. In the commit that stores the new one: an acceptance comes before it or never. */
  const supersede = async (tx: Tx, id: string, by: Pick<Proposal, "id" | "sessionKey">): Promise<number> => {
    const before = read(await tx.get("select status, document from booking_proposal where id = ?", id));
    if (!before || before.sessionKey !== by.sessionKey) throw new TravelAgentError("NOT_FOUND", `this conversation has no quote ${id}`);
    if (before.status === "accepted") throw new TravelAgentError("CONFLICT", "this quote was accepted; go on with the booking, or make a quote of its own");
    if (before.status === "superseded")
      throw new TravelAgentError("CONFLICT", `this quote has a newer version, ${before.supersededBy}; supersede that one`, {
        details: { reason: "superseded", supersededBy: before.supersededBy },
      });
    const after: Proposal = { ...before, status: "superseded", supersededBy: by.id };
    await tx.run("update booking_proposal set status = 'superseded', document = ? where id = ?", JSON.stringify(after), id);
    return before.version + 1;
  };

  return {
    migrate: () => db.migrate("proposals", migrations),

    async create(given) {
      if (given.offers.length === 0) throw new TravelAgentError("INVALID_REQUEST", "a quote needs at least one offer");
      const now = clock.now();
      // A quote may outlive the prices in it, which the page says of each: choosing is not buying.
      const until = Date.parse(given.expiresAt);
      if (!(until > now)) throw new TravelAgentError("INVALID_REQUEST", `a quote cannot end at ${given.expiresAt}, which is over; give a later time`);
      const token = newLinkToken();
      const proposal: Proposal = {
        ...given,
        id: `q${randomBytes(9).toString("base64url")}`,
        status: "open",
        version: 1,
        expiresAt: new Date(until).toISOString(),
        createdAt: new Date(now).toISOString(),
      };
      await db.transaction(async (tx) => {
        if (given.supersedes !== undefined) proposal.version = await supersede(tx, given.supersedes, proposal);
        await tx.run(
          "insert into booking_proposal (id, token_hash, session_key, customer_id, status, document, expires_at, created_at) values (?, ?, ?, ?, 'open', ?, ?, ?)",
          proposal.id,
          hashOfToken(token),
          proposal.sessionKey,
          proposal.customerId ?? null,
          JSON.stringify(proposal),
          until,
          now,
        );
      });
      return { proposal, token };
    },

    open: byToken,
    get: byId,

    async list({ sessionKey, customerId, limit }) {
      const rows = await db.all(
        `select status, document from booking_proposal where (? is null or session_key = ?) and (? is null or customer_id = ?)
         order by created_at desc, id limit ?`,
        sessionKey ?? null,
        sessionKey ?? null,
        customerId ?? null,
        customerId ?? null,
        limit,
      );
      return rows.map((row) => read(row)!);
    },

    accept: (token, offerId) => choose(() => byToken(token), offerId),

    acceptAs: (customerId, id, offerId) =>
      choose(async () => {
        const proposal = await byId(id);
        return proposal?.customerId === customerId ? proposal : null;
      }, offerId),

    async withdraw(id) {
      const proposal = await byId(id);
      if (!proposal) throw new TravelAgentError("NOT_FOUND", `there is no quote ${id}`);
      if (proposal.status === "accepted") throw new TravelAgentError("CONFLICT", "the quote was accepted; cancel the booking instead");
      if (proposal.status === "withdrawn") return proposal;
      if (proposal.status === "superseded") throw new TravelAgentError("CONFLICT", `a newer version took its place; withdraw ${proposal.supersededBy}`);
      const after: Proposal = { ...proposal, status: "withdrawn" };
      if (proposal.status === "open" && !(await settle(proposal, after))) throw new TravelAgentError("CONFLICT", "the quote was just accepted");
      return after;
    },
  };
}
