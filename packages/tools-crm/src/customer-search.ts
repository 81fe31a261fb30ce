import type { Database, Row, SqlValue } from "@travelagent/protocol/ports";
import type { Page } from "./crm.ts";
import { behind, pageSize } from "./newest-first.ts";
import { queryTerms } from "./search-terms.ts";

/** Up to so many hits are looked at one by one; a word with more is common enough to be met soon among the newest. */
const rare = 500;

const range = (term: string): SqlValue[] => [term, `${term}\u{10FFFF}`];
const has = "exists (select 1 from crm_term t where t.customer_id = c.id and t.term >= ? and t.term < ?)";

/** Rows of customers, newest first, one more than the page holds. Costs about the same at fifty customers and at fifty thousand. */
export async function searchCustomers(db: Database, filter: Page & { query?: string }): Promise<Row[]> {
  const { sql, params } = behind(filter, "c.");
  const size = pageSize(filter) + 1;
  const order = "order by c.created_at desc, c.id desc limit ?";
  if (!filter.query?.trim()) return db.all(`select c.* from crm_customer c where ${sql} ${order}`, ...params, size);
  const terms = queryTerms(filter.query);
  if (terms.length === 0) return [];

  for (const [index, term] of terms.entries()) {
    const hits = await db.all<{ customer_id: string }>("select customer_id from crm_term where term >= ? and term < ? limit ?", ...range(term), rare + 1);
    if (hits.length > rare) continue;
    const ids = [...new Set(hits.map((hit) => hit.customer_id))];
    const others = terms.filter((_, other) => other !== index);
    return ids.length === 0
      ? []
      : db.all(
          `select c.* from crm_customer c where c.id in (${ids.map(() => "?").join(", ")}) and ${[sql, ...others.map(() => has)].join(" and ")} ${order}`,
          ...ids,
          ...params,
          ...others.flatMap(range),
          size,
        );
  }
  return db.all(`select c.* from crm_customer c where ${[sql, ...terms.map(() => has)].join(" and ")} ${order}`, ...params, ...terms.flatMap(range), size);
}
