import { createHmac } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Database, Row, Tx } from "@travelagent/protocol/ports";
import { emailKey, mainAgency } from "../customer-rows.ts";
import type { LinkPlace, LinkRequest, LinkStatus, LinkTarget } from "./linking.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How often one may ask: a conversation, and for one target whoever asks. The last one is silent: more codes than that go to nobody. */
export const limits = { perSession: { hour: 3, day: 6 }, perTarget: { day: 4 }, codesPerCustomer: { day: 6 } } as const;

export interface Claim {
  id: string;
  place: LinkPlace;
  kind: LinkRequest["by"];
  /** Absent: there is no such record, and nobody may notice. */
  customerId?: string;
  status: LinkStatus;
  code?: string;
  tries: number;
  expiresAt: number;
  createdAt: number;
}

export const readClaim = (row: Row): Claim => ({
  id: row.id as string,
  place: {
    sessionKey: row.session_key as string,
    channel: row.channel as string,
    accountId: row.account_id as string,
    peerId: row.peer_id as string,
    agency: row.agency as string,
  },
  kind: row.kind as Claim["kind"],
  ...(row.customer_id ? { customerId: row.customer_id as string } : {}),
  status: row.status as LinkStatus,
  ...(row.code ? { code: row.code as string } : {}),
  tries: Number(row.tries),
  expiresAt: Number(row.expires_at),
  createdAt: Number(row.created_at),
});

/** What was named, so that it is counted and not kept. */
export const hashOfTarget = (secret: string, agency: string, { kind, value }: LinkTarget): string =>
  createHmac("sha256", secret)
    .update(`${agency}\n${kind}\n${normal({ kind, value })}`)
    .digest("hex");

export const normal = ({ kind, value }: LinkTarget): string =>
  kind === "email" ? emailKey(value)! : kind === "phone" ? `+${value.replace(/\D/g, "").replace(/^00/, "")}` : value.trim().toUpperCase();

/** Raises `RATE_LIMITED` by what was asked before, found or not. */
export async function countClaims(tx: Tx, { sessionKey, target, now }: { sessionKey: string; target: string; now: number }): Promise<void> {
  const since = async (column: string, value: string, ms: number): Promise<number> =>
    Number((await tx.get<{ n: number }>(`select count(*) as n from crm_link where ${column} = ? and created_at > ?`, value, now - ms))?.n ?? 0);
  const [hour, day, target24] = [
    await since("session_key", sessionKey, hourMs),
    await since("session_key", sessionKey, dayMs),
    await since("target", target, dayMs),
  ];
  if (hour >= limits.perSession.hour || day >= limits.perSession.day || target24 >= limits.perTarget.day)
    throw new TravelAgentError("RATE_LIMITED", "this was asked for too often; try again later, or ask for a colleague", { retryAfterMs: hourMs });
}

/** How many codes a customer was sent lately. */
export async function codesSent(tx: Pick<Tx, "get">, customerId: string, now: number): Promise<number> {
  const row = await tx.get<{ n: number }>("select count(*) as n from crm_link where customer_id = ? and created_at > ?", customerId, now - dayMs);
  return Number(row?.n ?? 0);
}

export async function insertClaim(tx: Tx, claim: Claim, target: string): Promise<void> {
  // A conversation claims one thing at a time; what waits for a person goes on waiting.
  await tx.run(
    "update crm_link set status = 'expired', code = null, updated_at = ? where session_key = ? and status = 'code-sent'",
    claim.createdAt,
    claim.place.sessionKey,
  );
  await tx.run("update crm_link set code = null, updated_at = ? where session_key = ? and status = 'waiting'", claim.createdAt, claim.place.sessionKey);
  await tx.run(
    `insert into crm_link (id, session_key, agency, channel, account_id, peer_id, kind, target, customer_id, status, code, tries, expires_at, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)`,
    claim.id,
    claim.place.sessionKey,
    claim.place.agency ?? mainAgency,
    claim.place.channel,
    claim.place.accountId,
    claim.place.peerId,
    claim.kind,
    target,
    claim.customerId ?? null,
    claim.status,
    claim.code ?? null,
    claim.expiresAt,
    claim.createdAt,
    claim.createdAt,
  );
}

/** Claims on records there are, with what people of the agency see of them. */
export async function listClaims(db: Database, { status, limit }: { status: LinkStatus; limit: number }): Promise<LinkRequest[]> {
  const rows = await db.all(
    `select l.*, c.name as customer_name from crm_link l join crm_customer c on c.id = l.customer_id where l.status = ? order by l.created_at desc, l.id desc limit ?`,
    status,
    limit,
  );
  return rows.map(asRequest);
}

export const asRequest = (row: Row): LinkRequest => ({
  id: row.id as string,
  status: row.status as LinkStatus,
  sessionKey: row.session_key as string,
  channel: row.channel as string,
  customerId: row.customer_id as string,
  customerName: row.customer_name as string,
  by: row.kind as LinkRequest["by"],
  createdAt: new Date(Number(row.created_at)).toISOString(),
});
