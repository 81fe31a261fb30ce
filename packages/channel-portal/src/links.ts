import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Row } from "@travelagent/protocol/ports";
import { type LinkSigner, newLinkId } from "./link-signature.ts";

/** A link that was made for an account. */
export interface PortalLink {
  id: string;
  accountId: string;
  /** The conversation it was sent in: a new one is sent there. */
  sessionKey?: string;
  expiresAt: number;
  opened: boolean;
}

export interface PortalLinks {
  create(link: { accountId: string; sessionKey?: string; by: string; days: number }): Promise<{ token: string; expiresAt: number }>;
  /**
   * One browser is let in by a link: a forwarded or overheard one opens nothing. Raises `NOT_FOUND` for what is no link, `CONFLICT` for
   * one that was used, is over or was taken back; all with `details.renewable`.
   */
  open(token: string): Promise<PortalLink>;
  /** The link itself, used and over or not; undefined for what was never signed here, and for one that was taken back. */
  find(token: string): Promise<PortalLink | undefined>;
  /** When the last one was made for the account. */
  lastMade(accountId: string): Promise<number | undefined>;
  /** Forgets those that ended long ago. */
  prune(): Promise<void>;
}

const dayMs = 86_400_000;
/** How long an old link can still ask for a new one. */
const renewableMs = 90 * dayMs;

const read = (row: Row): PortalLink => ({
  id: row.id as string,
  accountId: row.account_id as string,
  ...(row.session_key ? { sessionKey: row.session_key as string } : {}),
  expiresAt: Number(row.expires_at),
  opened: row.opened_at !== null,
});

export function createPortalLinks({ db, clock, signer }: { db: Database; clock: Clock; signer: LinkSigner }): PortalLinks {
  const refused = (code: "NOT_FOUND" | "CONFLICT", message: string, link?: PortalLink) =>
    new TravelAgentError(code, message, { details: { renewable: link?.sessionKey !== undefined } });

  async function find(token: string): Promise<PortalLink | undefined> {
    const claim = signer.verify(token);
    const row = claim && (await db.get("select * from portal_link where id = ? and revoked_at is null", claim.id));
    return row ? read(row) : undefined;
  }

  return {
    async create({ accountId, sessionKey, by, days }) {
      const now = clock.now();
      const id = newLinkId();
      const expiresAt = now + days * dayMs;
      await db.transaction((tx) =>
        tx.run(
          "insert into portal_link (id, account_id, session_key, made_by, created_at, expires_at) values (?, ?, ?, ?, ?, ?)",
          id,
          accountId,
          sessionKey ?? null,
          by,
          now,
          expiresAt,
        ),
      );
      return { token: signer.sign({ id, expiresAt }), expiresAt };
    },

    async open(token) {
      const link = await find(token);
      if (!link) throw refused("NOT_FOUND", "this link is not valid; ask the agency for a new one");
      if (link.expiresAt <= clock.now()) throw refused("CONFLICT", "this link is over; ask for a new one", link);
      const { changes } = await db.transaction((tx) =>
        tx.run("update portal_link set opened_at = ? where id = ? and opened_at is null and revoked_at is null", clock.now(), link.id),
      );
      if (changes === 0) throw refused("CONFLICT", "this link was opened in another browser already; ask for a new one", link);
      return { ...link, opened: true };
    },

    find,

    async lastMade(accountId) {
      const row = await db.get<{ at: number | null }>("select max(created_at) as at from portal_link where account_id = ?", accountId);
      return row?.at == null ? undefined : Number(row.at);
    },

    async prune() {
      await db.transaction((tx) => tx.run("delete from portal_link where expires_at <= ?", clock.now() - renewableMs));
    },
  };
}
