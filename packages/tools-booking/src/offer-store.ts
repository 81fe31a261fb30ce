import type { Money, Vertical } from "@travelagent/protocol";
import type { Database, Tx } from "@travelagent/protocol/ports";
import { shortHash } from "./ids.ts";
import type { Offer } from "./offer.ts";

/** An offer and the conversation it was found in: only that one may buy it. */
export interface FoundOffer {
  offer: Offer;
  sessionKey: string;
  customerId?: string;
  foundAt: number;
  /** What the customer said it may cost, in the search that found it. */
  budget?: Money;
}

/** Whose search it was, and what they said it may cost. */
export interface OfferOwner {
  sessionKey: string;
  customerId?: string;
  budget?: Money;
}

export interface OfferStore {
  /** Keeps what a search found; the same id again replaces the offer and leaves its owner, and its budget unless there is a new one. */
  keep(offers: readonly Offer[], owner: OfferOwner, now: number): Promise<void>;
  /**
   * The same for what suppliers give to whoever asks: an offer that another conversation found stays that one's, and is kept for this
   * one under an id of its own. Returns the offers under the ids by which this conversation may buy them.
   */
  keepOwn(offers: readonly Offer[], owner: OfferOwner, now: number): Promise<Offer[]>;
  /** Null when it was never found or is pruned. An expired one is still given, so that the answer can say so. */
  get(id: string): Promise<FoundOffer | null>;
  /** Forgets what expired before `before`. Returns how many. */
  prune(before: number): Promise<number>;
}

interface OfferRow extends Record<string, unknown> {
  offer: string;
  session_key: string;
  customer_id: string | null;
  found_at: number | string;
  budget: string | null;
}

export function createOfferStore(db: Database): OfferStore {
  const insert = (tx: Tx, offer: Offer, vertical: Vertical, owner: OfferOwner, now: number) =>
    tx.run(
      `insert into booking_offer (id, session_key, customer_id, vertical, offer, found_at, expires_at, budget) values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (id) do update set offer = excluded.offer, expires_at = excluded.expires_at, budget = coalesce(excluded.budget, booking_offer.budget)`,
      offer.id,
      owner.sessionKey,
      owner.customerId ?? null,
      vertical,
      JSON.stringify(offer),
      now,
      Date.parse(offer.offerExpiresAt),
      owner.budget ? JSON.stringify(owner.budget) : null,
    );
  return {
    async keep(offers, owner, now) {
      if (offers.length === 0) return;
      await db.transaction(async (tx) => {
        for (const offer of offers) await insert(tx, offer, offer.vertical, owner, now);
      });
    },
    async keepOwn(offers, owner, now) {
      if (offers.length === 0) return [];
      // One commit: two conversations that find the same at once must not both take it for theirs.
      return db.transaction(async (tx) => {
        const own: Offer[] = [];
        for (const offer of offers) {
          const known = await tx.get<{ session_key: string }>("select session_key from booking_offer where id = ?", offer.id);
          const mine = !known || known.session_key === owner.sessionKey ? offer : { ...offer, id: `${offer.id}.${shortHash(owner.sessionKey).slice(0, 8)}` };
          await insert(tx, mine, mine.vertical, owner, now);
          own.push(mine);
        }
        return own;
      });
    },
    async get(id) {
      const row = await db.get<OfferRow>("select offer, session_key, customer_id, found_at, budget from booking_offer where id = ?", id);
      if (!row) return null;
      return {
        offer: JSON.parse(row.offer) as Offer,
        sessionKey: row.session_key,
        ...(row.customer_id === null ? {} : { customerId: row.customer_id }),
        foundAt: Number(row.found_at),
        ...(row.budget === null ? {} : { budget: JSON.parse(row.budget) as Money }),
      };
    },
    async prune(before) {
      const { changes } = await db.transaction((tx) => tx.run("delete from booking_offer where expires_at < ?", before));
      return changes;
    },
  };
}
