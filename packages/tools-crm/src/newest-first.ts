import { TravelAgentError } from "@travelagent/protocol";
import type { Row, SqlValue } from "@travelagent/protocol/ports";
import type { Page } from "./crm.ts";

export const pageSize = ({ limit }: Page): number => Math.min(Math.max(limit ?? 50, 1), 500);

/** What to add to the conditions of a query so that it goes on behind the cursor; `prefix` such as `c.` names the table. */
export function behind({ cursor }: Page, prefix = ""): { sql: string; params: SqlValue[] } {
  if (cursor === undefined) return { sql: "1 = 1", params: [] };
  const [, at, id] = /^(\d+)\.(.+)$/.exec(cursor) ?? [];
  if (at === undefined || id === undefined) throw new TravelAgentError("INVALID_REQUEST", "this cursor is none of ours; start again without one");
  return { sql: `${prefix}created_at <= ? and (${prefix}created_at < ? or ${prefix}id < ?)`, params: [Number(at), Number(at), id] };
}

/** One page of rows that were read with one row more than the page holds. */
export function paged<T>(rows: readonly Row[], size: number, read: (row: Row) => T): { items: T[]; next: { nextCursor?: string } } {
  const last = rows.length > size ? rows[size - 1] : undefined;
  return { items: rows.slice(0, size).map(read), next: last ? { nextCursor: `${Number(last.created_at)}.${last.id as string}` } : {} };
}
