import { createHash, randomBytes } from "node:crypto";
import { type ConsentEntry, type ContactPurpose, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Row, SqlValue, Tx } from "@travelagent/protocol/ports";
import { type ConsentLine, type ConsentState, isOptedOut, type OptIn, saidLast, stateOf, type Verdict, verdictOf } from "./current.ts";
import { consentMigrations } from "./tables.ts";
import { type ContactIdentity, mainAgency, peerHasher, type Who } from "./who.ts";

export interface ConsentsOptions {
  db: Database;
  clock: Clock;
  /** Keys the hashes of addresses. Another secret forgets everybody whose address is not kept. */
  secret: string;
  /** What needs a consent. Default: marketing and profiling do. `service` never does. Asked whenever it is needed. */
  optIn?: () => Partial<Record<ContactPurpose, OptIn>>;
  /** Whether the person has bought something here: what a soft opt-in rests on. Default nobody has. */
  isExistingCustomer?(customerIds: readonly string[], from: Reader): Promise<boolean>;
}

export type Reader = Pick<Tx, "all" | "get">;

/** What is written down of a consent or a withdrawal. */
export interface Said {
  kind: ConsentEntry["kind"];
  agency?: string;
  customerId?: string;
  /** Whom it counts for where there is no record, and beside one. On `channel`, unless it says another. */
  identity?: ContactIdentity;
  channel: string;
  purpose: ContactPurpose | "*";
  proof: { how: ConsentEntry["proof"]["how"]; text?: string; messageId?: string; operator?: string; locale?: string };
  /** Milliseconds since the epoch; default now. */
  at?: number;
  /** The same again is written once. */
  key?: string;
}

export interface CurrentConsent {
  channel: string;
  purpose: ContactPurpose | "*";
  state: Exclude<ConsentState, "none">;
  since: string;
}

/** Who may be written to for what. An append-only ledger: what counts is computed from it. */
export interface Consents {
  /** Raises `INVALID_REQUEST` for a line about nobody or of the future. With `tx` it joins that commit. */
  record(said: Said, tx?: Tx): Promise<ConsentEntry>;
  mayContact(who: Who, channel: string, purpose: ContactPurpose, from?: Reader): Promise<Verdict>;
  /** Whether nothing may go out on this channel. */
  isOptedOut(who: Who, channel: string, from?: Reader): Promise<boolean>;
  /** Newest first; of everybody when nobody is named. */
  list(who: Who | undefined, page?: { limit?: number; cursor?: string }): Promise<{ entries: ConsentEntry[]; nextCursor?: string }>;
  /** By channel and purpose, what was said last. */
  current(who: Who): Promise<CurrentConsent[]>;
  /** A customer became known at an address: what was said there before is theirs. */
  adopt(identity: ContactIdentity & { agency?: string }, customerId: string): Promise<void>;
}

const standard: Record<ContactPurpose, OptIn> = { service: "none", marketing: "required", reminders: "none", profiling: "required", "ai-assistance": "none" };

export const textHash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The words by their hash: many lines are about the same text. */
export async function keepText(tx: Tx, text: string): Promise<string> {
  const hash = textHash(text);
  await tx.run("insert into consent_text (hash, text) values (?, ?) on conflict (hash) do nothing", hash, text);
  return hash;
}

const lineOf = (row: Row): ConsentLine => ({
  kind: row.kind as ConsentLine["kind"],
  channel: row.channel as string,
  purpose: row.purpose as ConsentLine["purpose"],
  at: Number(row.at),
  seq: Number(row.seq),
  origin: (row.origin as string | null) ?? null,
  movedAt: row.moved_at === null ? null : Number(row.moved_at),
});

export const readEntry = (row: Row): ConsentEntry => ({
  id: row.id as string,
  kind: row.kind as ConsentEntry["kind"],
  channel: row.channel as string,
  purpose: row.purpose as ConsentEntry["purpose"],
  agency: row.agency as string,
  ...(row.customer_id ? { customerId: row.customer_id as string } : {}),
  ...(row.peer_id ? { peerId: row.peer_id as string } : {}),
  proof: {
    how: row.how as ConsentEntry["proof"]["how"],
    ...(row.text ? { text: row.text as string } : {}),
    ...(row.text_hash ? { textHash: row.text_hash as string } : {}),
    ...(row.message_id ? { messageId: row.message_id as string } : {}),
    ...(row.operator ? { operator: row.operator as string } : {}),
    ...(row.locale ? { locale: row.locale as string } : {}),
  },
  at: new Date(Number(row.at)).toISOString(),
  recordedAt: new Date(Number(row.recorded_at)).toISOString(),
});

export const entrySql = "select c.*, t.text from consent c left join consent_text t on t.hash = c.text_hash";

/** A clock of an operator's machine may be a little ahead of ours. */
const aheadMs = 300_000;

export async function openConsents({ db, clock, secret, optIn = () => ({}), isExistingCustomer }: ConsentsOptions): Promise<Consents> {
  await db.migrate("privacy", consentMigrations);
  const hashOf = peerHasher(secret);
  let made = 0;

  const conditions = ({ agency = mainAgency, customerIds = [], identities = [] }: Who): { sql: string; params: SqlValue[] } => {
    const marks = (count: number): string => Array.from({ length: count }, () => "?").join(", ");
    const hashes = identities.map((identity) => hashOf(agency, identity));
    const parts = [
      ...(customerIds.length > 0 ? [`c.customer_id in (${marks(customerIds.length)})`] : []),
      ...(hashes.length > 0 ? [`c.peer_hash in (${marks(hashes.length)})`] : []),
    ];
    if (parts.length === 0) return { sql: "1 = 0", params: [] };
    return { sql: `c.agency = ? and (${parts.join(" or ")})`, params: [agency, ...customerIds, ...hashes] };
  };

  const linesOf = async (who: Who, from: Reader): Promise<ConsentLine[]> => {
    const { sql, params } = conditions(who);
    return (await from.all(`select c.kind, c.channel, c.purpose, c.at, c.seq, c.origin, c.moved_at from consent c where ${sql}`, ...params)).map(lineOf);
  };

  const write = async (tx: Tx, said: Said): Promise<ConsentEntry> => {
    const { kind, agency = mainAgency, customerId, identity, channel, purpose, proof, at = clock.now(), key } = said;
    if (customerId === undefined && identity === undefined)
      throw new TravelAgentError("INVALID_REQUEST", "say whose consent it is: a customer, or an address on a channel");
    if (at > clock.now() + aheadMs) throw new TravelAgentError("INVALID_REQUEST", "a consent cannot be of the future; check the time");
    const id =
      key === undefined
        ? `cns_${clock.now().toString(36)}${(made++).toString(36).padStart(4, "0")}${randomBytes(6).toString("hex")}`
        : `cns_${textHash(key).slice(0, 32)}`;
    const before = await tx.get(`${entrySql} where c.id = ?`, id);
    if (before) {
      const same = before.kind === kind && before.channel === channel && before.purpose === purpose && (before.origin ?? undefined) === customerId;
      if (!same) throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this key belongs to another consent; use a new one");
      return readEntry(before);
    }
    await tx.run(
      `insert into consent (id, seq, kind, agency, customer_id, channel, peer_id, peer_hash, purpose, how, text_hash, message_id, operator, locale, at, recorded_at, origin)
       values (?, (select coalesce(max(seq), 0) + 1 from consent), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      kind,
      agency,
      customerId ?? null,
      channel,
      identity?.peerId ?? null,
      identity ? hashOf(agency, identity) : null,
      purpose,
      proof.how,
      proof.text === undefined ? null : await keepText(tx, proof.text),
      proof.messageId ?? null,
      proof.operator ?? null,
      proof.locale ?? null,
      at,
      clock.now(),
      customerId ?? null,
    );
    return readEntry((await tx.get(`${entrySql} where c.id = ?`, id))!);
  };

  return {
    record: (said, tx) => (tx ? write(tx, said) : db.transaction((own) => write(own, said))),
    async mayContact(who, channel, purpose, from = db) {
      const lines = await linesOf(who, from);
      const wanted = purpose === "service" ? "none" : (optIn()[purpose] ?? standard[purpose]);
      const existing = wanted === "soft" && (who.customerIds ?? []).length > 0 && ((await isExistingCustomer?.(who.customerIds!, from)) ?? false);
      return verdictOf(lines, { channel, purpose, optIn: wanted, existing });
    },
    isOptedOut: async (who, channel, from = db) => isOptedOut(await linesOf(who, from), channel),
    async list(who, { limit = 50, cursor } = {}) {
      const { sql, params } = who ? conditions(who) : { sql: "1 = 1", params: [] };
      const behind = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
      if (!Number.isSafeInteger(behind)) throw new TravelAgentError("INVALID_REQUEST", "this cursor is none of ours; start again without one");
      const rows = await db.all(`${entrySql} where ${sql} and c.seq < ? order by c.seq desc limit ?`, ...params, behind, limit + 1);
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return { entries: rows.slice(0, limit).map(readEntry), ...(last ? { nextCursor: String(last.seq) } : {}) };
    },
    async current(who) {
      const lines = await linesOf(who, db);
      const named = [...new Map(lines.map((line) => [`${line.channel}\n${line.purpose}`, line])).values()];
      return named.flatMap(({ channel, purpose }): CurrentConsent[] => {
        const here = lines.filter((line) => line.channel === channel);
        const { state, by } = purpose === "*" ? saidLast(here.filter((line) => line.purpose === "*")) : stateOf(here, channel, purpose);
        return state === "none" || !by ? [] : [{ channel, purpose, state, since: new Date(by.at).toISOString() }];
      });
    },
    async adopt({ agency = mainAgency, ...identity }, customerId) {
      const hash = hashOf(agency, identity);
      if (!(await db.get("select 1 as found from consent where peer_hash = ? and customer_id is null limit 1", hash))) return;
      await db.transaction((tx) =>
        tx.run("update consent set customer_id = ?, origin = ? where peer_hash = ? and customer_id is null", customerId, customerId, hash),
      );
    },
  };
}
