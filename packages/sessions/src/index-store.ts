import { TravelAgentError } from "@travelagent/protocol";
import type { Migration, SqlValue, Tx } from "@travelagent/protocol/ports";
import type { Session, SessionFilter, SessionMeta, SessionPatch, SessionUse } from "./session.ts";

export const sessionMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table session (
        key text primary key,
        session_id text not null,
        agent_id text not null,
        channel text,
        account_id text,
        chat_type text,
        peer_id text,
        thread_id text,
        customer_id text,
        label text,
        display_name text,
        search_text text not null,
        last_channel text,
        last_to text,
        model text,
        input_tokens bigint not null,
        output_tokens bigint not null,
        total_tokens bigint not null,
        context_tokens bigint not null,
        created_at bigint not null,
        updated_at bigint not null
      );
      create index session_by_time on session (updated_at, key);
      create index session_by_agent on session (agent_id, updated_at, key);
      create index session_by_customer on session (customer_id, updated_at, key);
      create table session_transcript (
        session_id text primary key,
        key text not null,
        agent_id text not null,
        created_at bigint not null
      );
      create index session_transcript_by_key on session_transcript (key);
    `,
  },
  {
    version: 2,
    sql: `
      alter table session add column send_policy text;
      create index session_by_id on session (session_id);
      create index session_by_label on session (label) where label is not null;
    `,
  },
  {
    version: 3,
    sql: `
      alter table session add column prefer text;
      alter table session add column queue text;
    `,
  },
];

const MAX_LIMIT = 500;
const DEFAULT_LIMIT = 50;

export type SessionRow = Record<string, string | number | null> & { key: string; session_id: string; agent_id: string };

/** Columns whose value may be absent in a session. */
const optional = {
  channel: "channel",
  account_id: "accountId",
  chat_type: "chatType",
  peer_id: "peerId",
  thread_id: "threadId",
  customer_id: "customerId",
  label: "label",
  display_name: "displayName",
  last_channel: "lastChannel",
  last_to: "lastTo",
  model: "model",
  send_policy: "sendPolicy",
} as const;

// Made once: a turn reads its session several times.
const optionalColumns = Object.entries(optional);
const jsonColumns = ["prefer", "queue"] as const;

export function toSession(row: SessionRow): Session {
  const session: Record<string, unknown> = {
    key: row.key,
    sessionId: row.session_id,
    agentId: row.agent_id,
    inputTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
    totalTokens: Number(row.total_tokens),
    contextTokens: Number(row.context_tokens),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
  for (const [column, name] of optionalColumns) if (row[column] !== null) session[name] = row[column];
  for (const column of jsonColumns) if (row[column] !== null) session[column] = JSON.parse(String(row[column]));
  return session as unknown as Session;
}

const searchText = (label: string | null | undefined, displayName: string | null | undefined) => `${label ?? ""}\n${displayName ?? ""}`.toLowerCase();

/** Adds the row when the key is new. */
export async function insertSession(tx: Tx, identity: { key: string; sessionId: string; agentId: string }, meta: SessionMeta, now: number): Promise<void> {
  const { changes } = await tx.run(
    `insert into session (key, session_id, agent_id, channel, account_id, chat_type, peer_id, thread_id, customer_id, label, display_name, search_text,
       input_tokens, output_tokens, total_tokens, context_tokens, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, ?, ?) on conflict (key) do nothing`,
    identity.key,
    identity.sessionId,
    identity.agentId,
    meta.channel ?? null,
    meta.accountId ?? null,
    meta.chatType ?? null,
    meta.peerId ?? null,
    meta.threadId ?? null,
    meta.customerId ?? null,
    meta.label ?? null,
    meta.displayName ?? null,
    searchText(meta.label, meta.displayName),
    now,
    now,
  );
  if (changes > 0) await insertTranscript(tx, identity, now);
}

/** Every transcript a key ever had, so that an erasure finds them all. */
export const insertTranscript = (tx: Tx, { key, sessionId, agentId }: { key: string; sessionId: string; agentId: string }, now: number) =>
  tx.run("insert into session_transcript (session_id, key, agent_id, created_at) values (?, ?, ?, ?)", sessionId, key, agentId, now);

/** Nothing chosen is the same as no choice. */
const jsonOrNull = (value: object | null | undefined): string | null | undefined =>
  value === undefined ? undefined : value === null || Object.keys(value).length === 0 ? null : JSON.stringify(value);

export async function updateSession(tx: Tx, before: Session, patch: SessionPatch, now: number): Promise<void> {
  const sets = ["updated_at = ?"];
  const params: SqlValue[] = [Math.max(now, before.updatedAt)];
  const set = (column: string, value: SqlValue | undefined) => {
    if (value === undefined) return;
    sets.push(`${column} = ?`);
    params.push(value);
  };
  set("label", patch.label);
  set("display_name", patch.displayName);
  set("last_channel", patch.lastChannel);
  set("last_to", patch.lastTo);
  set("model", patch.model);
  set("send_policy", patch.sendPolicy);
  set("prefer", jsonOrNull(patch.prefer));
  set("queue", jsonOrNull(patch.queue));
  set("context_tokens", patch.contextTokens);
  if (patch.label !== undefined || patch.displayName !== undefined) {
    const label = patch.label === undefined ? before.label : patch.label;
    const displayName = patch.displayName === undefined ? before.displayName : patch.displayName;
    set("search_text", searchText(label, displayName));
  }
  if (patch.usage) {
    sets.push("input_tokens = input_tokens + ?", "output_tokens = output_tokens + ?", "total_tokens = total_tokens + ?");
    params.push(patch.usage.input, patch.usage.output, patch.usage.totalTokens);
  }
  await tx.run(`update session set ${sets.join(", ")} where key = ?`, ...params, before.key);
}

/** What a turn leaves, in one statement that reads nothing. Rows do not go back in time, whatever the clock does. */
export function updateUse(tx: Tx, key: string, { lastChannel, lastTo, model, contextTokens, usage }: SessionUse, now: number): Promise<{ changes: number }> {
  return tx.run(
    `update session set updated_at = case when updated_at > ? then updated_at else ? end,
       last_channel = coalesce(?, last_channel), last_to = coalesce(?, last_to), model = coalesce(?, model), context_tokens = coalesce(?, context_tokens),
       input_tokens = input_tokens + ?, output_tokens = output_tokens + ?, total_tokens = total_tokens + ? where key = ?`,
    now,
    now,
    lastChannel ?? null,
    lastTo ?? null,
    model ?? null,
    contextTokens ?? null,
    usage?.input ?? 0,
    usage?.output ?? 0,
    usage?.totalTokens ?? 0,
    key,
  );
}

function conditionsOf({ agentId, customerId, search, activeSince, sessionId, label }: SessionFilter): { conditions: string[]; params: SqlValue[] } {
  const conditions = ["key not in ('global', 'unknown')"];
  const params: SqlValue[] = [];
  const where = (condition: string, ...values: SqlValue[]) => {
    conditions.push(condition);
    params.push(...values);
  };
  if (sessionId !== undefined) where("session_id = ?", sessionId);
  if (label !== undefined) where("label = ?", label);
  if (agentId !== undefined) where("agent_id = ?", agentId);
  if (customerId !== undefined) where("customer_id = ?", customerId);
  if (activeSince !== undefined) where("updated_at >= ?", activeSince);
  if (search !== undefined && search.trim() !== "") {
    const pattern = search
      .trim()
      .toLowerCase()
      .replace(/[\\%_]/g, (character) => `\\${character}`);
    where("(key like ? escape '\\' or search_text like ? escape '\\')", `${pattern}%`, `%${pattern}%`);
  }
  return { conditions, params };
}

/** The statement of a page, newest first by (updated_at, key), one row more than the page to know whether there is another. */
export function pageQuery({ limit = DEFAULT_LIMIT, cursor, offset = 0, ...filter }: SessionFilter): { sql: string; params: SqlValue[]; size: number } {
  const { conditions, params } = conditionsOf(filter);
  if (cursor !== undefined) {
    conditions.push("(updated_at, key) < (?, ?)");
    params.push(...readCursor(cursor));
  }
  const size = Math.max(1, Math.min(Math.trunc(limit), MAX_LIMIT));
  params.push(size + 1, offset);
  return { sql: `select * from session where ${conditions.join(" and ")} order by updated_at desc, key desc limit ? offset ?`, params, size };
}

/** More than these are not counted: it would cost every list for a number that nobody reads. */
const MAX_COUNTED = 10_000;

/** The statement that counts what a filter matches, whatever the page. */
export function countQuery({ limit: _limit, cursor: _cursor, offset: _offset, ...filter }: SessionFilter): { sql: string; params: SqlValue[] } {
  const { conditions, params } = conditionsOf(filter);
  // SQLite knows the number of all rows without looking at each.
  if (conditions.length === 1)
    return { sql: "select (select count(*) from session) - (select count(*) from session where key in ('global', 'unknown')) as total", params };
  return { sql: `select count(*) as total from (select key from session where ${conditions.join(" and ")} limit ${MAX_COUNTED}) as found`, params };
}

export const writeCursor = ({ updatedAt, key }: Session) => Buffer.from(JSON.stringify([updatedAt, key])).toString("base64url");

function readCursor(cursor: string): [number, string] {
  try {
    const [updatedAt, key] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    if (typeof updatedAt === "number" && typeof key === "string") return [updatedAt, key];
  } catch {
    // Falls through to the one answer for every kind of nonsense.
  }
  throw new TravelAgentError("INVALID_REQUEST", "this cursor is not one of ours; begin the list again without it");
}
