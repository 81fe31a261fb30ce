import type { Clock, Database, Migration } from "@travelagent/protocol/ports";
import { hashOfToken, newLinkToken } from "./link-token.ts";

export type PaperKind = "itinerary" | "calendar" | "invoice";

/** What a link opens. */
export interface PaperLink {
  orderId: string;
  kind: PaperKind;
  /** Of an invoice. */
  number?: string;
  /** ISO UTC. */
  expiresAt: string;
}

/** Links by which a customer opens papers of one booking without signing in. Whoever has the link has the paper, so it ends. */
export interface PaperLinks {
  migrate(): Promise<void>;
  /** The token stands in the link and is not stored: only its hash is. */
  create(link: PaperLink): Promise<string>;
  /** Null for a token that is none, or has ended. */
  open(token: string): Promise<PaperLink | null>;
  /** Forgets what has ended. */
  prune(): Promise<void>;
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
create table paper_link (
  token_hash text primary key,
  link text not null,
  expires_at bigint not null
);
create index paper_link_expires on paper_link (expires_at);
`,
  },
];

export function createPaperLinks({ db, clock }: { db: Database; clock: Clock }): PaperLinks {
  return {
    migrate: () => db.migrate("paper-links", migrations),
    async create(link) {
      const token = newLinkToken();
      await db.transaction((tx) =>
        tx.run("insert into paper_link (token_hash, link, expires_at) values (?, ?, ?)", hashOfToken(token), JSON.stringify(link), Date.parse(link.expiresAt)),
      );
      return token;
    },
    async open(token) {
      const row = await db.get<{ link: string; expires_at: number | string }>(
        "select link, expires_at from paper_link where token_hash = ?",
        hashOfToken(token),
      );
      return row && Number(row.expires_at) > clock.now() ? (JSON.parse(row.link) as PaperLink) : null;
    },
    async prune() {
      await db.transaction((tx) => tx.run("delete from paper_link where expires_at <= ?", clock.now()));
    },
  };
}
